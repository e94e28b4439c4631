// Attention rollout of the token held (ViT Fig. 6): what could have reached it through all layers.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { html, percent, bindText, retell, t } from '../core/text.js';
import { StillMap } from '../instrument/still.js';

export class RolloutCard {
  matrix;
  photoQuery;

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

  load(matrix, photoQuery, seen) {
    this.matrix = matrix;
    this.photoQuery = photoQuery;
    this.map.load(photoQuery, seen);
  }

  paint(query) {
    if (!this.matrix) return;
    const keys = this.photoQuery.tokens,
      row = this.matrix.data.subarray(query * keys, (query + 1) * keys);
    const peak = this.map.paint(row);
    retell(
      this.reading,
      html('attention.rollout_reading', {
        peak: percent(peak),
        self: percent(row[query]),
        token: query < this.photoQuery.prefix.length ? this.photoQuery.prefix[query] : t('attention.this_patch'),
      }),
    );
  }
}
