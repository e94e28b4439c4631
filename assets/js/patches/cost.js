// What patches cost: one square per picture size, as wide as it has tokens, so that its area is the number of pairs per head.

import { takeable } from '../core/figure.js';
import { h, ink, onWidth, sharp, type } from '../core/dom.js';
import { product } from '../core/equation.js';
import { state } from '../core/state.js';
import { bindText, t, told, whole } from '../core/text.js';

const LEFT = 40;
const BOTTOM = 42;
const TOP = 24;
const RIGHT = 16;
/** Labels stand at least this far apart. */
const ROOM = 30;

export class Cost {
  photoQuery;

  canvas = h('canvas', { role: 'img' });
  box = h('div.figure-box', {}, this.canvas);
  table = h('table.sizes-table');
  caption = h('figcaption');
  element = takeable(
    h('figure.cost', {}, bindText(h('h3'), 'patches.cost'), this.box, this.table, this.caption),
    () => this.photoQuery && { sizes: this.sizes() },
  );

  constructor() {
    onWidth(this.box, () => this.draw());
  }

  setPhotoQuery(photoQuery) {
    this.photoQuery = photoQuery;
    this.speak();
    this.draw();
  }

  /** Every size offered: { size, side, tokens, pairs }. */
  sizes() {
    const { sizes, patch, prefix } = this.photoQuery;
    return sizes.map((size) => {
      const side = size / patch,
        tokens = side * side + prefix.length;
      return { size, side, tokens, pairs: tokens * tokens };
    });
  }

  speak() {
    const { photoQuery } = this;
    if (!photoQuery) return;
    const sizes = this.sizes(),
      { tokens, heads, layers } = photoQuery;
    const head = (key) => h('th', { scope: 'col' }, t(key));
    this.table.replaceChildren(
      h('thead', {}, h('tr', {}, head('patches.cost_grid'), head('patches.cost_tokens'), head('patches.cost_pairs'))),
      h(
        'tbody',
        {},
        ...sizes.map((one) =>
          h(
            'tr',
            { 'aria-current': one.size === photoQuery.size ? 'true' : null },
            h('td', {}, `${one.side} × ${one.side}`),
            h('td', {}, whole(one.tokens)),
            h('td', {}, whole(one.pairs)),
          ),
        ),
      ),
    );
    const list = sizes
      .map(({ side, tokens: n, pairs }) => t('patches.cost_one', { grid: `${side} × ${side}`, tokens: n, pairs }))
      .join('; ');
    this.canvas.setAttribute('aria-label', t('patches.cost_figure', { list }));
    told(this.caption, 'patches.cost_caption', {
      each: product([tokens, tokens]),
      heads,
      layers,
      all: product([tokens ** 2, heads, layers]),
    });
    this.draw();
  }

  draw() {
    const width = this.box.clientWidth;
    if (!width || !this.photoQuery || this.photoQuery !== state.photoQuery) return;
    const sizes = this.sizes(),
      most = sizes.at(-1).tokens,
      side = width - LEFT - RIGHT,
      height = side + TOP + BOTTOM;
    const context = sharp(this.canvas, width, height),
      scale = side / most,
      floor = TOP + side;
    const text = (words, x, y, align, colour = 'ink-2') => {
      context.fillStyle = ink(colour);
      context.textAlign = align;
      context.fillText(words, x, y);
    };
    // Largest first, so that every square is seen; the one on screen is filled.
    for (const one of [...sizes].reverse()) {
      const length = one.tokens * scale,
        here = one.size === this.photoQuery.size;
      context.fillStyle = ink(here ? 'key-soft' : 'surface');
      context.strokeStyle = ink(here ? 'key' : 'ink-3');
      context.lineWidth = here ? 3 : 1;
      context.fillRect(LEFT, floor - length, length, length);
      context.strokeRect(LEFT, floor - length, length, length);
    }
    context.textBaseline = 'alphabetic';
    // The one on screen is always named, the others where there is room.
    const named = [];
    for (const one of [sizes.find(({ size }) => size === this.photoQuery.size), ...[...sizes].reverse()]) {
      const length = one.tokens * scale,
        here = one.size === this.photoQuery.size;
      if (named.some((other) => Math.abs(other - length) < ROOM)) continue;
      named.push(length);
      context.font = type(13, here ? '650' : '');
      const colour = here ? 'key' : 'ink-2',
        x = LEFT + length,
        y = floor - length;
      text(whole(one.tokens), x, floor + 17, 'center', colour);
      text(whole(one.tokens), LEFT - 6, y + 5, 'right', colour);
      if (length > 62) text(`${one.side} × ${one.side}`, x - 7, y + 18, 'right', colour);
    }
    context.font = type(13);
    text(`${t('patches.cost_across')} →`, LEFT + side, height - 6, 'right');
    text(`${t('patches.cost_down')} ↑`, LEFT, 13, 'left');
  }
}
