// One hypothesis of a beam search in words and numbers: its text, its sum of log-probabilities, and what that is divided by.

import { h } from '../core/dom.js';
import { piece, readElement } from '../core/pieces.js';
import { t } from '../core/text.js';
import { nats } from './numbers.js';
import { cell, judge, sumOf } from './result.js';

const FATES = ['kept', 'ended', 'cut'];

/** The elements that describe the hypothesis whose nodes are `path`. */
export function hypothesis(
  path,
  { token, total, divisor: divisors, judged, fate, place },
  { words, alpha, rule, given },
  isWinner,
) {
  const last = path.at(-1),
    length = path.length,
    chosen = length - given,
    kind = FATES[fate[last]];
  const text = h(
    'p.hypothesis-text',
    { dir: 'auto' },
    ...path.flatMap((node, i) => {
      const one = piece(words[token[node]]);
      return i && one.begins ? [' ', readElement(one)] : [readElement(one)];
    }),
  );
  const what = isWinner
    ? 'translation.is_winner'
    : kind === 'ended'
      ? 'translation.is_ended'
      : kind === 'kept'
        ? 'translation.is_kept'
        : 'translation.is_cut';
  return [
    h('p.note', {}, t(what, { place: place[last] + 1, length })),
    text,
    // Within the given words nothing was chosen yet, and there is nothing to judge.
    chosen > 0
      ? judge(
          h('p.score-sum'),
          { logprob: total[last], divisor: divisors[last], score: judged[last], alpha, rule, length: chosen },
          { sum: sumOf(given, chosen), score: t(kind === 'ended' ? 'translation.score' : 'translation.score_if') },
        )
      : h('p.score-sum', {}, cell([t('translation.sum_given', { length })], [nats(total[last])])),
  ];
}
