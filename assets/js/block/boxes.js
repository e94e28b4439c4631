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
  { id: 'x', kind: VECTOR, array: 'x', tensor: 'resid_pre', symbol: 'x', tone: 'residual', stream: true },
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
    symbol: '÷√d',
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
    symbol: '×V',
    tone: 'value',
    values: 'length',
    before: 'pattern',
  },
  { id: 'z', kind: HEADS, array: 'z', tensor: 'attn.z', symbol: 'z', tone: 'value' },
  { id: 'concat', kind: VECTOR, array: 'z', tensor: 'attn.z', symbol: 'concat', tone: 'value' },
  {
    id: 'proj',
    kind: VECTOR,
    array: 'attn_out',
    tensor: 'attn_out',
    symbol: 'W_O',
    tone: 'bar',
    scaled: 'attn',
    map: 'attention',
  },
  {
    id: 'mid',
    kind: VECTOR,
    array: 'mid',
    tensor: 'resid_mid',
    symbol: 'x′',
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
    symbol: 'x″',
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
  x: 'x',
  ln1: 'LN(x)',
  attn_out: 'a',
  mid: 'x′',
  ln2: 'LN(x′)',
  pre: 'h',
  post: 'g',
  mlp_out: 'm',
  out: 'x″',
  z: 'c',
};

const ACTIVATION = { gelu: 'GELU', gelu_tanh: 'GELU', relu: 'ReLU' };
const activation = ({ act }) => ACTIVATION[act];

/** What stands on a box. */
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
  const branch = (gamma, inside) => (scaled ? `γ_${gamma} ⊙ (${inside})` : inside);
  return {
    x: facts.layer ? `x = x″_{${facts.layer}}` : 'x = E p + position',
    ln1: 'LN(x) = {x − μ}⁄σ ⊙ g_1 + b_1',
    q: 'q = LN(x) W_Q + b_Q',
    k: 'k = LN(x) W_K + b_K',
    v: 'v = LN(x) W_V + b_V',
    dots: `q·k_j = ∑_{i=1}^{${d}} q_i k_{j i}`,
    scale: facts.scaled ? `s_j = {q·k_j}⁄${root}` : 's_j = q·k_j',
    softmax: 'w_j = e^{s_j}⁄{∑_i e^{s_i}}',
    carry: 'w_j v_j',
    z: `z = ∑_j w_j v_j`,
    concat: `c = (z_1, …, z_${heads})`,
    proj: `a = ${branch(1, 'c W_O + b_O')}`,
    mid: facts.residual ? 'x′ = x + a' : 'x′ = a',
    ln2: 'LN(x′) = {x′ − μ}⁄σ ⊙ g_2 + b_2',
    pre: 'h = LN(x′) W_1 + b_1',
    post: `g = ${activation(look)}(h)`,
    mlp_out: `m = ${branch(2, 'g W_2 + b_2')}`,
    out: facts.residual ? 'x″ = x′ + m' : 'x″ = m',
  }[id];
}

/** The full index of a number in its trace tensor. */
export function fullIndex(array, { query }, { d_head }, ...at) {
  if (array === 'z' && at.length === 1) return [Math.floor(at[0] / d_head), query, at[0] % d_head];
  return at.length === 1 ? [query, at[0]] : [at[0], query, at[1]];
}
