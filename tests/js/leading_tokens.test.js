// Which tokens stand before the patches differs from model to model: one, several, or none.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { patchAxis } from '../../assets/js/core/axes.js';
import { samePlace } from '../../assets/js/core/photo_query.js';

const PREFIXES = [[], ['CLS'], ['CLS', 'REG1', 'REG2']];
const searchWith = (prefix) => ({ prefix, rows: 3, cols: 4, photo: 'a', seen: [0, 0, 1, 1] });

describe('every token can be reached by arrow keys, and none that is not there', () => {
  for (const prefix of PREFIXES)
    test(`behind ${prefix.join(' + ') || 'nothing'}`, () => {
      const axis = patchAxis(searchWith(prefix));
      assert.equal(axis.length, prefix.length + 12);
      const steps = [
        [-1, 0],
        [1, 0],
        [0, -1],
        [0, 1],
      ];
      const reached = new Set([axis.length - 1]);
      for (const token of reached) for (const [dx, dy] of steps) reached.add(axis.step(token, dx, dy));
      assert.deepEqual(
        [...reached].sort((a, b) => a - b),
        Array.from({ length: axis.length }, (_, token) => token),
      );
    });
});

test('what was held stays at its place of the photo, and a token without one stays one that exists', () => {
  for (const before of PREFIXES)
    for (const now of PREFIXES) {
      const [from, to] = [searchWith(before), searchWith(now)];
      for (let patch = 0; patch < 12; patch++)
        assert.equal(samePlace(before.length + patch, from, to), now.length + patch);
      for (let token = 0; token < before.length; token++)
        assert.equal(samePlace(token, from, to), Math.max(0, Math.min(token, now.length - 1)));
    }
});
