// How far apart the scores of each head lie before and after the division by √d, on one axis: one tick per key.

import { h, ink, onWidth, sharp, smallType } from '../core/dom.js';
import { digits, bindText, t } from '../core/text.js';
import { isMasked } from './masked.js';

const BAND = 13,
  GAP = 9,
  LEFT = 64,
  BOTTOM = 18;

export class Spread {
  sizes;
  before;
  after;

  canvas = h('canvas', { role: 'img' });
  caption = bindText(h('figcaption'), 'block.spread_caption', () => ({ d: this.sizes?.d_head ?? '' }));
  element = h('figure.spread', {}, this.canvas, this.caption);

  constructor() {
    onWidth(this.element, () => this.draw());
  }

  show({ sizes, before, after }) {
    this.sizes = sizes;
    this.before = before;
    this.after = after;
    this.caption.respeak();
    this.draw();
  }

  draw() {
    const width = this.element.clientWidth;
    if (!this.before || !width) return;
    const { heads } = this.sizes,
      height = heads * (2 * BAND + GAP) + BOTTOM,
      context = sharp(this.canvas, width, height);
    let low = 0,
      high = 0;
    for (const { data } of [this.before, this.after])
      for (const value of data) {
        if (isMasked(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    const x = (value) => LEFT + ((value - low) / (high - low || 1)) * (width - LEFT - 8),
      count = this.before.shape[1];
    context.font = smallType();
    context.textBaseline = 'middle';
    for (let head = 0; head < heads; head++) {
      const top = head * (2 * BAND + GAP);
      context.fillStyle = ink('ink-2');
      context.fillText(t('block.head', { head: head + 1 }), 0, top + BAND);
      [
        [this.before, 'ink-3'],
        [this.after, 'query'],
      ].forEach(([{ data }, colour], i) => {
        context.fillStyle = ink(colour);
        context.globalAlpha = 0.55;
        for (let key = 0; key < count; key++)
          if (!isMasked(data[head * count + key]))
            context.fillRect(x(data[head * count + key]) - 0.5, top + i * BAND, 1.2, BAND - 2);
      });
      context.globalAlpha = 1;
    }
    context.fillStyle = ink('ink-3');
    context.fillRect(x(0) - 0.5, 0, 1, height - BOTTOM);
    context.fillStyle = ink('ink-2');
    for (const [value, align] of [
      [low, 'left'],
      [0, 'center'],
      [high, 'right'],
    ]) {
      context.textAlign = align;
      if (value || Math.min(x(0) - LEFT, width - x(0)) > 60)
        context.fillText(digits(value), x(value), height - BOTTOM / 2);
    }
    context.textAlign = 'left';
    this.canvas.setAttribute('aria-label', this.caption.textContent);
  }
}
