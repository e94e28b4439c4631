// The formula of the block as the loaded model runs it; what is switched off is struck out.

import { h } from '../core/dom.js';
import { inPieces } from '../core/formula.js';
import { html } from '../core/text.js';

/** Pieces of one line; a piece in `off` is struck out. */
const line = (...pieces) => inPieces('equation-line', ...pieces);

export class Equation {
  lines = h('div.equation-lines');
  note = h('p.note');
  element = h('div.equation', {}, this.lines, this.note);

  show(look, { facts }) {
    const lambda = (i) => (look.layer_scale ? `λ_${i} ⊙ ` : ''),
      cut = !facts.residual,
      undivided = !facts.scaled;
    const attention = line(['MSA(z) = concat_i (softmax(Q_i K_i^⊤ '], [`/ √${look.d_head}`, undivided], [') V_i) W^O']);
    // Two orders exist; the 2017 Transformer has the other one.
    const sums =
      look.norm === 'pre'
        ? [
            line(['z′_l = '], ['z_{l−1} + ', cut], [`${lambda(1)}MSA(LN(z_{l−1}))`]),
            line(['z_l = '], ['z′_l + ', cut], [`${lambda(2)}MLP(LN(z′_l))`]),
          ]
        : [
            line(['z′_l = LN('], ['z_{l−1} + ', cut], [`${lambda(1)}MSA(z_{l−1}))`]),
            line(['z_l = LN('], ['z′_l + ', cut], [`${lambda(2)}MLP(z′_l))`]),
          ];
    this.lines.replaceChildren(...sums, attention);
    this.note.innerHTML = [
      html(`block.norm_${look.norm}`),
      look.layer_scale ? html('block.with_layer_scale', { d: look.d_model }) : html('block.without_layer_scale'),
    ].join(' ');
  }
}
