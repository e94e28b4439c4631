// The boxes of the flow: which tensor each one is, its shape, its formula, and which numbers its picture shows.

/** Kinds of tensors: a list of d_model or d_mlp numbers, d_head numbers per head, one number per head and key. */
const VECTOR = 'vector',
  HEADS = 'heads',
  KEYS = 'keys';

/**
 * In the order of the computation. array: the numbers in the payload of demo/views/block.py; tensor: their name in a trace, after the
 * block's; parts: arrays drawn one under the other when the box is open, the box's own last; tone: colour of the grammar; values: how the
 * numbers of a KEYS box are coloured and written.
 */
export const BOXES = [
  { id: 'x', kind: VECTOR, array: 'x', tensor: 'resid_pre', symbol: 'z_{l−1}', tone: 'residual', stream: true },
  { id: 'ln1', kind: VECTOR, array: 'ln1', tensor: 'ln1', symbol: 'LN', tone: 'bar', parts: ['x', 'ln1'] },
  { id: 'q', kind: HEADS, array: 'q', tensor: 'attn.q', symbol: 'Q', tone: 'query' },
  { id: 'k', kind: HEADS, array: 'k', tensor: 'attn.k', symbol: 'K', tone: 'key', lengths: 'k_length' },
  { id: 'v', kind: HEADS, array: 'v', tensor: 'attn.v', symbol: 'V', tone: 'value', lengths: 'v_length' },
  { id: 'dots', kind: KEYS, array: 'dots', tensor: 'attn.scores', symbol: 'Q K^⊤', tone: 'bar', values: 'score' },
  {
    id: 'scale',
    kind: KEYS,
    array: 'scores',
    tensor: 'attn.scores',
    symbol: '÷√{d_k}',
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
  { id: 'concat', kind: VECTOR, array: 'z', tensor: 'attn.z', symbol: 'concat', tone: 'value' },
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
  { id: 'pre', kind: VECTOR, array: 'pre', tensor: 'mlp.pre', symbol: 'W_1', tone: 'bar' },
  { id: 'post', kind: VECTOR, array: 'post', tensor: 'mlp.post', symbol: 'GELU', tone: 'bar', parts: ['pre', 'post'] },
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
];

export const BOX = Object.fromEntries(BOXES.map((box) => [box.id, box]));
/** Trace name and symbol of every array that is a quantity of the trace. */
export const TENSOR = Object.fromEntries(BOXES.map(({ array, tensor }) => [array, tensor]));
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

const ACTIVATION = { gelu: 'GELU', gelu_tanh: 'GELU', relu: 'ReLU' };
const activation = ({ act }) => ACTIVATION[act];

/** What stands on a box: symbols of core/notation.js. */
export const symbol = ({ id, symbol: sign }, look) =>
  ({ scale: `÷√${look.d_head}`, post: activation(look) })[id] ?? sign;

/** Whether a box counts the MLP's hidden units; the other lists of a token count its dimensions. */
export const hidden = ({ id }) => id === 'pre' || id === 'post';

/** The shape of a box's tensor for one token, as factors. */
export function shape({ id, kind }, { heads, d_head, d_model, d_mlp, tokens }) {
  if (id === 'carry') return [heads, tokens, d_head];
  if (kind === HEADS) return [heads, d_head];
  if (kind === KEYS) return [heads, tokens];
  return [hidden({ id }) ? d_mlp : d_model];
}

/** How a box is computed in this model, as formulas (core/formula.js `written`). */
export function formulas({ id }, look, { facts }) {
  const { d_head: d, heads, layer_scale: scaled } = look;
  const root = Number.isInteger(Math.sqrt(d)) ? `√${d} = {q·k_j}⁄${Math.sqrt(d)}` : `√${d}`;
  const branch = (gamma, inside) => (scaled ? `λ_${gamma} ⊙ (${inside})` : inside);
  return {
    x: facts.layer ? `z_{l−1} = z_${facts.layer}` : 'z_0 = x_p E + b + E_pos',
    ln1: 'LN(z_{l−1}) = {z_{l−1} − mean}⁄std ⊙ γ_1 + b_1',
    q: 'q = LN(z_{l−1}) W^Q + b^Q',
    k: 'k = LN(z_{l−1}) W^K + b^K',
    v: 'v = LN(z_{l−1}) W^V + b^V',
    dots: `q·k_j = ∑_{m=1}^{${d}} q[m] k_j[m]`,
    scale: facts.scaled ? `s_j = {q·k_j}⁄${root}` : 's_j = q·k_j',
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
export function fullIndex(array, { query }, { d_head }, ...at) {
  if (array === 'z' && at.length === 1) return [Math.floor(at[0] / d_head), query, at[0] % d_head];
  return at.length === 1 ? [query, at[0]] : [at[0], query, at[1]];
}
