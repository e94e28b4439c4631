// All heads of one layer for one query, side by side on the same scale.

import { h } from '../core/dom.js';
import { keysOf } from '../core/keys.js';
import { bindLabel } from '../core/text.js';
import { makeTile } from './tiles.js';
import { rowPeak, scales } from './scale.js';

export class HeadGrid {
  container;
  name;
  caption;
  point;
  choose;
  explain;
  cells = [];
  first;

  /** `name(head)` and `caption(head, row, peak, query)` give the words; `point(key or null, head)`, `choose(head)` and, for a double click or Shift+Enter, `explain(head)` are called by pointer and keys. */
  constructor(container, { name, caption, point, choose, explain = null }) {
    this.container = container;
    this.name = name;
    this.caption = caption;
    this.point = point;
    this.choose = choose;
    this.explain = explain;
  }

  /** Build one tile per head. */
  lay(heads, keyAxis, picture) {
    this.first = keyAxis.first;
    this.cells = Array.from({ length: heads }, (_, head) => {
      const tile = makeTile(keyAxis, picture);
      const name = h('span.head-name'),
        caption = h('span.head-caption', { translate: 'no' });
      const element = h(
        'button.head',
        { type: 'button', onclick: () => this.choose(head), ondblclick: () => this.explain?.(head) },
        tile.element,
        h('span.head-line', {}, name, caption),
      );
      if (this.explain) {
        bindLabel(element, 'title', 'calculator.double_click');
        keysOf(element, {
          keys: 'Shift+Enter',
          says: 'keys.arithmetic',
          act: () => {
            this.choose(head);
            this.explain(head);
          },
        });
      }
      for (const type of ['pointermove', 'pointerdown'])
        tile.element.addEventListener(type, (event) => this.point(tile.keyAt(event), head));
      // A finger leaves as soon as it is lifted; what it pointed at stays readable.
      tile.element.addEventListener('pointerleave', (event) => {
        if (event.pointerType === 'mouse') this.point(null, head);
      });
      return { tile, element, name, caption };
    });
    this.container.dataset.heads = heads;
    this.container.replaceChildren(...this.cells.map(({ element }) => element));
    this.rename();
  }

  /** Write the heads' names again, after a change of language. */
  rename() {
    this.cells.forEach(({ name }, head) => {
      name.textContent = this.name(head);
    });
  }

  /**
   * Paint every head's row of a layer's pattern [H, T, S], on a scale of their own unless `peak` is given, one for all or one for each;
   * `masked(query, key)` tells what the query may not attend to. Returns the scale of each head.
   */
  paint(pattern, query, { hidden, perHead, chosen, peak, masked }) {
    const [, queries, keys] = pattern.shape;
    const rows = this.cells.map((_, head) =>
      pattern.data.subarray((head * queries + query) * keys, (head * queries + query + 1) * keys),
    );
    const scale =
      peak === undefined
        ? scales(rows, hidden, perHead, this.first)
        : rows.map((_, head) => (Array.isArray(peak) ? peak[head] : peak));
    const off = masked && ((key) => masked(query, key));
    this.cells.forEach(({ tile, element, caption }, head) => {
      tile.paint(rows[head], scale[head], hidden, off);
      caption.textContent = this.caption(head, rows[head], rowPeak(rows[head], hidden, this.first), query);
      element.setAttribute('aria-pressed', String(head === chosen));
    });
    return scale;
  }

  /** Lay another picture under the heat. */
  repicture(src) {
    this.cells.forEach(({ element }) => {
      element.querySelector('.under').src = src;
    });
  }

  /** Outline one key in every head. */
  pointAt(key) {
    this.cells.forEach(({ tile }) => tile.point(key));
  }
}
