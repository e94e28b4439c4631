// Chapter 1, the chain: the visitor's sentence going through a recurrent translator, one step after the other.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { calm } from '../core/flight.js';
import { needsServer } from '../core/needs_server.js';
import { on, state } from '../core/state.js';
import { Stepper } from '../core/stepper.js';
import { bindText } from '../core/text.js';
import { ChainFigure } from './chain_figure.js';
import { cellFormulas } from './formulas.js';
import { OneUnit } from './one_unit.js';
import { chainReading } from './reading.js';
import { cellChoice, openNumber, readingOf } from './reads.js';

export function chain(host) {
  let shown = null,
    pointed = null; // shown: { payload, sentence }
  const seen = () => state.screen === 'before' && state.chapter === 'chain' && Boolean(shown);
  const count = () => (shown ? shown.payload.facts.source.length + shown.payload.facts.target.length : 0);
  const stepper = new Stepper({
    field: 'recurrentStep',
    count,
    screen: 'before',
    seen,
    figure: '#chapter-chain .chain-figure',
  });
  /** The arithmetic of one number; without one, of the first unit drawn in the state of the step held. */
  const calculate = (at) => {
    if (seen()) openNumber(figure, at ?? { name: 'state', step: stepper.step, place: 0 }, shown.sentence);
  };
  const figure = new ChainFigure({
    point: (at) => {
      pointed = at;
      follow();
    },
    hold: (step) => stepper.to(step),
    open: calculate,
  });
  const one = new OneUnit({
    hold: (step) => stepper.to(step),
    open: (at) => calculate(at),
    choose: () => follow(),
  });
  const readout = h('p.readout.chain-readout', { 'data-told': true }),
    formula = h('div.formula-box');
  const open = h(
    'button.action.calculate',
    { type: 'button', onclick: () => calculate(null) },
    bindText(h('span'), 'calculator.open'),
  );
  const notes = ['before.chain_see', 'before.chain_try', 'before.chain_not'].map((key) => bindText(h('p.note'), key));
  host.append(
    h('div.chain-controls', {}, cellChoice(), stepper.element),
    one.element,
    takeable(h('div.taken-chain', {}, figure.element), () => shown?.payload, {
      title: 'before.chain_heading',
      at: stepper.element,
    }),
    h('div.chain-below', {}, readout, ...needsServer(open)),
    h('div.chain-words', {}, formula, h('div.notes', {}, ...notes)),
  );

  const show = readingOf(host, (payload, sentence) => {
    shown = { payload, sentence };
    lay();
  });

  function lay() {
    pointed = null;
    one.load(shown.payload);
    figure.load(shown.payload);
    formula.replaceChildren(cellFormulas(shown.payload.facts));
    follow();
  }

  /** The step held and what is pointed at: everything is here already. */
  function follow() {
    if (!seen()) return;
    const held = stepper.step;
    readout.toggleAttribute('data-told', !pointed);
    one.show(held);
    figure.show({ held, pointed, place: one.place, playing: Boolean(stepper.timer) && !calm() });
    readout.innerHTML = chainReading(figure, { held, pointed });
    stepper.show();
  }

  on('recurrentStep', follow);
  on('lang theme', () => {
    if (seen()) lay();
  });
  return { show, hide: () => stepper.pause() };
}
