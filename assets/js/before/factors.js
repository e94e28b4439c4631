// Why a gradient shrinks in a trained cell: what its units multiply it by in every step back, and the radius of the matrix beside it.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { networkOf } from '../core/recurrent.js';
import { digits, html, bindLabel, bindText, small } from '../core/text.js';
import { WEIGHTS } from './decay.js';
import { LogPlot } from './log_plot.js';

const ROOM = { left: 44, right: 10, top: 12, bottom: 12 },
  HEIGHT = 132,
  LOWEST = -8;
const power = (factor) => (factor > 0 ? Math.log10(factor) : -Infinity);

/** One cell's panel. */
class Panel {
  cell;
  plot;
  element;
  powers;
  range;

  told = h('p');

  constructor(cell, point) {
    this.cell = cell;
    this.plot = new LogPlot({ height: HEIGHT, room: ROOM, hover: point, draw: () => this.draw() });
    bindLabel(this.plot.over, 'aria-label', 'before.factors_figure', () => ({ cell: cell.toUpperCase() }));
    this.element = h(
      'figure.factor',
      { 'data-cell': cell },
      bindText(h('h4'), `before.factor_${cell}`),
      this.plot.element,
      this.told,
    );
  }

  /** found by weights; range: the powers of ten that the three panels share. */
  load(found, range) {
    this.plot.probe.forget();
    this.range = range;
    this.powers = Object.fromEntries(WEIGHTS.map((weights) => [weights, Array.from(found[weights].factors, power)]));
    const [encoder, decoder] = found.trained.mean;
    const [first_encoder, first_decoder] = found.first.mean;
    this.told.innerHTML = html('before.factor_means', {
      encoder: small(encoder),
      decoder: small(decoder),
      first_encoder: small(first_encoder),
      first_decoder: small(first_decoder),
    });
    this.draw();
  }

  draw() {
    const { plot, powers, range } = this;
    if (!powers || !plot.begin({ count: powers.trained.length, ...range })) return;
    for (const weights of [...WEIGHTS].reverse()) plot.curve(powers[weights], weights);
  }

  mark(place) {
    if (this.powers)
      this.plot.mark(
        place,
        [...WEIGHTS].reverse().map((weights) => ({ powers: this.powers[weights], kind: weights })),
      );
  }
}

export class Factors {
  panels;
  element;

  numbers = null;
  verdict = h('p.gradient-story');

  /** `point(place or null)` hears of the pointer in any panel. */
  constructor(cells, point) {
    this.panels = cells.map((cell) => new Panel(cell, point));
    this.element = takeable(
      h(
        'section.card.factors',
        {},
        bindText(h('h3'), 'before.factors_title'),
        h('div.factor-row', {}, ...this.panels.map(({ element }) => element)),
        this.verdict,
        bindText(h('p.note'), 'before.factors_see'),
      ),
      () => this.numbers,
      { of: () => ({ models: cells.map(networkOf) }) },
    );
  }

  /** found[cell][weights]: { factors, mean, radii } of the view "gradient". */
  load(found) {
    this.numbers = found;
    const all = this.panels.flatMap(({ cell }) =>
      WEIGHTS.flatMap((weights) => Array.from(found[cell][weights].factors, power)),
    );
    const range = { low: Math.max(LOWEST, Math.min(-1, Math.floor(Math.min(...all)))), high: 0 };
    this.panels.forEach((panel) => panel.load(found[panel.cell], range));
    const { mean, radii } = found.rnn.trained,
      [encoder, decoder] = radii;
    // A matrix that alone would let the gradient grow is not what makes it vanish.
    this.verdict.innerHTML = html(Math.min(encoder, decoder) > 1 ? 'before.factors_saturated' : 'before.factors_both', {
      encoder: digits(encoder),
      decoder: digits(decoder),
      encoder_mean: small(mean[0]),
      decoder_mean: small(mean[1]),
      first: digits(found.rnn.first.radii[0]),
      first_mean: small(found.rnn.first.mean[0]),
    });
  }

  mark(place) {
    this.panels.forEach((panel) => panel.mark(place));
  }

  draw() {
    this.panels.forEach((panel) => panel.draw());
  }
}
