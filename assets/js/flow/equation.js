// The formula of the block as the loaded model runs it; what is switched off is struck out.

import { h } from '../core/dom.js';
import { inPieces } from '../core/formula.js';
import { html } from '../core/text.js';
import { mlpTerm } from './mlp.js';

export class Equation {
  lines = h('div.equation-lines');
  note = h('p.note');
  element = h('div.equation', {}, this.lines, this.note);

  /** sizes: d_head, norm and layer_scale of a model; of a decoder's block `writes`, and what it calls its `memory`; `says`: what else is told of it. */
  show(sizes, { facts }) {
    const lambda = (i) => (sizes.layer_scale ? `λ_${i} ⊙ ` : ''),
      /** One line; each piece is its text and, where there is one, the kind of a change that strikes it out. @param {...[string, string?]} pieces */
      line = (...pieces) =>
        inPieces(
          'equation-line',
          ...pieces.map(([text, without]) => /** @type {[string, boolean]} */ ([text, facts.off.includes(without)])),
        );
    const attention = line(['MSA(z) = concat_i (softmax(Q_i K_i^⊤ '], [`/ √${sizes.d_head}`, 'scale'], [') V_i) W^O']);
    // Two orders exist; the 2017 Transformer has the other one.
    const first = sizes.norm === 'pre';
    const sum = (symbol, before, branch) =>
      first
        ? line([`${symbol} = `], [`${before} + `, 'residual'], branch(`LN(${before})`))
        : line([`${symbol} = LN(`], [`${before} + `, 'residual'], branch(before), [')']);
    const sums = sizes.writes
      ? [
          sum('z′_l', 'z_{l−1}', (z) => [`MSA(${z})`]),
          sum('z″_l', 'z′_l', (z) => [`MCA(${z}, ${sizes.memory})`]),
          sum('z_l', 'z″_l', (z) => mlpTerm(z)),
        ]
      : [sum('z′_l', 'z_{l−1}', (z) => [`${lambda(1)}MSA(${z})`]), sum('z_l', 'z′_l', (z) => mlpTerm(z, lambda(2)))];
    this.lines.replaceChildren(...sums, attention);
    this.note.innerHTML = [
      html(`block.norm_${sizes.norm}`),
      ...(sizes.says ?? [
        sizes.layer_scale ? html('block.with_layer_scale', { d: sizes.d_model }) : html('block.without_layer_scale'),
      ]),
    ].join(' ');
  }
}
