// The learned position grid as colours, as it was trained and as it is stretched or shrunk for the size on screen.

import { takeable } from '../core/figure.js';
import { triples } from '../core/colours.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { held, hold, onShown, point, shown } from '../core/held.js';
import { probe } from '../core/probe.js';
import { state } from '../core/state.js';
import { html, bindText, t } from '../core/text.js';

export class Positions {
  photoQuery;
  rule;
  nativePicture;
  herePicture;

  numbers = null;
  native = h('canvas', { role: 'img' });
  here = h('canvas');
  names = [h('span.note'), h('span.note')];
  caption = h('figcaption');
  box = h(
    'div.figure-box.grids',
    {},
    h('div', {}, this.native, this.names[0]),
    h('span.arrow', { 'aria-hidden': true }, '→'),
    h('div', {}, this.here, this.names[1]),
  );
  element = takeable(
    h('figure.positions', {}, bindText(h('h3'), 'patches.positions'), this.box, this.caption),
    () => this.numbers,
  );

  constructor() {
    const first = () => this.photoQuery.prefix.length;
    probe(this.here, {
      grid: () => this.photoQuery ?? null,
      hover: (index) => point(index === null ? null : index + first()),
      choose: (index) => hold(index + first()),
      start: () => Math.max(0, held() - first()),
    });
    onWidth(this.box, () => this.draw());
    onShown(() => this.draw());
  }

  setPayload(photoQuery, { facts, arrays }) {
    this.photoQuery = photoQuery;
    this.rule = facts.rule;
    this.numbers = [arrays.native, arrays.resampled];
    this.nativePicture = triples(arrays.native.data, photoQuery.grid, photoQuery.grid);
    this.herePicture = triples(arrays.resampled.data, photoQuery.cols, photoQuery.rows);
    this.speak();
    this.draw();
  }

  speak() {
    const { photoQuery } = this;
    if (!photoQuery) return;
    const { grid, rows, cols } = photoQuery,
      same = rows === grid && cols === grid;
    this.names[0].textContent = t('patches.positions_native', { grid });
    this.names[1].textContent = t('patches.positions_here', photoQuery);
    this.native.setAttribute('aria-label', this.names[0].textContent);
    this.here.setAttribute('aria-label', t('patches.positions_figure'));
    this.caption.innerHTML = html(`patches.positions_${same ? 'same' : 'resampled'}`, {
      grid,
      rows,
      cols,
      d: photoQuery.d_model,
      rule: t(`patches.rule_${this.rule}`),
    });
  }

  draw() {
    if (!this.photoQuery || this.photoQuery !== state.photoQuery) return;
    for (const [canvas, image] of [
      [this.native, this.nativePicture],
      [this.here, this.herePicture],
    ]) {
      const width = canvas.clientWidth;
      if (!width) return;
      const context = sharp(canvas, width, width);
      context.imageSmoothingEnabled = false;
      context.drawImage(image, 0, 0, width, width);
      if (canvas !== this.here) continue;
      const patch = shown() - this.photoQuery.prefix.length,
        { rows, cols } = this.photoQuery;
      if (patch < 0) continue;
      context.lineWidth = 3;
      context.strokeStyle = ink('query');
      context.strokeRect(
        (patch % cols) * (width / cols),
        Math.floor(patch / cols) * (width / rows),
        width / cols,
        width / rows,
      );
    }
  }
}
