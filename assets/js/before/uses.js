// Chapter 2, three uses: the same chain of states, of which each use reads other words and takes other outputs.

import { h } from '../core/dom.js';
import { recurrentView, USES } from '../core/recurrent.js';
import { on, state, update } from '../core/state.js';
import { label, say } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { cellChoice } from './chain.js';
import { reading } from './reading.js';
import { UsesFigure } from './uses_figure.js';

export function uses(host) {
  let shown = null, pointed = null, current = null;
  const seen = () => state.screen === 'before' && state.chapter === 'uses' && Boolean(shown);
  const cells = cellChoice();
  const buttons = USES.map((use) => h('button', { type: 'button', 'data-use': use, onclick: () => update({ use }) }, say(h('span'), `before.use_${use}`)));
  const choice = label(h('div.segmented', { role: 'group' }, ...buttons), 'aria-label', 'before.uses_choice');
  const figure = new UsesFigure({ point: (at) => { pointed = at; follow(); }, hold: (step) => update({ recurrentStep: step }), open: () => {} });
  const told = say(h('p.use-told', { 'aria-live': 'polite' }), () => `before.use_${state.use}_told`, () => ({ units: shown?.facts.d_hidden ?? '', sources: shown?.facts.source.length ?? '', targets: shown?.facts.target.length ?? '' }));
  const readout = h('p.readout.chain-readout');
  const notes = ['before.uses_see', 'before.uses_try', 'before.uses_not'].map((key) => say(h('p.note'), key));
  host.append(h('div.chain-controls', {}, choice, cells.element), told, figure.element, readout, h('div.notes', {}, ...notes));

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
    update({ recurrentStep: Math.min(state.recurrentStep, shown.facts.source.length + shown.facts.target.length - 1) });
    figure.load(shown);
    choose();
  }

  /** What the chosen use reads and takes is lit; the rest of the chain is there, but of no use to it. */
  function choose() {
    buttons.forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.use === state.use)));
    figure.element.dataset.use = state.use;
    told.respeak();
    follow();
  }

  function follow() {
    if (!seen()) return;
    figure.show({ held: state.recurrentStep, pointed, playing: false });
    readout.innerHTML = reading(figure, { held: state.recurrentStep, pointed });
  }

  on('cell', async () => {
    cells.show();
    if (!current?.wanted()) return;
    host.dataset.waiting = '';
    try { await show(current.sentence, current.wanted); } catch (error) { update({ problem: asProblem(error) }); }
    delete host.dataset.waiting;
  });
  on('use', () => { if (shown) choose(); });
  on('recurrentStep', follow);
  on('lang theme', () => { if (seen()) lay(); });
  return { show, hide() {} };
}
