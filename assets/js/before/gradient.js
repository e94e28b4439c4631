// Chapter 3, the gradient: how strongly every word read before moves the loss of one word, in the three cells, before and after training.

import { takeable } from '../core/figure.js';
import { leaders } from '../core/argmax.js';
import { h } from '../core/dom.js';
import { oneAtATime } from '../core/one_at_a_time.js';
import { pieceName } from '../core/pieces.js';
import { networkOf } from '../core/recurrent.js';
import { sentenceView } from '../core/sentence.js';
import { on, state, update } from '../core/state.js';
import { html, isolated, bindLabel, percent, bindText, small, t, together } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { Decay, share, WEIGHTS } from './decay.js';
import { Factors } from './factors.js';
import { Inputs } from './inputs.js';
import { Radius } from './radius.js';
import { tokensHere } from './tokens_here.js';

const KINDS = ['rnn', 'lstm', 'gru'];
/** Every axis reaches down at least to the first of these powers of ten, and never below the second: float32 ends there. */
const LOW = -8,
  LOWEST = -38;
const TELL_AFTER_MS = 300;

export function gradient(host) {
  let current = null; // { sentence, wanted } of the last visit; null while the chapter is away
  let shown = null; // { sentence, count, step, facts, found } on screen
  let pointed = null;
  const inputs = new Inputs({
    point,
    hold: (gradientStep) => {
      inputs.show(gradientStep);
      update({ gradientStep });
    },
  });
  const panels = KINDS.map((cell) => new Decay(cell, { point, start: () => 0 }));
  const factors = new Factors(KINDS, point);
  const counted = tokensHere();
  const radius = new Radius();
  const slider = bindLabel(
    h('input', {
      type: 'range',
      min: 0,
      max: 0,
      step: 1,
      value: 0,
      oninput: () => {
        tellLength();
        update({ gradientStep: null, gradientCount: shown.facts.lengths[slider.value].count });
      },
    }),
    'aria-label',
    'before.gradient_length',
  );
  const length = h('output.length', { translate: 'no' }),
    progress = h('span.note.progress', { 'data-told': true });
  const first = h('input', {
    type: 'checkbox',
    role: 'switch',
    onchange: () => update({ firstWeights: first.checked }),
  });
  const readout = h('p.readout', { 'data-told': true }),
    story = h('p.gradient-story', { 'data-told': true });
  const legend = h(
    'div.legend',
    {},
    ...WEIGHTS.map((weights) =>
      h('span', {}, h(`span.stroke.${weights}`), bindText(h('span'), `before.gradient_${weights}`)),
    ),
    bindText(h('span.note'), 'before.gradient_unit'),
  );
  const figure = takeable(
    h('div.gradient-figure', {}, h('div.decays', {}, ...panels.map(({ element }) => element)), readout),
    () => shown?.found,
    { title: 'before.gradient_heading', at: legend, of: () => ({ models: KINDS.map(networkOf) }) },
  );
  host.append(
    inputs.element,
    h(
      'div.switches.gradient-controls',
      {},
      h('label.length-slider', {}, bindText(h('span'), 'before.gradient_length'), slider, length),
      h('label.switch', {}, first, bindText(h('span'), 'before.gradient_show_first')),
      progress,
      legend,
    ),
    figure,
    story,
    factors.element,
    h(
      'div.notes',
      {},
      counted.element,
      ...['before.gradient_see', 'before.gradient_try', 'before.gradient_not'].map((key) => bindText(h('p.note'), key)),
    ),
    radius.element,
  );

  const ask = oneAtATime(work);
  let under = null; // the promise of the questions under way
  /** Answer the newest question; whoever waits, waits until no newer one is left. */
  const answer = () => {
    const mine = ask();
    under ??= mine.finally(() => {
      under = null;
    });
    return under;
  };
  async function renew() {
    try {
      await answer();
    } catch (error) {
      update({ problem: asProblem(error) });
    }
  }

  async function work() {
    if (!current?.wanted()) return;
    const { sentence, wanted } = current,
      given = () => wanted() && !ask.again();
    const began = performance.now();
    if (shown?.sentence === sentence && countOf(shown.facts) === shown.count && stepOf(shown.facts) === shown.step)
      return;
    figure.dataset.waiting = '';
    try {
      const text = (count) => sentenceView('gradient_text', sentence, { cell: KINDS[0], count });
      const count = countOf((await text(1)).facts),
        { facts } = await text(count),
        step = stepOf(facts),
        found = {};
      let done = 0;
      for (const cell of KINDS) {
        found[cell] = {};
        for (const weights of WEIGHTS) {
          if (!given()) return;
          if (performance.now() - began > TELL_AFTER_MS)
            progress.textContent = t('before.gradient_progress', { done, all: KINDS.length * WEIGHTS.length });
          const { arrays, facts: told } = await sentenceView('gradient', sentence, { cell, weights, count, step });
          found[cell][weights] = {
            norms: arrays.norms.data,
            reach: arrays.reach.data[0],
            probability: told.probability,
            factors: arrays.factors.data,
            mean: [...arrays.mean_factor.data],
            radii: told.radii,
          };
          done += 1;
        }
      }
      if (!given()) return;
      shown = { sentence, count, step, facts, found };
      lay();
    } finally {
      if (!ask.again()) {
        progress.textContent = '';
        delete figure.dataset.waiting;
      }
    }
  }

  /** Of so many sentences as were chosen, where the text can have so many. */
  const countOf = ({ lengths }) =>
    lengths.some(({ count }) => count === state.gradientCount) ? state.gradientCount : 1;
  const stepOf = ({ target, late }) => Math.min(state.gradientStep ?? late.step, target.length - 1);

  function lay() {
    const { facts, step, found, count } = shown;
    pointed = null;
    slider.max = String(facts.lengths.length - 1);
    slider.value = facts.lengths.findIndex((one) => one.count === count);
    slider.disabled = facts.lengths.length < 2;
    inputs.load(facts);
    inputs.show(step);
    const names = inputs.pieces.slice(0, inputs.count).map(pieceName);
    const all = KINDS.flatMap((cell) =>
      WEIGHTS.flatMap((weights) =>
        Array.from(found[cell][weights].norms)
          .filter((norm) => norm > 0)
          .map(Math.log10),
      ),
    );
    const range = {
      low: Math.min(LOW, Math.max(LOWEST, Math.floor(Math.min(...all)))),
      high: Math.max(0, Math.ceil(Math.max(...all))),
    };
    const halves = [t('before.gradient_reads'), t('before.gradient_writes')];
    panels.forEach((panel) => panel.load(found[panel.cell], { names, source: inputs.source, halves, ...range }));
    factors.load(found);
    counted.load({ source: { length: facts.own[0] } }, shown.sentence);
    tellLength();
    tell();
  }

  function tellLength() {
    if (!shown) return;
    const { count, words } = shown.facts.lengths[slider.value];
    length.innerHTML = html(count === 1 ? 'before.gradient_alone' : 'before.gradient_joined', { count, words });
    slider.setAttribute('aria-valuetext', length.textContent);
  }

  /** An input in all three panels at once, under the pointer of any of them or of the line above. */
  function point(place) {
    if (!shown) return;
    pointed = place;
    panels.forEach((panel) => panel.mark(place));
    factors.mark(place);
    inputs.mark(place);
    tell();
  }

  function tell() {
    const { facts, found } = shown,
      word = (i) => isolated(pieceName(inputs.pieces[i])),
      asked = word(inputs.count);
    const reach = Object.fromEntries(KINDS.map((cell) => [cell, share(found[cell].trained.reach)]));
    const reached = KINDS.map((cell) => found[cell].trained.reach),
      [best, worst] = [1, -1].map((sign) => {
        const { equals } = leaders(
          reached.map((one) => sign * one),
          (one) => share(Math.abs(one)),
        );
        return equals.map((i) => KINDS[i].toUpperCase());
      });
    story.innerHTML = [
      html('before.gradient_story', { asked, first: word(0), steps: inputs.count - 1, ...reach }),
      best.length < KINDS.length &&
        html(worst.join() === 'RNN' ? 'before.gradient_order_expected' : 'before.gradient_order_other', {
          best: together(best),
          worst: together(worst),
        }),
      ...changed(),
      state.gradientStep === null && why(asked, facts.late),
    ]
      .filter(Boolean)
      .join(' ');
    const written = Object.fromEntries(KINDS.map((cell) => [cell, percent(found[cell].trained.probability)]));
    if (pointed === null) {
      readout.innerHTML = html('before.gradient_asked', { asked, ...written });
      return;
    }
    const values = Object.fromEntries(
      KINDS.flatMap((cell) =>
        WEIGHTS.map((weights) => [`${cell}_${weights}`, amount(found[cell][weights].norms[pointed])]),
      ),
    );
    readout.innerHTML = html(
      pointed < facts.source.length ? 'before.gradient_reading_source' : 'before.gradient_reading_target',
      { word: word(pointed), back: inputs.count - 1 - pointed, ...values },
    );
  }

  /** Why the chapter opens on this word. */
  const why = (asked, { source, share: taken }) =>
    source === null
      ? html('before.gradient_opens_last', { asked })
      : html('before.gradient_opens_late', {
          asked,
          source: isolated(pieceName(inputs.pieces[source])),
          share: percent(taken),
        });

  /** In which cells training has lengthened the reach, and in which shortened it. */
  function changed() {
    const longer = KINDS.filter((cell) => shown.found[cell].trained.reach > shown.found[cell].first.reach),
      names = (cells) => cells.map((cell) => cell.toUpperCase()).join(', ');
    const shorter = KINDS.filter((cell) => shown.found[cell].trained.reach < shown.found[cell].first.reach);
    return [
      longer.length && html('before.gradient_longer', { cells: names(longer) }),
      shorter.length && html('before.gradient_shorter', { cells: names(shorter) }),
    ].filter(Boolean);
  }

  function showFirst() {
    first.checked = state.firstWeights;
    for (const one of [figure, factors.element]) one.classList.toggle('trained-only', !state.firstWeights);
  }

  on('gradientStep gradientCount', () => {
    if (current?.wanted()) renew();
  });
  on('firstWeights', showFirst);
  on('lang', () => {
    if (shown) lay();
    radius.draw();
  });
  showFirst();

  return {
    async show(sentence, wanted) {
      current = { sentence, wanted };
      // Nothing can be drawn while the chapter is away: what was said anew meanwhile, in another language, is drawn now.
      if (shown) {
        panels.forEach((panel) => panel.draw());
        factors.draw();
        radius.draw();
      }
      await Promise.all([answer(), radius.load()]);
    },
    hide() {
      /* nothing moves by itself */
    },
  };
}

const amount = (norm) => (norm > 0 ? small(norm) : '< 10⁻³⁸');
