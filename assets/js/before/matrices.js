// A cell as the matrices it multiplies by, drawn to scale: a pair for each gate, for the word and for the state.

import { h } from '../core/dom.js';
import { bindLabel, bindText } from '../core/text.js';

/** Gates side by side; more stand in rows, so that the largest cell is no ribbon. */
const COLUMNS = 2;

/** What stands for one cell: sizes [d_in, d_hidden], its gates, and `widest`, the numbers across that all drawings have room for. */
export function matrices(cell, [words, units], gates, widest) {
  const across = (count) => `${(100 * count) / (words + units)}%`;
  const pairs = gates.map((gate) =>
    h(
      'div.pair',
      { style: { width: `${(100 * (words + units)) / widest}%` } },
      h(
        'div.pair-blocks',
        { style: { aspectRatio: `${words + units} / ${units}` } },
        h('span.matrix.for-word', { style: { width: across(words) } }, 'W'),
        h('span.matrix.for-state', { style: { width: across(units) } }, 'U'),
      ),
      bindText(h('span.gate-name'), `before.name_${gate}`),
    ),
  );
  const element = h('div.cell-matrices', { role: 'img' }, ...pairs);
  return bindLabel(element, 'aria-label', 'before.cost_figure', () => ({
    cell: cell.toUpperCase(),
    matrices: gates.length,
    units,
  }));
}

/** The numbers across for which the widest of some cells needs room. */
export const widest = (sizes, counts) =>
  Math.max(...sizes.map(([words, units], i) => Math.min(COLUMNS, counts[i]) * (words + units)));
