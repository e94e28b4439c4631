// What a formula says aloud, and where it may be parted.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parsed, spoken } from '../../assets/js/core/formula.js';

const words = Object.fromEntries(
  readFileSync('demo/text/en/formula.md', 'utf-8')
    .split(/^## formula\./m)
    .slice(1)
    .map((entry) => entry.trim().split(/\n+/)),
);
const word = (key, params = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => params[name]);

test('a formula is read in words', () => {
  const read = (text) => spoken(parsed(text), word);
  assert.equal(read('√d_k'), 'square root of d k');
  assert.equal(read('q·k / √{64}'), 'q dot k divided by square root of 64');
  assert.equal(read('Q_h K_h^⊤'), 'Q h K h transposed');
  assert.equal(read('z′ = z + MSA(LN(z))'), 'z prime equals z plus MSA(LN(z))');
  assert.equal(
    read('w_j = e^{s_j}⁄{∑_i e^{s_i}}'),
    'w j equals e to the power of s j divided by (sum over i of e to the power of s i)',
  );
  assert.equal(read('O(n^2 · d)'), 'O(n squared dot d)');
  assert.equal(read('W_i^Q'), 'W Q i');
  assert.equal(read('∑_{i=1}^{64} q_i'), 'sum from i equals 1 to 64 of q i');
});

test('a symbol knows its source, whatever stands at it', () => {
  assert.deepEqual(
    parsed('z_3 = E x_{p 3}').flatMap(({ kind, source }) => (kind === 'space' ? [] : [source])),
    ['z_3', '=', 'E', 'x_{p 3}'],
  );
  assert.deepEqual(
    parsed('÷√').map(({ kind }) => kind),
    ['sign', 'root'],
  ); // its number is not known yet
});
