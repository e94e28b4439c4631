// The block of a photo's model as a flow (flow/flow.js): which tensor each box is, its shape, its formula, and which numbers its picture shows.

import { activation, HEADS, KEYS, rootFormula, VECTOR } from '../flow/kinds.js';

/**
 * In the order of the computation. array: the numbers in the payload of demo/views/block.py; tensor: their name in a trace, after the
 * block's; parts: arrays drawn one under the other when the box is open, the box's own last; tone: colour of the grammar; values: how the
 * numbers of a KEYS box are coloured and written; sum: the last of its parts is the first two added; root: the division, which may be off;
 * raw: it is read by no softmax; joins: it is the heads end to end; hidden: it counts hidden units; words: the beginning of its texts' names.
 */
export const BOXES = [
  { id: 'x', kind: VECTOR, array: 'x', tensor: 'resid_pre', symbol: 'z_{l−1}', tone: 'residual', stream: true },
  { id: 'ln1', kind: VECTOR, array: 'ln1', tensor: 'ln1', symbol: 'LN', tone: 'bar', parts: ['x', 'ln1'] },
  { id: 'q', kind: HEADS, array: 'q', tensor: 'attn.q', symbol: 'Q', tone: 'query' },
  {
    id: 'k',
    kind: HEADS,
    array: 'k',
    tensor: 'attn.k',
    symbol: 'K',
    tone: 'key',
    lengths: 'k_length',
    lengthsWords: 'block.map_k',
  },
  {
    id: 'v',
    kind: HEADS,
    array: 'v',
    tensor: 'attn.v',
    symbol: 'V',
    tone: 'value',
    lengths: 'v_length',
    lengthsWords: 'block.map_v',
  },
  {
    id: 'dots',
    kind: KEYS,
    array: 'dots',
    tensor: 'attn.scores',
    symbol: 'Q K^⊤',
    tone: 'bar',
    values: 'score',
    raw: true,
  },
  {
    id: 'scale',
    kind: KEYS,
    array: 'scores',
    tensor: 'attn.scores',
    symbol: '÷√{d_k}',
    root: true,
    tone: 'bar',
    values: 'score',
    before: 'dots',
  },
  {
    id: 'softmax',
    kind: KEYS,
    array: 'pattern',
    tensor: 'attn.pattern',
    symbol: 'softmax',
    tone: 'bar',
    values: 'share',
    before: 'scores',
  },
  {
    id: 'carry',
    kind: KEYS,
    array: 'carried',
    tensor: 'attn.pattern',
    symbol: 'A V',
    tone: 'value',
    values: 'length',
    before: 'pattern',
  },
  { id: 'z', kind: HEADS, array: 'z', tensor: 'attn.z', symbol: 'head', tone: 'value' },
  { id: 'concat', kind: VECTOR, array: 'z', tensor: 'attn.z', symbol: 'concat', tone: 'value', joins: true },
  {
    id: 'proj',
    kind: VECTOR,
    array: 'attn_out',
    tensor: 'attn_out',
    symbol: 'W^O',
    tone: 'bar',
    scaled: 'attn',
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
    map: 'middle',
  },
  { id: 'ln2', kind: VECTOR, array: 'ln2', tensor: 'ln2', symbol: 'LN', tone: 'bar', parts: ['mid', 'ln2'] },
  { id: 'pre', kind: VECTOR, array: 'pre', tensor: 'mlp.pre', symbol: 'W_1', tone: 'bar', hidden: true },
  {
    id: 'post',
    kind: VECTOR,
    array: 'post',
    tensor: 'mlp.post',
    symbol: 'GELU',
    tone: 'bar',
    parts: ['pre', 'post'],
    hidden: true,
  },
  {
    id: 'mlp_out',
    kind: VECTOR,
    array: 'mlp_out',
    tensor: 'mlp_out',
    symbol: 'W_2',
    tone: 'bar',
    scaled: 'mlp',
    map: 'mlp',
  },
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
    map: 'stream',
  },
].map((box) => ({ ...box, words: `block.${box.id}` }));

export const SYMBOL = {
  x: 'z_{l−1}',
  ln1: 'LN(z_{l−1})',
  attn_out: 'MSA',
  mid: 'z′_l',
  ln2: 'LN(z′_l)',
  pre: 'a',
  post: 'φ',
  mlp_out: 'MLP',
  out: 'z_l',
  z: 'concat',
};

/** What stands on a box: symbols of core/notation.js. */
export const symbol = ({ id, symbol: sign }, look) =>
  ({ scale: `÷√${look.d_head}`, post: activation(look) })[id] ?? sign;

/** The shape of a box's tensor for one token, as factors. */
export function shape({ id, kind, hidden }, { heads, d_head, d_model, d_mlp, tokens }) {
  if (id === 'carry') return [heads, tokens, d_head];
  if (kind === HEADS) return [heads, d_head];
  if (kind === KEYS) return [heads, tokens];
  return [hidden ? d_mlp : d_model];
}

/** How a box is computed in this model, as formulas (core/formula.js `written`). */
export function formulas({ id }, look, { facts }) {
  const { d_head: d, heads, layer_scale: scaled } = look;
  const branch = (gamma, inside) => (scaled ? `λ_${gamma} ⊙ (${inside})` : inside);
  return {
    x: facts.layer ? `z_{l−1} = z_${facts.layer}` : 'z_0 = x_p E + b + E_pos',
    ln1: 'LN(z_{l−1}) = {z_{l−1} − mean}⁄std ⊙ γ_1 + b_1',
    q: 'q = LN(z_{l−1}) W^Q + b^Q',
    k: 'k = LN(z_{l−1}) W^K + b^K',
    v: 'v = LN(z_{l−1}) W^V + b^V',
    dots: `q·k_j = ∑_{m=1}^{${d}} q[m] k_j[m]`,
    scale: facts.scaled ? `s_j = {q·k_j}⁄${rootFormula(d)}` : 's_j = q·k_j',
    softmax: 'A_j = e^{s_j}⁄{∑_j e^{s_j}}',
    carry: 'A_j v_j',
    z: 'head = ∑_j A_j v_j',
    concat: `concat = (head_1, …, head_${heads})`,
    proj: `MSA = ${branch(1, 'concat W^O + b^O')}`,
    mid: facts.residual ? 'z′_l = z_{l−1} + MSA' : 'z′_l = MSA',
    ln2: 'LN(z′_l) = {z′_l − mean}⁄std ⊙ γ_2 + b_2',
    pre: 'a = LN(z′_l) W_1 + b_1',
    post: `φ = ${activation(look)}(a)`,
    mlp_out: `MLP = ${branch(2, 'φ W_2 + b_2')}`,
    out: facts.residual ? 'z_l = z′_l + MLP' : 'z_l = MLP',
  }[id];
}

/** The full index of a number in its trace tensor. */
function fullIndex(_box, array, { facts: { query } }, { d_head }, ...at) {
  if (array === 'z' && at.length === 1) return [Math.floor(at[0] / d_head), query, at[0] % d_head];
  return at.length === 1 ? [query, at[0]] : [at[0], query, at[1]];
}

const LINKS = [
  ['x', 'ln1'],
  ['ln1', 'q'],
  ['ln1', 'k'],
  ['ln1', 'v'],
  ['q', 'dots', 'query'],
  ['k', 'dots', 'key'],
  ['dots', 'scale'],
  ['scale', 'softmax'],
  ['softmax', 'carry'],
  ['v', 'carry', 'value'],
  ['carry', 'z'],
  ['z', 'concat'],
  ['concat', 'proj'],
  ['proj', 'add1'],
  ['ln2', 'pre'],
  ['pre', 'post'],
  ['post', 'mlp_out'],
  ['mlp_out', 'add2'],
];
const inBranch = (from, to) => BOXES.map(({ id }) => id).slice(from, to);

/** @type {import('../flow/flow.js').Kind} */
export const PHOTO_BLOCK = {
  boxes: BOXES,
  reaches: [
    { start: 'x', tap: 'ln1', add: 'add1', ends: ['mid'], boxes: inBranch(1, 12) },
    { tap: 'ln2', add: 'add2', ends: ['out'], boxes: inBranch(13, 17) },
  ],
  links: LINKS,
  branches: ['attention', 'mlp'].map((name) => ({ name, words: `block.branch_${name}` })),
  label: 'block.flow',
  symbols: SYMBOL,
  symbol,
  shape,
  formula: formulas,
  index: fullIndex,
};
