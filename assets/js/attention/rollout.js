// Attention rollout of the token held (ViT Fig. 6): what could have reached it through all layers.

import { patchAxis } from '../core/axes.js';
import { h } from '../core/dom.js';
import { html, percent, say, t } from '../core/text.js';
import { PatchTile } from '../instrument/tiles.js';
import { rowPeak } from '../instrument/scale.js';

const NOTHING = new Set();

export class RolloutCard {
  constructor() {
    this.place = h('div.rollout-tile');
    this.reading = h('p.note');
    this.element = h('section.card', {}, say(h('h3'), 'attention.rollout'), this.place, this.reading, say(h('p.note'), 'attention.rollout_caption'));
  }

  load(matrix, look, seen) {
    Object.assign(this, { matrix, look });
    this.tile = new PatchTile(patchAxis(look), seen);
    this.tile.point(null);
    this.place.replaceChildren(this.tile.element);
  }

  paint(query) {
    if (!this.tile) return;
    const keys = this.look.tokens, row = this.matrix.data.subarray(query * keys, (query + 1) * keys);
    const peak = rowPeak(row, NOTHING, this.look.prefix.length);
    this.tile.paint(row, peak, NOTHING);
    this.reading.innerHTML = html('attention.rollout_reading', { peak: percent(peak), self: percent(row[query]), token: query < this.look.prefix.length ? this.look.prefix[query] : t('attention.this_patch') });
  }
}
