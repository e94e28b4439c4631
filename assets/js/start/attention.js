// The station “attention”: the heads of the layer that is chosen, on the photo.

import { leaders } from '../core/argmax.js';
import { patchAxis } from '../core/axes.js';
import { h } from '../core/dom.js';
import { seenPicture } from '../core/seen.js';
import { state } from '../core/state.js';
import { percent, t, together } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { view } from '../core/wire.js';
import { rowPeak } from '../instrument/scale.js';
import { PatchTile } from '../instrument/tiles.js';
import { Stop } from './stop.js';

const NOTHING = new Set();

export class AttentionStop extends Stop {
  shown = null;
  tiles = h('span.start-heads');

  constructor() {
    super('attention', 'attention.title', () => ({ screen: 'attention' }));
    this.picture.append(this.tiles);
  }

  async load(look, wanted) {
    const layer = Math.min(state.layer, look.layers - 1),
      query = Math.min(state.query, look.tokens - 1),
      seen = seenPicture(look);
    const { arrays } = await view('glance', look, { layer, query });
    if (!wanted()) return;
    const axis = patchAxis(look),
      rows = Array.from({ length: look.heads }, (_, head) =>
        arrays.pattern.data.subarray(head * look.tokens, (head + 1) * look.tokens),
      );
    const peaks = rows.map((row) => rowPeak(row, NOTHING, axis.first)),
      scale = Math.max(...peaks);
    this.tiles.style.setProperty('--across', String(look.heads > 8 ? 4 : look.heads > 4 ? 3 : 2));
    this.tiles.replaceChildren(
      ...rows.map((row) => {
        const tile = new PatchTile(axis, seen);
        tile.paint(row, scale, NOTHING);
        return tile.element;
      }),
    );
    this.shown = { look, layer, query, peaks };
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { look, layer, query, peaks } = this.shown,
      { equals, printed } = leaders(peaks, percent);
    this.tell(t('start.heads', { layers: look.layers, heads: look.heads }), 'start.what_attention', {
      name: tokenName(query, look),
      layer: layer + 1,
      most: together(equals.map((head) => t('start.head', { head: head + 1 }))),
      peak: printed,
    });
  }
}
