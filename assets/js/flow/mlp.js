// One MLP as boxes of a flow: what a photo's block and a translator's have in common.

import { activation, VECTOR } from './kinds.js';

const hidden = (role, more) => ({ role, kind: VECTOR, array: role, tone: 'bar', hidden: true, ...more });
const PRE = hidden('pre', { symbol: 'W_1' });

/** What stands before its last matrix, in the order of the computation (fields: block/boxes.js); array: without the MLP's name. */
export const PLAIN_MLP = [PRE, hidden('post', { bent: true, parts: ['pre', 'post'] })];
export const GATED_MLP = [
  PRE,
  hidden('gate', { bent: true, parts: ['pre', 'gate'] }),
  hidden('value', { symbol: 'W_3' }),
  hidden('post', { symbol: '⊙', parts: ['gate', 'value', 'post'], product: true }),
];
/** What it adds to the stream. @type {any} */
export const MLP_OUT = {
  role: 'mlp_out',
  kind: VECTOR,
  array: 'mlp_out',
  tensor: 'mlp_out',
  symbol: 'W_2',
  tone: 'bar',
};

/** Their formulas, by role; `read` is what the MLP is given. */
export function mlpFormulas({ read, sizes }) {
  const made = 'φ W_2 + b_2';
  return {
    pre: `a = ${read} W_1 + b_1`,
    gate: `gate = ${activation(sizes)}(a)`,
    value: `a′ = ${read} W_3 + b_3`,
    post: sizes.gated ? 'φ = gate ⊙ a′' : `φ = ${activation(sizes)}(a)`,
    mlp_out: `MLP = ${sizes.layer_scale ? `λ_2 ⊙ (${made})` : made}`,
  };
}

/** What the formula of the whole block says of it (equation.js). @returns {[string, string?]} */
export const mlpTerm = (read, factor = '') => [`${factor}MLP(${read})`, MLP_OUT.without];
