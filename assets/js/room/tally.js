// How a room voted, as bars with their numbers: on the projector and on the phones.

import { h } from '../core/dom.js';
import { bindText, united } from '../core/text.js';
import { LETTERS } from '../tours/asking.js';

/**
 * The choices in a row each; with their bars once they are revealed.
 * @param {{ words: string, count?: number, part?: number, right?: boolean, place?: boolean, own?: boolean }[]} rows `place`: it lies on the photo
 */
export function tallyRows(rows) {
  return rows.map(({ words, count, part, right, place, own }, i) => {
    if (count === undefined) return h('li', {}, h('span.tally-mark', {}, LETTERS[i]), h('span.tally-words', {}, words));
    const name = h('span.tally-words', {}, `${place ? `${LETTERS[i]} · ` : ''}${words}`);
    const mark = h('span.tally-mark', { 'aria-hidden': true, translate: 'no' }, right ? '✓' : own ? '✗' : '');
    const said = right ? bindText(h('span.hidden-words'), 'room.is_right') : null;
    const yours = own ? bindText(h('span.tally-own'), 'room.yours') : null;
    return h(
      'li',
      { 'data-right': right },
      mark,
      h('span.tally-name', {}, name, yours, said),
      h('span.tally-track', { 'aria-hidden': true }, h('span.tally-bar', { style: { width: `${100 * part}%` } })),
      h('span.tally-count', {}, `${count} · ${united(Math.round(100 * part), '%')}`),
    );
  });
}
