// The station “attention”: the heads of the layer that is chosen, on the photo.

import { leaders } from '../core/argmax.js';
import { patchAxis } from '../core/axes.js';
import { h } from '../core/dom.js';
import { seenPicture } from '../core/seen.js';
import { state } from '../core/state.js';
import { percent, t, together } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { view } from '../core/wire.js';
import { NO_KEYS, rowPeak } from '../instrument/scale.js';
import { PatchTile } from '../instrument/tiles.js';
import { Stop } from './stop.js';

export class AttentionStop extends Stop {
  shown = null;
  tiles = h('span.start-heads');

  constructor() {
    super('attention', 'attention.title', () => ({ screen: 'attention' }));
    this.picture.append(this.tiles);
  }

  async load(photoQuery, wanted) {
    const layer = Math.min(state.layer, photoQuery.layers - 1),
      query = Math.min(state.query, photoQuery.tokens - 1),
      seen = seenPicture(photoQuery);
    const { arrays } = await view('glance', photoQuery, { layer, query });
    if (!wanted()) return;
    const axis = patchAxis(photoQuery),
      rows = Array.from({ length: photoQuery.heads }, (_, head) =>
        arrays.pattern.data.subarray(head * photoQuery.tokens, (head + 1) * photoQuery.tokens),
      );
    const peaks = rows.map((row) => rowPeak(row, NO_KEYS, axis.first)),
      scale = Math.max(...peaks);
    this.tiles.style.setProperty('--across', String(photoQuery.heads > 8 ? 4 : photoQuery.heads > 4 ? 3 : 2));
    this.tiles.replaceChildren(
      ...rows.map((row) => {
        const tile = new PatchTile(axis, seen);
        tile.paint(row, scale, NO_KEYS);
        return tile.element;
      }),
    );
    this.shown = { photoQuery, layer, query, peaks };
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { photoQuery, layer, query, peaks } = this.shown,
      { equals, printed } = leaders(peaks, percent);
    this.tell(t('start.heads', { layers: photoQuery.layers, heads: photoQuery.heads }), 'start.what_attention', {
      name: tokenName(query, photoQuery),
      layer: layer + 1,
      most: together(equals.map((head) => t('start.head', { head: head + 1 }))),
      peak: printed,
    });
  }
}
