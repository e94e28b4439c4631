// Chapter 2, three uses: the same chain of states, of which each use reads other words and takes other outputs.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { USES } from '../core/recurrent.js';
import { on, state, update } from '../core/state.js';
import { Stepper } from '../core/stepper.js';
import { bindLabel, bindText } from '../core/text.js';
import { chainReading } from './reading.js';
import { cellChoice, openNumber, readingOf } from './reads.js';
import { UsesFigure } from './uses_figure.js';

/** Of the words written, so many are shown at once. */
const IN_SIGHT = 5;

export function uses(host) {
  let shown = null,
    pointed = null; // shown: { payload, sentence }
  const seen = () => state.screen === 'before' && state.chapter === 'uses' && Boolean(shown);
  const counts = () => ({
    units: shown?.payload.facts.d_hidden ?? 0,
    sources: shown?.payload.facts.source.length ?? 0,
    targets: shown?.payload.facts.target.length ?? 0,
  });
  const stepper = new Stepper({
    field: 'recurrentStep',
    count: () => counts().sources + counts().targets,
    screen: 'before',
    seen,
    figure: '#chapter-uses .chain-figure',
  });
  const buttons = USES.map((use) =>
    h(
      'button',
      { type: 'button', 'data-use': use, onclick: () => take(use) },
      bindText(h('span'), `before.use_${use}`),
    ),
  );
  /** Whether a use reads or takes anything at a step. */
  const takes = (use, step) => {
    const { sources } = counts();
    return use === 'many_to_many' ? step >= sources : use !== 'many_to_one' || step < sources;
  };
  /** Another use: a step that it leaves alone is held no longer, but the one that it begins or ends with. */
  function take(use) {
    const { sources } = counts(),
      step = use === 'many_to_many' ? sources : sources - 1;
    update({ use, ...(shown && !takes(use, stepper.step) && { recurrentStep: step }) });
  }
  const choice = bindLabel(h('div.segmented', { role: 'group' }, ...buttons), 'aria-label', 'before.uses_choice');
  const figure = new UsesFigure({
    point: (at) => {
      pointed = at;
      follow();
    },
    hold: (step) => stepper.to(step),
    open: (at) => openNumber(figure, at ?? { name: 'state', step: stepper.step, place: 0 }, shown.sentence),
  });
  const told = bindText(h('p.use-told', { 'data-told': true }), () => `before.use_${state.use}_told`, counts);
  const readout = h('p.readout.chain-readout');
  const notes = ['before.uses_see', 'before.uses_try', 'before.uses_not'].map((key) => bindText(h('p.note'), key));
  host.append(
    h('div.chain-controls', {}, choice, cellChoice(), stepper.element),
    told,
    takeable(h('div.taken-chain', {}, figure.element), () => shown?.payload, {
      title: 'before.uses_heading',
      at: stepper.element,
    }),
    readout,
    h('div.notes', {}, ...notes),
  );

  const show = readingOf(host, (payload, sentence) => {
    shown = { payload, sentence };
    lay();
  });

  function lay() {
    pointed = null;
    figure.load(shown.payload);
    choose();
  }

  /** What the chosen use reads and takes is lit; the rest of the chain is there, but of no use to it. */
  function choose() {
    buttons.forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.use === state.use)));
    figure.element.dataset.use = state.use;
    told.respeak();
    follow();
    // What a use takes is in sight, also of a long sentence, as far as the step held stays there; one that it leaves alone need not.
    const { sources, targets } = counts(),
      taken = { many_to_many: sources + Math.min(targets, IN_SIGHT) - 1, many_to_one: sources - 1 }[state.use];
    if (taken !== undefined && seen()) figure.reveal(taken, ...(takes(state.use, stepper.step) ? [stepper.step] : []));
  }

  function follow() {
    if (!seen()) return;
    const held = stepper.step;
    figure.show({ held, pointed, playing: false });
    readout.innerHTML = chainReading(figure, { held, pointed });
    stepper.show();
  }

  on('use', () => {
    if (shown) choose();
  });
  on('recurrentStep', follow);
  on('lang theme', () => {
    if (seen()) lay();
  });
  return { show, hide: () => stepper.pause() };
}
