// What E looks for: the principal components of its filters, as in Fig. 7 (left) of arXiv 2010.11929.

import { takeable } from '../core/figure.js';
import { triples } from '../core/colours.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { probe } from '../core/probe.js';
import { state, update } from '../core/state.js';
import { html, percent, bindText, t } from '../core/text.js';
import { asProblem, view } from '../core/wire.js';

const COLS = 7;
const GAP = 4;

export class Filters {
  pointed = null;
  model;
  count;
  shares;
  pictures;

  numbers = null;
  canvas = h('canvas');
  box = h('div.figure-box', {}, this.canvas);
  readout = h('p.readout', { 'data-told': 'here' });
  caption = h('figcaption');
  element = takeable(
    h('figure.filters', {}, bindText(h('h3'), 'patches.filters'), this.box, this.readout, this.caption),
    () => this.numbers,
  );
  probe = probe(this.canvas, {
    grid: () => (this.count ? { cols: COLS, rows: Math.ceil(this.count / COLS), count: this.count } : null),
    hover: (index) => {
      this.pointed = index;
      this.draw();
      this.tell();
    },
  });

  constructor() {
    onWidth(this.box, () => this.draw());
  }

  /** The filters belong to the model alone: asked for once, whatever photo and size are on screen. */
  async setPhotoQuery(photoQuery) {
    if (photoQuery.model === this.model) {
      this.speak();
      return;
    }
    this.model = photoQuery.model;
    try {
      const { arrays } = await view('filters', { photo: '', model: photoQuery.model, size: photoQuery.native });
      if (this.model !== photoQuery.model) return;
      this.numbers = [arrays.filters, arrays.shares];
      const [count, side] = arrays.filters.shape;
      this.count = count;
      this.shares = arrays.shares.data;
      this.pictures = Array.from({ length: count }, (_, i) =>
        triples(arrays.filters.data, side, side, i * side * side * 3),
      );
      this.speak();
      this.draw();
    } catch (error) {
      this.model = null;
      update({ problem: asProblem(error) });
    }
  }

  speak() {
    if (!this.pictures) return;
    this.canvas.setAttribute('aria-label', t('patches.filters_figure', { count: this.count }));
    this.caption.innerHTML = html('patches.filters_caption', { count: this.count, d: state.photoQuery.d_model });
    this.tell();
  }

  tell() {
    const k = this.pointed ?? 0;
    if (this.pictures)
      this.readout.textContent = t('patches.filters_read', { k: k + 1, share: percent(this.shares[k]) });
  }

  draw() {
    const width = this.box.clientWidth;
    if (!width || !this.pictures) return;
    const step = (width + GAP) / COLS,
      side = step - GAP,
      height = Math.ceil(this.count / COLS) * step - GAP;
    const context = sharp(this.canvas, width, height);
    context.imageSmoothingEnabled = false;
    this.pictures.forEach((one, i) =>
      context.drawImage(one, (i % COLS) * step, Math.floor(i / COLS) * step, side, side),
    );
    if (this.pointed === null) return;
    context.strokeStyle = ink('ink');
    context.lineWidth = 3;
    context.strokeRect((this.pointed % COLS) * step, Math.floor(this.pointed / COLS) * step, side, side);
  }
}
