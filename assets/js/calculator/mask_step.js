// What the mask does to one query's scores: kept, or −∞ whatever they are, so that e to their power is 0.

import { focusOn, h } from '../core/dom.js';
import { formulaElement } from '../core/formula.js';
import { pieceElement } from '../core/pieces.js';
import { percent, t } from '../core/text.js';
import { keyTable } from './parts.js';
import { real } from './terms.js';

/** A line per key: its score, what the mask makes of it, its weight. `rows` are the arrays of the page; `choose(key)` is called by a press on its name. */
export function maskTable(rows, axis, key, choose) {
  const { q, k, weights, scores, allowed } = rows,
    d = q.length;
  const names = [
    t('calculator.mask_key'),
    formulaElement('q·k ÷ √d_k'),
    t('calculator.mask_after'),
    t('calculator.mask_weight'),
  ];
  const lines = axis.pieces.map((piece, i) => {
    // The server sends what the mask left of each score; what it was is one more sum of products.
    const before = allowed[i]
      ? scores[i]
      : k.subarray(i * d, (i + 1) * d).reduce((sum, value, j) => sum + value * q[j], 0) / rows.divisor;
    const pressed = () => {
      choose(i);
      focusOn(document, '.mask-table [aria-pressed="true"]', { preventScroll: true });
    };
    const name = h(
      'button',
      { type: 'button', 'aria-pressed': String(i === key), onclick: pressed },
      pieceElement(piece),
    );
    return h(
      allowed[i] ? 'tr' : 'tr.masked',
      {},
      h('th', { scope: 'row' }, name),
      h('td', {}, real(before)),
      h('td', {}, real(scores[i])),
      h('td', {}, percent(weights[i])),
    );
  });
  return keyTable(names, lines, key);
}
