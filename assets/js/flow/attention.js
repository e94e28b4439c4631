// One attention as boxes of a flow: what a photo's block and each attention of a translator's have in common.

import { BY_HEAD, KEYS, rootFormula, VECTOR } from './kinds.js';

/** In the order of the computation; array: the numbers in a payload, without the attention's name; tensor: their name in a trace, where it is another (fields: block/boxes.js). */
/** @type {any[]} */
export const ATTENTION = [
  { role: 'q', kind: BY_HEAD, array: 'q', symbol: 'Q', tone: 'query' },
  { role: 'k', kind: BY_HEAD, array: 'k', symbol: 'K', tone: 'key', lengths: 'k_length', lengthsWords: 'block.map_k' },
  {
    role: 'v',
    kind: BY_HEAD,
    array: 'v',
    symbol: 'V',
    tone: 'value',
    lengths: 'v_length',
    lengthsWords: 'block.map_v',
  },
  {
    ...{ role: 'dots', kind: KEYS, array: 'dots', tensor: 'scores', symbol: 'Q K^⊤', tone: 'bar' },
    ...{ values: 'score', raw: true },
  },
  {
    ...{ role: 'scale', kind: KEYS, array: 'scores', symbol: '÷√{d_k}', root: true, tone: 'bar' },
    ...{ values: 'score', before: 'dots', without: 'scale', instead: 's_j = q·k_j' },
  },
  {
    ...{ role: 'softmax', kind: KEYS, array: 'pattern', symbol: 'softmax', tone: 'bar' },
    ...{ values: 'share', before: 'scores' },
  },
  {
    ...{ role: 'carry', kind: KEYS, array: 'carried', tensor: 'pattern', symbol: 'A V', tone: 'value' },
    ...{ values: 'length', before: 'pattern' },
  },
  { role: 'z', kind: BY_HEAD, array: 'z', symbol: 'head', tone: 'value' },
  { role: 'concat', kind: VECTOR, array: 'z', symbol: 'concat', tone: 'value', joins: true },
];

/** Links between these boxes; `id(role)` is a box's name. */
export const linksWithin = (id) => [
  [id('q'), id('dots'), 'query'],
  [id('k'), id('dots'), 'key'],
  [id('dots'), id('scale')],
  [id('scale'), id('softmax')],
  [id('softmax'), id('carry')],
  [id('v'), id('carry'), 'value'],
  [id('carry'), id('z')],
  [id('z'), id('concat')],
];

/** Their formulas, by role: of what queries are made (`read`) and of what keys and values (`given`). */
export const attentionFormulas = ({ read, given = read, d, heads }) => ({
  q: `q = ${read} W^Q + b^Q`,
  k: `k = ${given} W^K + b^K`,
  v: `v = ${given} W^V + b^V`,
  dots: `q·k_j = ∑_{m=1}^{${d}} q[m] k_j[m]`,
  scale: `s_j = {q·k_j}⁄${rootFormula(d)}`,
  softmax: 'A_j = e^{s_j}⁄{∑_j e^{s_j}}',
  carry: 'A_j v_j',
  z: 'head = ∑_j A_j v_j',
  concat: `concat = (head_1, …, head_${heads})`,
});

/** The shape of a box's tensor for one token, as factors; `keys`: how many there are. */
export function shapeOf({ role, kind, hidden }, { heads, d_head, d_model, d_mlp }, keys) {
  if (role === 'carry') return [heads, keys, d_head];
  if (kind === BY_HEAD) return [heads, d_head];
  if (kind === KEYS) return [heads, keys];
  return [hidden ? d_mlp : d_model];
}
