// What the shown cell computes in every step, as the model runs it (vit_core/recurrent.py).

import { h } from '../core/dom.js';
import { written } from '../core/formula.js';

const FORMULAS = {
  rnn: ['h_t = tanh(W_x x_t + b_x + W_h h_{t−1} + b_h)'],
  lstm: [
    'i_t = σ(W_{ix} x_t + b_{ix} + W_{ih} h_{t−1} + b_{ih})', 'f_t = σ(W_{fx} x_t + b_{fx} + W_{fh} h_{t−1} + b_{fh})',
    'g_t = tanh(W_{gx} x_t + b_{gx} + W_{gh} h_{t−1} + b_{gh})', 'o_t = σ(W_{ox} x_t + b_{ox} + W_{oh} h_{t−1} + b_{oh})',
    'c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t', 'h_t = o_t ⊙ tanh(c_t)',
  ],
  gru: [
    'r_t = σ(W_{rx} x_t + b_{rx} + W_{rh} h_{t−1} + b_{rh})', 'z_t = σ(W_{zx} x_t + b_{zx} + W_{zh} h_{t−1} + b_{zh})',
    'n_t = tanh(W_{nx} x_t + b_{nx} + r_t ⊙ (W_{nh} h_{t−1} + b_{nh}))', 'h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ n_t',
  ],
};
const ATTENTION = ['e_{ts} = v^⊤ tanh(W h_{t−1} + U h_s)', 'a_t = softmax(e_t)', 'x_t = [word_t ; ∑_s a_{ts} h_s]'];

/** The lines of a cell, and of its decoder's attention where it has one. */
export const formulas = ({ cell, attention }) => h('div.cell-formulas', {}, ...[...FORMULAS[cell], ...(attention ? ATTENTION : [])].map((line) => h('span.formula-line', {}, written(line))));
