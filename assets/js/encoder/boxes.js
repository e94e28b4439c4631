// The blocks of a translator as a flow (flow/flow.js): the encoder's of two branches, the decoder's of three, with either norm.

import { ATTENTION, attentionFormulas, linksWithin, shapeOf } from '../flow/attention.js';
import { activation, KEYS, switchedFormula, VECTOR } from '../flow/kinds.js';
import { MLP_OUT, mlpFormulas, PLAIN_MLP } from '../flow/mlp.js';

/** Around each branch: arrays of demo/sentence/views/encoder.py, the symbol of the stream behind it, and which γ and b its norm has. */
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
/** The boxes that a decoder's texts tell in words of their own. */
const APART = { attn: ['scale'], cross: ['k', 'v'] };

/** The boxes of an attention; a decoder's two have the same roles. */
function attention(kind, writes) {
  const id = (role) => (kind === 'cross' ? `cross_${role}` : role),
    array = (name) => `${kind}.${name}`;
  const words = (role, apart) => (apart && writes ? own(`${OF_DECODER[kind]}_${role}`) : shared(role));
  const boxes = ATTENTION.map((box) => ({
    ...box,
    ...{ id: id(box.role), of: kind, words: words(box.role, APART[kind].includes(box.role)) },
    array: array(box.array),
    tensor: array(box.tensor ?? box.array),
    ...(box.before && { before: array(box.before) }),
    ...(box.lengths && { lengths: array(box.lengths) }),
    // What is masked has a score of −∞; a weight of 0 alone does not say so. Without a mask every product counts.
    ...(box.kind === KEYS && !box.raw && { mask: array('scores') }),
  }));
  return [...boxes, { ...outOf(kind), role: 'proj', words: shared('proj'), symbol: 'W^O' }];
}

const outOf = (kind) => {
  const { out } = BRANCHES[kind];
  return { id: out, of: kind, kind: VECTOR, array: out, tensor: out, tone: 'bar', lengthsOf: out };
};

const mlp = () => [
  ...PLAIN_MLP.map((box) => ({
    ...box,
    ...{ id: box.role, words: box.bent ? own('post') : shared(box.role) },
    ...{ array: `mlp.${box.array}`, tensor: `mlp.${box.array}` },
    ...(box.parts && { parts: box.parts.map((array) => `mlp.${array}`) }),
  })),
  { ...outOf('mlp'), ...MLP_OUT, words: shared('mlp_out') },
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
    ...linksWithin(id),
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
        symbol: memoryOf(first),
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
      ? [stream(resid, { ...end, parts: [last, out, resid], sum: true, without: 'residual', words: own('sum') })]
      : [
          stream(sum, {
            symbol: '+',
            role: 'sum',
            tone: 'bar',
            parts: [last, out, sum],
            alone: made,
            sum: true,
            without: 'residual',
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
    symbol: (box, sizes) => (box.root ? `÷√${sizes.d_head}` : box.bent ? activation(sizes) : box.symbol),
    // Sizes of the stack, with how many keys each attention has.
    shape: (box, sizes) => shapeOf(box, sizes, sizes.keys[box.of]),
    formula: (box, sizes, payload) => formulaOf(box, sizes, payload, { first, before }),
    index: indexOf,
  };
}

function formulaOf(box, sizes, { facts }, { first, before }) {
  const { id, role, of, parts, sum } = box,
    { d_head: d, heads } = sizes,
    at = before[of],
    read = first ? `LN(${at})` : at,
    given = of === 'cross' ? memoryOf(first) : read;
  const ofRole = {
    ...attentionFormulas({ read, given, d, heads }),
    ...mlpFormulas({ read: first ? `LN(${before.mlp})` : before.mlp, sizes }),
    proj: `${BRANCHES[of]?.made} = concat W^O + b^O`,
    ln: `LN(${at}) = {${at} − mean}⁄std ⊙ γ + b`,
  }[role];
  if (ofRole) return switchedFormula(box, facts) ?? ofRole;
  const branches = Object.keys(before),
    streams = branches.map((kind) => BRANCHES[kind]),
    i = streams.findIndex((one) => parts && [one.sum, one.resid].includes(id));
  if (i >= 0) {
    const { made, after } = streams[i],
      added = facts.off.includes('residual') ? made : `${before[branches[i]]} + ${made}`;
    if (sum) return first ? `${after} = ${added}` : added;
    return `${after} = LN(${added}) = {${added} − mean}⁄std ⊙ γ + b`;
  }
  return {
    resid_pre: facts.layer ? `z_{l−1} = z_${facts.layer}` : 'z_0 = emb + E_pos',
    memory: memoryOf(first),
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
