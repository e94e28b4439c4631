// Lists of numbers under each other on one axis of dimensions: what an opened box holds, number by number.

import { valueRange } from '../core/barcode.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { probe } from '../core/probe.js';
import { digits, whole } from '../core/text.js';

export class Bands {
  pointed = null;
  probe;
  rows;
  common;
  tall;
  count;
  limits;

  canvas = h('canvas');
  labels = h('div.band-labels');
  ranges = h('div.band-ranges');
  ticks = h('div.band-ticks');
  box = h('div.band-box', {}, this.canvas);
  element = h('div.bands', {}, this.labels, this.box, this.ranges, this.ticks);

  /** point({ row, j } or null) while a number is pointed at, open({ row, j }) when it is pressed. */
  constructor({ point, open }) {
    const place = (index) => (index === null ? null : { row: Math.floor(index / this.count), j: index % this.count });
    this.probe = probe(this.canvas, {
      grid: () => (this.count ? { cols: this.count, rows: this.rows.length } : null),
      hover: (index) => {
        this.pointed = place(index);
        this.draw();
        point(this.pointed);
      },
      open: (index) => open(place(index)),
    });
    onWidth(this.box, () => this.draw());
  }

  /** rows: [{ label, data, colour }]; common: one scale for all of them; tall: height of one in pixels; axis: what is counted. */
  show({ rows, common, tall, axis, label }) {
    // What was pointed at may not exist any more.
    this.probe.forget();
    this.rows = rows;
    this.common = common;
    this.tall = tall;
    this.count = rows[0].data.length;
    this.pointed = null;
    this.canvas.setAttribute('aria-label', label);
    const limits = rows.map(({ data }) => valueRange(data));
    const all = { low: Math.min(...limits.map(({ low }) => low)), high: Math.max(...limits.map(({ high }) => high)) };
    this.limits = limits.map((own) => (common ? all : own));
    this.element.style.setProperty('--band', `${tall}px`);
    this.labels.replaceChildren(...rows.map(({ label: name }) => h('span', {}, ...name)));
    this.ranges.replaceChildren(
      ...this.limits.map(({ low, high }) => h('span', {}, h('span', {}, digits(high)), h('span', {}, digits(low)))),
    );
    this.ticks.replaceChildren(h('span', {}, '1'), h('span', {}, axis), h('span', {}, whole(this.count)));
    this.draw();
  }

  draw() {
    const width = this.box.clientWidth;
    if (!this.rows || !width) return;
    const height = this.tall * this.rows.length,
      context = sharp(this.canvas, width, height),
      step = width / this.count;
    this.rows.forEach(({ data, colour }, row) => {
      const { low, high } = this.limits[row],
        room = this.tall - 8,
        scale = room / (high - low || 1),
        zero = row * this.tall + 4 + high * scale;
      const lit = this.pointed && (this.common || this.pointed.row === row) ? this.pointed.j : -1;
      if (lit >= 0) {
        context.fillStyle = ink('query-soft');
        const wide = Math.max(step, 7);
        context.fillRect(
          Math.min(width - wide, Math.max(0, (lit + 0.5) * step - wide / 2)),
          row * this.tall,
          wide,
          this.tall,
        );
      }
      context.fillStyle = ink(colour);
      const bar = step > 3 ? step - 1 : Math.max(step, 0.6);
      for (let j = 0; j < data.length; j++) {
        const tall = data[j] * scale;
        context.fillRect(j * step, Math.min(zero, zero - tall), bar, Math.max(Math.abs(tall), 0.5));
      }
      if (lit >= 0) {
        context.fillStyle = ink('query');
        const size = data[lit] * scale,
          wide = Math.max(bar, 3);
        context.fillRect((lit + 0.5) * step - wide / 2, Math.min(zero, zero - size), wide, Math.max(Math.abs(size), 1));
      }
      context.fillStyle = ink('ink-3');
      context.fillRect(0, zero - 0.5, width, 1);
    });
  }
}
