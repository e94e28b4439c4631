// Chapter 1, the chain: the visitor's sentence going through a recurrent translator, one step after the other.

import { h } from '../core/dom.js';
import { explain } from '../core/explain.js';
import { calm } from '../core/flight.js';
import { CELLS, recurrentView } from '../core/recurrent.js';
import { on, state, update } from '../core/state.js';
import { Stepper } from '../core/stepper.js';
import { label, say } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { ChainFigure } from './chain_figure.js';
import { formulas } from './formulas.js';
import { reading } from './reading.js';

export function chain(host) {
  let shown = null, pointed = null, current = null; // shown: the payload; current: { sentence, wanted } of the last visit
  const seen = () => state.screen === 'before' && state.chapter === 'chain' && Boolean(shown);
  const count = () => (shown ? shown.facts.source.length + shown.facts.target.length : 0);
  const stepper = new Stepper({ field: 'recurrentStep', count, seen, figure: '.chain-figure' });
  const cells = cellChoice();
  const figure = new ChainFigure({
    point: (at) => { pointed = at; follow(); },
    hold: (step) => stepper.to(step),
    open: calculate,
  });
  const readout = h('p.readout.chain-readout', { 'aria-live': 'polite' }), formula = h('div.formula-box');
  const open = h('button.action.calculate', { type: 'button', onclick: () => calculate() }, say(h('span'), 'calculator.open'));
  const notes = ['before.chain_see', 'before.chain_try', 'before.chain_not'].map((key) => say(h('p.note'), key));
  host.append(
    h('div.chain-controls', {}, cells.element, stepper.element),
    figure.element,
    h('div.chain-below', {}, readout, open),
    h('div.chain-words', {}, formula, h('div.notes', {}, ...notes)));

  /** The arithmetic of one number; without one, of the first unit drawn in the state of the step held. */
  function calculate(at) {
    if (!seen()) return;
    const { name, step, place } = at ?? { name: 'state', step: state.recurrentStep, place: 0 }, [side, row] = figure.half(step);
    explain(`${side ? 'decoder' : 'encoder'}.${name}`, [row, figure.unit(place)], { reading: { ...shown.facts, text: current.sentence.text } });
  }

  async function show(sentence, wanted) {
    current = { sentence, wanted };
    const { cell } = state, payload = await recurrentView('chain', sentence, { cell });
    if (!wanted() || state.cell !== cell) return;
    shown = payload;
    pointed = null;
    lay();
  }

  function lay() {
    cells.show();
    update({ recurrentStep: Math.min(state.recurrentStep, count() - 1) });
    figure.load(shown);
    formula.replaceChildren(formulas(shown.facts));
    follow();
  }

  /** The step held and what is pointed at: everything is here already. */
  function follow() {
    if (!seen()) return;
    readout.ariaLive = pointed ? 'off' : 'polite';
    figure.show({ held: state.recurrentStep, pointed, playing: Boolean(stepper.timer) && !calm() });
    readout.innerHTML = reading(figure, { held: state.recurrentStep, pointed });
    stepper.show();
  }

  on('cell', async () => {
    cells.show();
    if (!current?.wanted()) return;
    host.dataset.waiting = '';
    try { await show(current.sentence, current.wanted); } catch (error) { update({ problem: asProblem(error) }); }
    delete host.dataset.waiting;
  });
  on('recurrentStep', follow);
  on('lang', () => { if (seen()) lay(); });
  on('theme', () => { if (seen()) lay(); });
  return { show, hide: () => stepper.pause() };
}

/** Which of the four networks: one of `CELLS`, in the state. */
export function cellChoice() {
  const buttons = CELLS.map((cell) => h('button', { type: 'button', 'data-cell': cell, onclick: () => update({ cell }) }, say(h('span'), `before.named_${cell.replace('gru-', '')}`)));
  const element = label(h('div.segmented', { role: 'group' }, ...buttons), 'aria-label', 'before.cells');
  const show = () => buttons.forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.cell === state.cell)));
  show();
  return { element, show };
}
