// Where a gated state stands between the old state and the candidate, on a line from −1 to 1.

import { h, onWidth, svg } from '../core/dom.js';
import { flat } from '../core/formula.js';
import { digits, percent, t } from '../core/text.js';

const MARGIN = 44,
  LINE = 46,
  TALL = 102;

/** `share` is how much of the old state is kept; old state, candidate and new state are { value, name }. */
export function between(share, { before, candidate, now }) {
  const words = t('calculator.between', {
    share: percent(share),
    before: digits(before.value),
    candidate: digits(candidate.value),
  });
  const drawing = svg('svg', { role: 'img', 'aria-label': words, height: TALL }),
    box = h('div.between-box', {}, drawing),
    left = before.value < candidate.value;
  onWidth(box, (width) => {
    const across = (x) => MARGIN + ((x + 1) / 2) * (width - 2 * MARGIN);
    const line = (kind, from, to, up = 0) =>
      svg('line', { class: kind, x1: across(from), x2: across(to), y1: LINE - up, y2: LINE + up });
    // The names of the two ends lean away from each other, however near they are.
    const mark = ({ value, name }, kind, radius, y, anchor) =>
      svg(
        'g',
        { class: kind },
        svg('circle', { cx: across(value), cy: LINE, r: radius }),
        svg(
          'text',
          { x: across(value) + { end: -1, start: 1, middle: 0 }[anchor], y, 'text-anchor': anchor },
          flat(name),
        ),
      );
    const ticks = [-1, 0, 1].flatMap((x) => [
      line('axis-line', x, x, 5),
      svg('text', { class: 'tick', x: across(x), y: LINE + 50, 'text-anchor': 'middle' }, String(x).replace('-', '−')),
    ]);
    drawing.setAttribute('width', width);
    drawing.replaceChildren(
      line('axis-line', -1, 1),
      ...ticks,
      line('way', before.value, candidate.value),
      mark(before, 'mark-before', 5, LINE + 26, left ? 'end' : 'start'),
      mark(candidate, 'mark-candidate', 5, LINE + 26, left ? 'start' : 'end'),
      mark(now, 'mark-now', 7, LINE - 17, 'middle'),
    );
  });
  return h('figure.between', {}, box, h('figcaption.note', {}, words));
}
