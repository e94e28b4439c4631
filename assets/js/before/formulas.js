// What the shown cell computes in every step, as the model runs it (vit_core/recurrent.py).

import { h } from '../core/dom.js';
import { formulaElement } from '../core/formula.js';

const FORMULAS = {
  rnn: ['h_t = tanh(W x_t + b + U h_{t − 1} + b′)'],
  lstm: [
    'i_t = σ(W_i x_t + b_i + U_i h_{t − 1} + b′_i)',
    'f_t = σ(W_f x_t + b_f + U_f h_{t − 1} + b′_f)',
    'g_t = tanh(W_g x_t + b_g + U_g h_{t − 1} + b′_g)',
    'o_t = σ(W_o x_t + b_o + U_o h_{t − 1} + b′_o)',
    'c_t = f_t ⊙ c_{t − 1} + i_t ⊙ g_t',
    'h_t = o_t ⊙ tanh(c_t)',
  ],
  gru: [
    'r_t = σ(W_r x_t + b_r + U_r h_{t − 1} + b′_r)',
    'u_t = σ(W_u x_t + b_u + U_u h_{t − 1} + b′_u)',
    'g_t = tanh(W_g x_t + b_g + r_t ⊙ (U_g h_{t − 1} + b′_g))',
    'h_t = u_t ⊙ h_{t − 1} + (1 − u_t) ⊙ g_t',
  ],
};
const ATTENTION = [
  's_{t j} = v_a^⊤ tanh(W_a h_{t − 1} + U_a h_j)',
  'A_t = softmax(s_t)',
  'x_t = [emb_t ; ∑_j A_{t j} h_j]',
];

/** The lines of a cell, and of its decoder's attention where it has one. */
export const cellFormulas = ({ cell, attention }) =>
  h(
    'div.cell-formulas',
    {},
    ...[...FORMULAS[cell], ...(attention ? ATTENTION : [])].map((line) =>
      h('span.formula-line', {}, formulaElement(line)),
    ),
  );
