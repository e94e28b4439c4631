// The blocks of a translator as a flow (flow/flow.js): the encoder's of two branches, the decoder's of three, with either norm.

import { activation, HEADS, KEYS, rootFormula, VECTOR } from '../flow/kinds.js';

/** Around each branch: arrays of demo/views/encoder.py, the symbol of the stream behind it, and which γ and b its norm has. */
const BRANCHES = {
  attn: { ln: 'ln1', out: 'attn_out', sum: 'attn_sum', resid: 'resid_mid', made: 'MSA', after: 'z′_l', norm: 1 },
  cross: {
    ln: 'ln_cross',
    out: 'cross_out',
    sum: 'cross_sum',
    resid: 'resid_cross',
    made: 'MCA',
    after: 'z″_l',
    norm: 2,
  },
  mlp: { ln: 'ln2', out: 'mlp_out', sum: 'mlp_sum', resid: 'resid_post', made: 'MLP', after: 'z_l', norm: 3 },
};
/** The beginning of a box's texts: those of any block, or of a translator's. */
const shared = (role) => `block.${role}`,
  own = (role) => `encoder.${role}`;
/** What each attention is of, in the names of its texts. */
const OF_DECODER = { attn: 'masked', cross: 'cross' };

/** The boxes of an attention; a decoder's two have the same roles. */
function attention(kind, writes) {
  const id = (role) => (kind === 'cross' ? `cross_${role}` : role),
    array = (name) => `${kind}.${name}`;
  const words = (role, apart) => (apart && writes ? own(`${OF_DECODER[kind]}_${role}`) : shared(role));
  const box = (role, fields, apart = false) => ({
    ...{ id: id(role), role, of: kind, words: words(role, apart) },
    ...fields,
    array: array(fields.array),
    tensor: array(fields.tensor ?? fields.array),
    ...(fields.before && { before: array(fields.before) }),
    // What is masked has a score of −∞; a weight of 0 alone does not say so. Without a mask every product counts.
    ...(fields.kind === KEYS && !fields.raw && { mask: array('scores') }),
  });
  const lengths = (which) => ({ lengths: array(`${which}_length`), lengthsWords: `block.map_${which}` });
  return [
    box('q', { kind: HEADS, array: 'q', symbol: 'Q', tone: 'query' }),
    box('k', { kind: HEADS, array: 'k', symbol: 'K', tone: 'key', ...lengths('k') }, kind === 'cross'),
    box('v', { kind: HEADS, array: 'v', symbol: 'V', tone: 'value', ...lengths('v') }, kind === 'cross'),
    box('dots', {
      ...{ kind: KEYS, array: 'dots', tensor: 'scores', symbol: 'Q K^⊤', tone: 'bar' },
      ...{ values: 'score', raw: true },
    }),
    box(
      'scale',
      { kind: KEYS, array: 'scores', symbol: '÷√{d_k}', root: true, tone: 'bar', values: 'score', before: 'dots' },
      kind === 'attn',
    ),
    box('softmax', { kind: KEYS, array: 'pattern', symbol: 'softmax', tone: 'bar', values: 'share', before: 'scores' }),
    box('carry', {
      ...{ kind: KEYS, array: 'carried', tensor: 'pattern', symbol: 'A V', tone: 'value' },
      ...{ values: 'length', before: 'pattern' },
    }),
    box('z', { kind: HEADS, array: 'z', symbol: 'head', tone: 'value' }),
    box('concat', { kind: VECTOR, array: 'z', symbol: 'concat', tone: 'value', joins: true }),
    { ...outOf(kind), role: 'proj', words: shared('proj'), symbol: 'W^O' },
  ];
}

const outOf = (kind) => {
  const { out } = BRANCHES[kind];
  return { id: out, of: kind, kind: VECTOR, array: out, tensor: out, tone: 'bar', lengthsOf: out };
};

const mlp = () => [
  {
    ...{ id: 'pre', kind: VECTOR, array: 'mlp.pre', tensor: 'mlp.pre', symbol: 'W_1', tone: 'bar' },
    ...{ hidden: true, words: shared('pre') },
  },
  {
    ...{ id: 'post', kind: VECTOR, array: 'mlp.post', tensor: 'mlp.post', tone: 'bar', parts: ['mlp.pre', 'mlp.post'] },
    ...{ hidden: true, words: own('post') },
  },
  { ...outOf('mlp'), role: 'mlp_out', words: shared('mlp_out'), symbol: 'W_2' },
];

/** A list of the stream. */
const stream = (id, fields) => ({ id, kind: VECTOR, array: id, tensor: id, lengthsOf: id, ...fields });

/** Links within an attention, from what it reads to the sum. */
function linksOf(kind, read, add) {
  const id = (role) => (kind === 'cross' ? `cross_${role}` : role);
  const keys = kind === 'cross' ? 'memory' : read;
  return [
    ...(read ? [[read, id('q')]] : []),
    ...(keys ? ['k', 'v'].map((which) => [keys, id(which)]) : []),
    [id('q'), id('dots'), 'query'],
    [id('k'), id('dots'), 'key'],
    [id('dots'), id('scale')],
    [id('scale'), id('softmax')],
    [id('softmax'), id('carry')],
    [id('v'), id('carry'), 'value'],
    [id('carry'), id('z')],
    [id('z'), id('concat')],
    [id('concat'), BRANCHES[kind].out],
    [BRANCHES[kind].out, add],
  ];
}

/** The symbol of the stream before each branch of a block. */
const streamsOf = (kinds) =>
  Object.fromEntries(kinds.map((kind, i) => [kind, i ? BRANCHES[kinds[i - 1]].after : 'z_{l−1}']));

/**
 * The block of a stack as a kind of flow. `norm`: "post" or "pre".
 * @param {'encoder' | 'decoder'} stack
 * @param {'post' | 'pre'} norm
 * @returns {import('../flow/flow.js').Kind}
 */
export function blockOf(stack, norm) {
  const writes = stack === 'decoder',
    kinds = writes ? ['attn', 'cross', 'mlp'] : ['attn', 'mlp'],
    first = norm === 'pre',
    before = streamsOf(kinds);
  const boxes = [stream('resid_pre', { role: 'x', symbol: 'z_{l−1}', tone: 'residual', words: `encoder.x_${norm}` })],
    reaches = [],
    links = [],
    symbols = { 'mlp.pre': 'a', 'mlp.post': 'φ', resid_pre: 'z_{l−1}' };
  kinds.forEach((kind, i) => {
    const { ln, out, sum, resid, made, after } = BRANCHES[kind],
      last = i ? BRANCHES[kinds[i - 1]].resid : 'resid_pre',
      add = `add${i + 1}`;
    Object.assign(symbols, {
      [out]: made,
      [sum]: `(${before[kind]} + ${made})`,
      [resid]: after,
      [ln]: `LN(${before[kind]})`,
    });
    symbols[`${kind}.z`] = 'concat';
    const lnBox = { id: ln, role: 'ln', of: kind, kind: VECTOR, array: ln, tensor: ln, symbol: 'LN', tone: 'bar' },
      memory = {
        id: 'memory',
        kind: VECTOR,
        array: 'memory',
        symbol: 'z_L',
        tone: 'residual',
        words: own('memory'),
      };
    const inside = [
      ...(first ? [{ ...lnBox, parts: [last, ln], words: own('ln') }] : []),
      ...(kind === 'cross' ? [memory] : []),
      ...(kind === 'mlp' ? mlp() : attention(kind, writes)),
    ];
    const end = { symbol: first ? after : 'LN', tone: 'residual', role: 'end' };
    const behind = first
      ? [stream(resid, { ...end, parts: [last, out, resid], sum: true, words: own('sum') })]
      : [
          stream(sum, {
            symbol: '+',
            role: 'sum',
            tone: 'bar',
            parts: [last, out, sum],
            alone: made,
            sum: true,
            words: own('sum'),
          }),
          stream(resid, {
            ...end,
            parts: [sum, resid],
            words: own(i === kinds.length - 1 ? 'out' : 'normed'),
          }),
        ];
    const reads = first ? ln : i ? null : 'resid_pre';
    const tap = first ? ln : { attn: 'q', cross: 'cross_q', mlp: 'pre' }[kind];
    boxes.push(...inside, ...behind);
    reaches.push({
      ...(i ? {} : { start: 'resid_pre' }),
      ...{ of: kind, tap, add, ends: behind.map(({ id }) => id), boxes: inside.map(({ id }) => id) },
    });
    if (kind === 'mlp') links.push(...(reads ? [[reads, 'pre']] : []), ['pre', 'post'], ['post', out], [out, add]);
    else links.push(...linksOf(kind, reads, add));
    if (first && !i) links.push(['resid_pre', ln]);
  });
  return {
    boxes,
    reaches,
    links,
    branches: kinds.map((kind) => ({ name: kind, words: `encoder.branch_${stack}_${kind}` })),
    label: `encoder.flow_${stack}`,
    symbols,
    symbol: (box, look) => (box.root ? `÷√${look.d_head}` : box.id === 'post' ? activation(look) : box.symbol),
    shape: shapeOf,
    formula: (box, look, payload) => formulaOf(box, look, payload, { first, before }),
    index: indexOf,
  };
}

/** look: sizes of the stack, with how many tokens there are of whose keys; `keys` says it for each attention. */
function shapeOf({ role, kind, of, hidden }, { heads, d_head, d_model, d_mlp, keys }) {
  if (role === 'carry') return [heads, keys[of], d_head];
  if (kind === HEADS) return [heads, d_head];
  if (kind === KEYS) return [heads, keys[of]];
  return [hidden ? d_mlp : d_model];
}

function formulaOf({ id, role, of, parts, sum }, look, { facts }, { first, before }) {
  const { d_head: d, heads } = look,
    at = before[of],
    read = first ? `LN(${at})` : at,
    given = of === 'cross' ? memoryOf(first) : read;
  const ofRole = {
    q: `q = ${read} W^Q + b^Q`,
    k: `k = ${given} W^K + b^K`,
    v: `v = ${given} W^V + b^V`,
    dots: `q·k_j = ∑_{m=1}^{${d}} q[m] k_j[m]`,
    scale: facts.scaled ? `s_j = {q·k_j}⁄${rootFormula(d)}` : 's_j = q·k_j',
    softmax: 'A_j = e^{s_j}⁄{∑_j e^{s_j}}',
    carry: 'A_j v_j',
    z: 'head = ∑_j A_j v_j',
    concat: `concat = (head_1, …, head_${heads})`,
    proj: `${BRANCHES[of]?.made} = concat W^O + b^O`,
    mlp_out: 'MLP = φ W_2 + b_2',
    ln: `LN(${at}) = {${at} − mean}⁄std ⊙ γ + b`,
  }[role];
  if (ofRole) return ofRole;
  const branches = Object.keys(before),
    streams = branches.map((kind) => BRANCHES[kind]),
    i = streams.findIndex((one) => parts && [one.sum, one.resid].includes(id));
  if (i >= 0) {
    const { made, after } = streams[i],
      added = facts.residual ? `${before[branches[i]]} + ${made}` : made;
    if (sum) return first ? `${after} = ${added}` : added;
    return `${after} = LN(${added}) = {${added} − mean}⁄std ⊙ γ + b`;
  }
  return {
    resid_pre: facts.layer ? `z_{l−1} = z_${facts.layer}` : 'z_0 = emb + E_pos',
    memory: memoryOf(first),
    pre: `a = ${first ? `LN(${before.mlp})` : before.mlp} W_1 + b_1`,
    post: `φ = ${activation(look)}(a)`,
  }[id];
}

/** What the encoder hands over: normalised once more where the norm stands before each branch. */
export const memoryOf = (first) => (first ? 'LN(z_L)' : 'z_L');

/** The full index of a number in its trace tensor: of cross-attention's keys and values the token of the source, of all else the token held. */
function indexOf(box, array, { facts: { token, source } }, { d_head }, ...at) {
  const row = box.of === 'cross' && ['k', 'v'].includes(box.role) ? source : token;
  if (box.joins) return [Math.floor(at[0] / d_head), row, at[0] % d_head];
  return at.length === 1 ? [row, at[0]] : [at[0], row, at[1]];
}
