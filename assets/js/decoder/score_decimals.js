// How finely a row of scores is printed, so that its printed weights follow from it on paper.

import { fixed, percent, read } from '../core/text.js';

const FEWEST = 2,
  MOST = 6;

/**
 * The fewest decimals of the scores with which the softmax of what is printed gives every printed weight; MOST where
 * none is enough, as of a weight whose last digit lies between two. `forbidden(i)` tells what the mask takes away.
 * @param {ArrayLike<number>} scores
 * @param {ArrayLike<number>} weights
 * @param {(i: number) => boolean} forbidden
 */
export function scoreDecimals(scores, weights, forbidden) {
  const seen = Array.from(scores, (_, i) => i).filter((i) => !forbidden(i));
  for (let decimals = FEWEST; decimals < MOST; decimals++) {
    const printed = seen.map((i) => read(fixed(scores[i], decimals))),
      most = Math.max(...printed),
      powers = printed.map((score) => Math.exp(score - most)), // as every softmax is computed: e^800 is no number here
      sum = powers.reduce((total, one) => total + one, 0);
    if (seen.every((i, at) => percent(powers[at] / sum) === percent(weights[i]))) return decimals;
  }
  return MOST;
}
