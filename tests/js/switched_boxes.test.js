// What a box of a flow is computed by while a change takes something from it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { photoBlock } from '../../assets/js/block/boxes.js';
import { blockOf } from '../../assets/js/encoder/boxes.js';

const SIZES = { heads: 6, d_head: 64, d_model: 384, d_mlp: 1536, act: 'relu', keys: { attn: 12, cross: 12 } };

test('without the division every attention has the formula without it, and nothing else changes', () => {
  const kinds = [
    photoBlock(SIZES),
    photoBlock({ ...SIZES, gated: true }),
    blockOf('encoder', 'post'),
    blockOf('decoder', 'pre'),
  ];
  for (const kind of kinds)
    for (const box of kind.boxes) {
      const [on, off] = [[], ['scale']].map((without) =>
        kind.formula(box, SIZES, { facts: { layer: 1, off: without, norms: {} } }),
      );
      if (box.root) assert.deepEqual([on, off], ['s_j = {q·k_j}⁄√64 = {q·k_j}⁄8', 's_j = q·k_j']);
      else assert.equal(on, off, box.id);
    }
});

test('an MLP has one formula for what it adds, with LayerScale where the model has it', () => {
  const said = (kind, sizes) =>
    kind.formula(
      kind.boxes.find(({ id }) => id === 'mlp_out'),
      sizes,
      { facts: { layer: 1, off: [], norms: {} } },
    );
  assert.equal(said(photoBlock(SIZES), SIZES), 'MLP = φ W_2 + b_2');
  assert.equal(said(blockOf('decoder', 'post'), SIZES), 'MLP = φ W_2 + b_2');
  assert.equal(said(photoBlock(SIZES), { ...SIZES, layer_scale: true }), 'MLP = λ_2 ⊙ (φ W_2 + b_2)');
});
