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
    const gamma = (i) => (look.layer_scale ? `γ_${i} ⊙ ` : ''),
      cut = !facts.residual,
      undivided = !facts.scaled;
    const attention = line(
      [`Attn(X) = concat_h (softmax(Q_h K_h^⊤ `],
      [`/ √${look.d_head}`, undivided],
      [`) V_h) W_O`],
    );
    // Two orders exist; the 2017 Transformer has the other one.
    const sums =
      look.norm === 'pre'
        ? [
            line(['x′ = '], ['x + ', cut], [`${gamma(1)}Attn(LN(x))`]),
            line(['x″ = '], ['x′ + ', cut], [`${gamma(2)}MLP(LN(x′))`]),
          ]
        : [
            line(['x′ = LN('], ['x + ', cut], [`${gamma(1)}Attn(x))`]),
            line(['x″ = LN('], ['x′ + ', cut], [`${gamma(2)}MLP(x′))`]),
          ];
    this.lines.replaceChildren(...sums, attention);
    this.note.innerHTML = [
      html(`block.norm_${look.norm}`),
      look.layer_scale ? html('block.with_layer_scale', { d: look.d_model }) : html('block.without_layer_scale'),
    ].join(' ');
  }
}
