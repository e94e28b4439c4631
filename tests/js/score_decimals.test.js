import assert from 'node:assert/strict';
import { test } from 'node:test';

import { scoreDecimals } from '../../assets/js/decoder/score_decimals.js';

/** The softmax as it is done on paper, of numbers as they are printed. */
function onPaper(scores) {
  const powers = scores.map((score) => Math.E ** score),
    sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** A share as the page prints it: three digits, and no more than three decimals of a per cent. */
const printedShare = (share) => (100 * share).toFixed(share >= 0.09995 ? 1 : share >= 0.009995 ? 2 : 3);

test('weights as printed follow from the scores as printed, where two decimals do not do', () => {
  let planted = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const scores = Array.from({ length: 7 }, (_, i) => 6 * Math.sin(seed * 12.9898 + i * 78.233)),
      weights = onPaper(scores),
      decimals = scoreDecimals(scores, weights, () => false),
      wanted = weights.map(printedShare).join(),
      agrees = (n) =>
        onPaper(scores.map((score) => Number(score.toFixed(n))))
          .map(printedShare)
          .join() === wanted;
    if (decimals < 6) assert.ok(agrees(decimals), `seed ${seed}`);
    assert.equal(decimals === 2, agrees(2), `seed ${seed}`);
    planted += agrees(2) ? 0 : 1;
  }
  assert.ok(planted > 10, 'rows that two decimals do not do for');
});

test('scores too large for a power of e are worked out all the same', () => {
  const [a, b] = onPaper([0, -2]);
  assert.equal(
    scoreDecimals([800, 798], [a, b], () => false),
    2,
  );
  assert.equal(
    scoreDecimals([-800, -802], [a, b], () => false),
    2,
  );
});

test('what the mask takes away counts for nothing', () => {
  const scores = [1, 2, 50],
    [a, b] = onPaper([1, 2]);
  assert.equal(
    scoreDecimals(scores, [a, b, 0], (i) => i === 2),
    2,
  );
});
