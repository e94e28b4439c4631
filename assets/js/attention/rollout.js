// Attention rollout of the token held (ViT Fig. 6): what could have reached it through all layers.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { html, percent, bindText, t } from '../core/text.js';
import { StillMap } from '../instrument/still.js';

export class RolloutCard {
  matrix;
  look;

  map = new StillMap();
  reading = h('p.note');
  element = takeable(
    h(
      'section.card',
      {},
      bindText(h('h3'), 'attention.rollout'),
      this.map.element,
      this.reading,
      bindText(h('p.note'), 'attention.rollout_caption'),
    ),
    () => this.matrix,
  );

  load(matrix, look, seen) {
    this.matrix = matrix;
    this.look = look;
    this.map.load(look, seen);
  }

  paint(query) {
    if (!this.matrix) return;
    const keys = this.look.tokens,
      row = this.matrix.data.subarray(query * keys, (query + 1) * keys);
    const peak = this.map.paint(row);
    this.reading.innerHTML = html('attention.rollout_reading', {
      peak: percent(peak),
      self: percent(row[query]),
      token: query < this.look.prefix.length ? this.look.prefix[query] : t('attention.this_patch'),
    });
  }
}
