// The calculator knows every quantity that a model announces, with the axes that the model gives it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { about, operandAt, quantitySymbol } from '../../assets/js/calculator/quantities.js';
import { fixture } from './python.js';

const LOOK = {},
  SENTENCE = { sentence: {} };
const subjectOf = ({ of, cell }) => (of === 'photoQuery' ? LOOK : { ...SENTENCE, ...(cell && { cell }) });

/** What a dimension counts, in the words of vit_core/names.py, and in those of the calculator. */
function axisOf(axis, name) {
  if (axis.startsWith('d_')) return 'number';
  if (axis === 'position') return 'place';
  if (axis === 'key' && name.endsWith('.attn.k')) return 'token';
  return { query: 'token', source: 'token' }[axis] ?? axis;
}

const names = fixture('names');

describe('every quantity of every model', () => {
  test('there are some of each kind', () => {
    const kinds = new Set(names.map(({ of, cell }) => cell ?? of));
    assert.deepEqual(kinds, new Set(['photoQuery', 'sentence', 'rnn', 'lstm', 'gru']));
  });

  test('is declared, with its axes', () => {
    for (const { of, cell, name, axes } of names) {
      const found = about(name, subjectOf({ of, cell }));
      assert.ok(!found.learned, `${name} of ${cell ?? of} is unknown`);
      assert.deepEqual(
        found.axes,
        axes.map((axis) => axisOf(axis, name)),
        `the axes of ${name} of ${cell ?? of}`,
      );
      assert.ok(found.symbol && found.colour);
    }
  });

  test('knows its stack and its layer', () => {
    for (const { of, cell, name } of names) {
      const { stack, layer } = about(name, subjectOf({ of, cell }));
      assert.equal(stack, /^(encoder|decoder)\./.exec(name)?.[1] ?? '', name);
      const block = /blocks\.(\d+)\./.exec(name);
      assert.equal(layer, block && Number(block[1]), name);
    }
  });
});

test('cross-attention is any attention, but its numbers are told apart', () => {
  const cross = about('decoder.blocks.2.cross.q', SENTENCE),
    own = about('decoder.blocks.2.attn.q', SENTENCE);
  assert.deepEqual([cross.kind, own.kind], ['attn.q', 'attn.q']);
  assert.deepEqual([cross.cross, own.cross], [true, false]);
  assert.equal(about('decoder.blocks.0.ln_cross', SENTENCE).cross, true);
});

test('what no trace names was learned, and its ending tells what it is', () => {
  const letters = {
    'blocks.3.norm1.weight': 'γ',
    'blocks.3.ls1.gamma': 'λ',
    'blocks.3.mlp.fc1.bias': 'b',
    'decoder.embed.weight': 'E',
    'head.weight': 'W',
    cls: 'x_class',
  };
  for (const [name, letter] of Object.entries(letters)) {
    const { learned, symbol: found, axes } = about(name, LOOK);
    assert.deepEqual({ learned, found, axes }, { learned: true, found: letter, axes: [] }, name);
  }
});

describe('symbol', () => {
  test('carries its place, counted from 1', () => {
    assert.equal(quantitySymbol('blocks.3.attn.q', [0, 5, 11], LOOK), 'q[12]');
    assert.equal(quantitySymbol('blocks.3.resid_mid', [5, 0], LOOK), 'z′[1]');
    assert.equal(quantitySymbol('decoder.blocks.0.cross_out', [5, 383], SENTENCE), 'MCA[384]');
  });

  test('of a weight, a class or a word has none', () => {
    assert.equal(quantitySymbol('blocks.3.attn.pattern', [0, 5, 7], LOOK), 'A');
    assert.equal(quantitySymbol('logits', [7], LOOK), 'ℓ');
    assert.equal(quantitySymbol('logits', [2, 7], SENTENCE), 'ℓ');
  });

  test('of a pixel has its colour, its column and its row', () => {
    assert.deepEqual(
      [0, 1, 2].map((channel) => quantitySymbol('pixels', [channel, 4, 9], LOOK)),
      ['R[10, 5]', 'G[10, 5]', 'B[10, 5]'],
    );
  });

  test('of a recurrent network has its step before its unit; a word has the step alone', () => {
    const gru = { ...SENTENCE, cell: 'gru' };
    assert.equal(quantitySymbol('encoder.state', [2, 0], gru), 'h_{3}[1]');
    assert.equal(quantitySymbol('encoder.candidate', [2, 0], gru), 'g_{3}[1]');
    assert.equal(quantitySymbol('encoder.candidate', [2, 0], { ...SENTENCE, cell: 'rnn' }), 'h_{3}[1]');
    assert.equal(quantitySymbol('logits', [2, 7], gru), 'ℓ_{3}');
  });
});

test('operands are counted in reading order from where their source begins', () => {
  const source = { name: 'pixels', start: [1, 14, 28], run: [2, 3, 4] },
    found = Array.from({ length: 24 }, (_, i) => operandAt(source, i));
  const expected = [];
  for (let channel = 1; channel < 3; channel++)
    for (let y = 14; y < 17; y++)
      for (let x = 28; x < 32; x++) expected.push({ name: 'pixels', index: [channel, y, x] });
  assert.deepEqual(found, expected);
});

test('one operand stands where its source begins', () => {
  assert.deepEqual(operandAt({ name: 'tokens', start: [3, 7], run: [1, 1] }, 0), { name: 'tokens', index: [3, 7] });
});
