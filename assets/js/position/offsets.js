// Mean similarity of two places against how far apart they are in reading order, for the learned and for the computed table.

import { takeable } from '../core/figure.js';
import { h, ink, onWidth, sharp, smallType } from '../core/dom.js';
import { probe } from '../core/probe.js';
import { html, bindText, t, whole } from '../core/text.js';

const HEIGHT = 230,
  BOTTOM = 22,
  TOP = 8;
/** From so many row widths on that are peaks, the curve is said to know the rows. */
const ENOUGH = 3;
const three = (value) => value.toFixed(3).replace('-', '−');

export class Offsets {
  pointed = null;
  element;
  reader;
  photoQuery;
  peaks;
  curves;
  numbers = null;
  count;

  canvas = h('canvas');
  ticks = h('div.ticks', { 'aria-hidden': true });
  box = h('div.figure-canvas', {}, this.canvas);
  reading = h('p.readout', { 'data-told': 'here' });
  found = h('p.note');

  constructor() {
    const line = (kind) => h('span.line', { 'data-kind': kind });
    this.element = takeable(
      h(
        'section.offsets',
        {},
        h(
          'header',
          {},
          bindText(h('h3'), 'position.offsets'),
          h(
            'div.legend',
            {},
            line('learned'),
            bindText(h('span'), 'position.table_learned'),
            line('sinusoidal'),
            bindText(h('span'), 'position.table_sinusoidal'),
          ),
        ),
        h('div.plot', {}, this.ticks, this.box),
        bindText(h('p.note.axis-name'), 'position.offsets_axis'),
        this.reading,
        this.found,
      ),
      () => this.numbers,
    );
    this.reader = probe(this.canvas, {
      grid: () => (this.count ? { cols: this.count, rows: 1 } : null),
      hover: (index) => {
        this.pointed = index;
        this.draw();
      },
      start: () => this.photoQuery.cols,
    });
    onWidth(this.box, () => this.draw());
  }

  load(photoQuery, { facts, arrays }) {
    this.reader.forget();
    this.photoQuery = photoQuery;
    this.numbers = [arrays.learned_by_offset, arrays.sinusoidal_by_offset];
    this.peaks = facts.peaks;
    this.curves = [arrays.sinusoidal_by_offset.data, arrays.learned_by_offset.data];
    this.count = photoQuery.rows * photoQuery.cols;
    this.pointed = null;
    this.speak();
    this.draw();
  }

  speak() {
    if (!this.photoQuery) return;
    const { cols } = this.photoQuery,
      known = this.peaks >= Math.min(ENOUGH, this.photoQuery.rows - 1) && this.peaks > 0;
    this.canvas.setAttribute('aria-label', t('position.offsets_figure', { places: this.count }));
    this.found.innerHTML = html(known ? 'position.offsets_rows' : 'position.offsets_no_rows', {
      cols,
      peaks: this.peaks,
    });
    this.tell();
  }

  draw() {
    const width = this.box.clientWidth;
    if (!this.curves || !width) return;
    const context = sharp(this.canvas, width, HEIGHT),
      { count, photoQuery } = this;
    const low = Math.floor(Math.min(0, ...this.curves[0], ...this.curves[1]) * 4) / 4;
    const x = (k) => ((k + 0.5) / count) * width,
      y = (value) => TOP + ((1 - value) / (1 - low)) * (HEIGHT - TOP - BOTTOM);
    context.font = smallType();
    context.textBaseline = 'middle';
    const levels = [];
    for (let value = 1; value >= low - 1e-9; value -= 0.5) levels.push(value);
    this.ticks.replaceChildren(
      ...levels.map((value) => h('span', { style: { top: `${y(value)}px` } }, String(value).replace('-', '−'))),
    );
    for (const value of levels) {
      context.fillStyle = ink(value === 0 ? 'ink-3' : 'line');
      context.fillRect(0, y(value) - 0.5, width, 1);
    }
    // A mark at every row width, a number where there is room for it.
    context.textAlign = 'center';
    const room = Math.ceil(40 / (x(photoQuery.cols) - x(0)));
    for (let row = 0; row * photoQuery.cols < count; row++) {
      const at = x(row * photoQuery.cols);
      context.fillStyle = ink('line');
      context.fillRect(at - 0.5, TOP, 1, HEIGHT - TOP - BOTTOM);
      context.fillStyle = ink('ink-2');
      if (row % room === 0 && at > 8 && at < width - 12)
        context.fillText(whole(row * photoQuery.cols), at, HEIGHT - BOTTOM / 2);
    }
    this.curves.forEach((values, learned) => {
      context.strokeStyle = ink(learned ? 'ink' : 'ink-2');
      context.setLineDash(learned ? [] : [5, 4]);
      context.lineWidth = 2;
      context.beginPath();
      values.forEach((value, k) => context.lineTo(x(k), y(value)));
      context.stroke();
    });
    context.setLineDash([]);
    if (this.pointed !== null) {
      context.fillStyle = ink('key');
      context.fillRect(x(this.pointed) - 1, TOP, 2, HEIGHT - TOP - BOTTOM);
    }
    this.tell();
  }

  tell() {
    if (!this.curves) return;
    const k = this.pointed ?? this.photoQuery.cols;
    if (k >= this.count) return;
    this.reading.innerHTML = html('position.offsets_reading', {
      k,
      pairs: this.count - k,
      learned: three(this.curves[1][k]),
      computed: three(this.curves[0][k]),
    });
  }
}
