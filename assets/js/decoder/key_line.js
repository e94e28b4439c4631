// The sentence that is looked at, large: every word on the colour of its weight in the chosen head.

import { h } from '../core/dom.js';
import { WordTile } from '../instrument/tiles.js';

export class KeyLine {
  point;
  choose;
  explain;
  tile;

  element = h('div.key-line');

  /** `point(key or null)` hears of the pointer, `choose(key)` of a click, `explain()` of a double click. */
  constructor({ point, choose, explain }) {
    this.point = point;
    this.choose = choose;
    this.explain = explain;
  }

  lay(axis) {
    const tile = new WordTile(axis);
    this.tile = tile;
    for (const type of ['pointermove', 'pointerdown'])
      tile.element.addEventListener(type, (event) => this.point(tile.keyAt(event)));
    tile.element.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'mouse') this.point(null);
    });
    tile.element.addEventListener('click', () => this.choose(tile.pointed));
    tile.element.addEventListener('dblclick', () => this.explain());
    this.element.replaceChildren(tile.element);
  }
}
