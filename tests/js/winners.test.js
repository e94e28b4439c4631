// Who may be called the largest, the most alike, the furthest: only one whom the printed digits tell from the rest.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { leaders, rankOf } from '../../assets/js/core/argmax.js';
import { digits, percent, together } from '../../assets/js/core/text.js';
import { counts, verdict } from '../../assets/js/encoder/likeness_card.js';

test('all whose printed digits are those of the largest lead together', () => {
  assert.deepEqual(leaders([28.96, 29.04, 3, -Infinity], digits), { best: 1, printed: '29.0', equals: [0, 1] });
  assert.deepEqual(leaders([28.94, 29.04, 3], digits), { best: 1, printed: '29.0', equals: [1] });
  assert.deepEqual(leaders(Float32Array.of(1 / 3, 1 / 3, 1 / 3), percent).equals, [0, 1, 2]);
});

test('those that are printed alike share a rank', () => {
  const values = [0.5, 0.5001, 0.7, 0.2];
  assert.deepEqual(
    values.map((_, at) => rankOf(values, at, digits)),
    [2, 2, 1, 4],
  );
});

test('fit and likeness disagree, agree or choose the token itself only where each has one winner', () => {
  const of = (...equals) => ({ best: equals[0], equals });
  assert.equal(verdict(of(0), null, 0), 'alone');
  assert.equal(verdict(of(0, 2), of(2), 0), 'tied');
  assert.equal(verdict(of(2), of(2, 3), 0), 'tied');
  assert.equal(verdict(of(0), of(2), 0), 'itself');
  assert.equal(verdict(of(2), of(2), 0), 'agree');
  assert.equal(verdict(of(2), of(1), null), 'differ');
});

test('several are named together', () => {
  assert.equal(together(['a']), 'a');
  assert.equal(together(['a', 'b', 'c', 'd']), 'a, b, c, and d');
});

test('over all queries the most alike token wins where the printed digits say so, and nowhere else', () => {
  const array = (shape, ...data) => ({ shape, data });
  // Four queries: agrees; largest q·k printed alike; cosines printed alike; sees itself alone. A second head disagrees.
  const arrays = {
    same: array([2, 4], 1, 1, 1, 1, 0, 0, 1, 1),
    fits: array([2, 4, 2], 12.5, 3, 28.96, 29.04, 7, -1, 5, -Infinity, 4, 1, 4, 1, 4, 1, 4, -Infinity),
    likes: array([4, 2], 0.9, 0.5, 0.8, -Infinity, 0.70011, 0.69999, -Infinity, -Infinity),
  };
  assert.deepEqual(counts(arrays, 0), { agreeing: 1, tied: 2, queries: 3 });
  assert.deepEqual(counts(arrays, 1), { agreeing: 0, tied: 1, queries: 3 });
});
