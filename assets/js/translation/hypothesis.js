// One hypothesis of a beam search in words and numbers: its text, its sum of log-probabilities, and what that is divided by.

import { h } from '../core/dom.js';
import { piece, pieceElement } from '../core/pieces.js';
import { t } from '../core/text.js';
import { judge } from './result.js';

const FATES = ['kept', 'ended', 'cut'];

/** The elements that describe the hypothesis whose nodes are `path`. */
export function hypothesis(
  path,
  { token, total, divisor: divisors, judged, fate, place },
  { words, alpha, rule },
  isWinner,
) {
  const last = path.at(-1),
    length = path.length,
    kind = FATES[fate[last]];
  const text = h(
    'p.hypothesis-text',
    { dir: 'auto' },
    ...path.flatMap((node, i) => {
      const one = piece(words[token[node]]);
      return i && one.begins ? [' ', pieceElement(one)] : [pieceElement(one)];
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
    judge(
      h('p.score-sum'),
      { logprob: total[last], divisor: divisors[last], score: judged[last], alpha, rule, length },
      {
        sum: t('translation.sum_of', { length }),
        score: t(kind === 'ended' ? 'translation.score' : 'translation.score_if'),
      },
    ),
  ];
}
