// The block of a photo's model as a flow (flow/flow.js): which tensor each box is, its shape, its formula, and which numbers its picture shows.
// A plain MLP and one with a gate are two kinds.

import { ATTENTION, attentionFormulas, linksWithin, shapeOf } from '../flow/attention.js';
import { activation, switchedFormula, VECTOR } from '../flow/kinds.js';
import { GATED_MLP, MLP_OUT, mlpFormulas, PLAIN_MLP } from '../flow/mlp.js';

/**
 * In the order of the computation. array: the numbers in the payload of demo/photo/views/block.py; tensor: their name in a trace, after the
 * block's; parts: arrays drawn one under the other when the box is open, the box's own last; tone: colour of the grammar; values: how the
 * numbers of a KEYS box are coloured and written; sum, product: the last of its parts is the first two added, or multiplied; root: the division;
 * without: the kind of a change (core/change.js) that takes from it what it is for; instead: its formula then, where it is no sum;
 * raw: it is read by no softmax; joins: it is the heads end to end; hidden: it counts hidden units; words: the beginning of its texts' names.
 */
const BEFORE_MLP = [
  { id: 'x', kind: VECTOR, array: 'x', tensor: 'resid_pre', symbol: 'z_{l−1}', tone: 'residual', stream: true },
  { id: 'ln1', kind: VECTOR, array: 'ln1', tensor: 'ln1', symbol: 'LN', tone: 'bar', parts: ['x', 'ln1'] },
  ...ATTENTION.map((box) => ({ ...box, id: box.role, tensor: `attn.${box.tensor ?? box.array}` })),
  {
    id: 'proj',
    kind: VECTOR,
    array: 'attn_out',
    tensor: 'attn_out',
    symbol: 'W^O',
    tone: 'bar',
    layerScale: 'attn',
    map: 'attention',
  },
  {
    id: 'mid',
    kind: VECTOR,
    array: 'mid',
    tensor: 'resid_mid',
    symbol: 'z′_l',
    tone: 'residual',
    stream: true,
    parts: ['x', 'attn_out', 'mid'],
    sum: true,
    without: 'residual',
    map: 'middle',
  },
  { id: 'ln2', kind: VECTOR, array: 'ln2', tensor: 'ln2', symbol: 'LN', tone: 'bar', parts: ['mid', 'ln2'] },
];
const AFTER_MLP = [
  { ...MLP_OUT, id: MLP_OUT.role, layerScale: 'mlp', map: 'mlp' },
  {
    id: 'out',
    kind: VECTOR,
    array: 'out',
    tensor: 'resid_post',
    symbol: 'z_l',
    tone: 'residual',
    stream: true,
    parts: ['mid', 'mlp_out', 'out'],
    sum: true,
    without: 'residual',
    map: 'stream',
  },
];
const wordsOf = (key) => `block.${key}`;
const boxesOf = (mlp) =>
  [
    ...BEFORE_MLP,
    ...mlp.map((box) => ({
      ...box,
      id: box.role,
      tensor: `mlp.${box.array}`,
      words: wordsOf(box.product ? 'product' : box.role),
    })),
    ...AFTER_MLP,
  ].map((box) => ({ words: wordsOf(box.id), ...box }));

const PLAIN = boxesOf(PLAIN_MLP);
const GATED = boxesOf(GATED_MLP);

export const SYMBOL = {
  x: 'z_{l−1}',
  ln1: 'LN(z_{l−1})',
  attn_out: 'MSA',
  mid: 'z′_l',
  ln2: 'LN(z′_l)',
  pre: 'a',
  gate: 'gate',
  value: 'a′',
  post: 'φ',
  mlp_out: 'MLP',
  out: 'z_l',
  z: 'concat',
};

/** What stands on a box: symbols of core/notation.js. */
export const boxSymbol = ({ id, bent, symbol: sign }, sizes) =>
  bent ? activation(sizes) : id === 'scale' ? `÷√${sizes.d_head}` : sign;

/** How a box is computed in this model, as formulas (core/formula.js `written`). */
export function boxFormula(box, sizes, { facts }) {
  const { d_head: d, heads, layer_scale: hasLayerScale } = sizes,
    cut = facts.off.includes('residual'),
    made = 'concat W^O + b^O';
  const formulas = {
    x: facts.layer ? `z_{l−1} = z_${facts.layer}` : 'z_0 = x_p E + b + E_pos',
    ln1: 'LN(z_{l−1}) = {z_{l−1} − mean}⁄std ⊙ γ_1 + b_1',
    ...attentionFormulas({ read: 'LN(z_{l−1})', d, heads }),
    proj: `MSA = ${hasLayerScale ? `λ_1 ⊙ (${made})` : made}`,
    mid: cut ? 'z′_l = MSA' : 'z′_l = z_{l−1} + MSA',
    ln2: 'LN(z′_l) = {z′_l − mean}⁄std ⊙ γ_2 + b_2',
    ...mlpFormulas({ read: 'LN(z′_l)', sizes }),
    out: cut ? 'z_l = MLP' : 'z_l = z′_l + MLP',
  };
  return switchedFormula(box, facts) ?? formulas[box.id];
}

/** The full index of a number in its trace tensor. */
function fullIndex(_box, array, { facts: { query } }, { d_head }, ...at) {
  if (array === 'z' && at.length === 1) return [Math.floor(at[0] / d_head), query, at[0] % d_head];
  return at.length === 1 ? [query, at[0]] : [at[0], query, at[1]];
}

const LINKS_BEFORE = [
  ['x', 'ln1'],
  ['ln1', 'q'],
  ['ln1', 'k'],
  ['ln1', 'v'],
  ...linksWithin((role) => role),
  ['concat', 'proj'],
  ['proj', 'add1'],
  ['ln2', 'pre'],
];
const LINKS_AFTER = [
  ['post', 'mlp_out'],
  ['mlp_out', 'add2'],
];

/** @returns {import('../flow/flow.js').Kind} */
function kindOf(boxes, links) {
  const within = (from, to) => {
    const ids = boxes.map(({ id }) => id);
    return ids.slice(ids.indexOf(from), ids.indexOf(to) + 1);
  };
  return {
    boxes,
    reaches: [
      { start: 'x', tap: 'ln1', add: 'add1', ends: ['mid'], boxes: within('ln1', 'proj') },
      { tap: 'ln2', add: 'add2', ends: ['out'], boxes: within('ln2', 'mlp_out') },
    ],
    links: [...LINKS_BEFORE, ...links, ...LINKS_AFTER],
    branches: ['attention', 'mlp'].map((name) => ({ name, words: `block.branch_${name}` })),
    label: 'block.flow',
    symbols: SYMBOL,
    symbol: boxSymbol,
    shape: (box, sizes) => shapeOf(box, sizes, sizes.tokens),
    formula: boxFormula,
    index: fullIndex,
  };
}

const PLAIN_BLOCK = kindOf(PLAIN, [['pre', 'post']]);
const GATED_BLOCK = kindOf(GATED, [
  ['pre', 'gate'],
  ['ln2', 'value'],
  ['gate', 'post'],
  ['value', 'post'],
]);

/** The kind of a model's blocks. */
export const photoBlock = (sizes) => (sizes.gated ? GATED_BLOCK : PLAIN_BLOCK);
