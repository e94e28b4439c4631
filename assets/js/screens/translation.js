// The Translation screen: the sentence and its translation, step by step; what could have been written, and how the words were chosen.

import { takeable } from '../core/figure.js';
import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { requestPrefix, sentenceView, showsFirst } from '../core/sentence.js';
import { on, state, update } from '../core/state.js';
import { Stepper } from '../core/stepper.js';
import { bindText, retell } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { BeamTree } from '../translation/beam_tree.js';
import { Decoding } from '../translation/decoding.js';
import { force, Forcing } from '../translation/forcing.js';
import { HeadChoice, heldCrossLayer } from '../translation/head_choice.js';
import { NextWords } from '../translation/next_words.js';
import { translationReading } from '../translation/reading.js';
import { Result } from '../translation/result.js';
import { SentenceLines } from '../translation/sentence_lines.js';

export async function mount(root) {
  await booted;
  let shown = null; // { sentence, steps, attention } on screen
  let pointed = null; // { source } or { step } under the pointer
  const lines = new SentenceLines({
    step: (step) => stepper.to(step),
    point: (at) => {
      pointed = at;
      showStep();
    },
  });
  const stepper = new Stepper({
      field: 'step',
      count: () => state.sentence?.target.length ?? 0,
      screen: 'translation',
      figure: '.translation-figure',
    }),
    heads = new HeadChoice();
  const forcing = new Forcing(),
    words = new NextWords(forcing, (id) => force(shown.sentence, state.step, [id]));
  const decoding = new Decoding(),
    result = new Result();
  const tree = new BeamTree((prefix) => requestPrefix(shown.sentence, prefix));
  const readout = h('p.readout', { 'data-told': true });
  root.append(
    h(
      'div.translation',
      {},
      h('div.translation-head', {}, bindText(h('h2'), 'translation.heading'), heads.element),
      takeable(
        h('section.translation-figure', {}, lines.element, h('div.below', {}, stepper.element, readout, forcing.given)),
        () => shown && [shown.attention, shown.steps],
        { title: 'translation.heading' },
      ),
      decoding.element,
      h(
        'div.translation-columns',
        {},
        words.element,
        h(
          'div.translation-side',
          {},
          result.element,
          h('div.notes', {}, ...['see', 'try', 'not'].map((key) => bindText(h('p.note'), `translation.${key}`))),
        ),
      ),
      tree.element,
    ),
  );

  const fetchAll = (sentence, layer = heldCrossLayer(sentence)) =>
    Promise.all([
      sentenceView('steps', sentence),
      sentenceView('tree', sentence),
      sentenceView('attention', sentence, { part: 'cross', layer }),
    ]);

  /** The translation on screen, once this screen can be seen; the old one stays until all of the new one is here. */
  async function visit() {
    const { sentence } = state;
    if (state.screen !== 'translation' || !sentence || shown?.sentence === sentence) return;
    root.dataset.waiting = '';
    delete root.dataset.complete;
    const layer = heldCrossLayer(sentence);
    try {
      const [steps, beams, seen] = await fetchAll(sentence, layer);
      if (state.sentence !== sentence) return;
      shown = null; // a word that loses the focus as it is taken away shows nothing of either
      pointed = null;
      lines.load(sentence, steps);
      decoding.show(sentence.how);
      tree.load(sentence, beams);
      shown = { sentence, steps, attention: seen };
      showAll();
      if (heldCrossLayer(sentence) !== layer) showHeads(); // another one was chosen meanwhile
      delete root.dataset.waiting;
      root.dataset.complete = 'true'; // from here on no step needs the server
    } catch (error) {
      // What became of a sentence that was left concerns nobody.
      if (state.sentence === sentence) {
        update({ problem: asProblem(error) });
        delete root.dataset.waiting;
      }
    }
  }

  function showAll() {
    result.show(shown.sentence, shown.steps);
    heads.show(shown.sentence);
    showStep();
  }

  /** Show what is held and pointed at: nothing is asked for. */
  function showStep() {
    if (!shown || shown.sentence !== state.sentence) return;
    const { sentence, steps, attention } = shown,
      { step } = state,
      weights = heads.rows(attention);
    lines.show({ step, pointed, weights });
    stepper.show();
    words.show(sentence, steps, step, sentence.how.startsWith('sample'));
    forcing.show(sentence);
    tree.mark(step);
    if (readout.hasAttribute('data-told') === Boolean(pointed)) readout.replaceChildren(); // what is told from here on is told even where it says the same
    readout.toggleAttribute('data-told', !pointed);
    retell(readout, translationReading({ lines, steps, step, pointed, weights }));
  }

  /** Other ribbons: another layer or head. */
  async function showHeads() {
    if (!shown || shown.sentence !== state.sentence) return;
    const { sentence } = shown,
      layer = heldCrossLayer(sentence);
    try {
      const attention = await sentenceView('attention', sentence, { part: 'cross', layer });
      if (shown.sentence !== sentence || heldCrossLayer(sentence) !== layer) return;
      shown.attention = attention;
      heads.show(sentence);
      showStep();
    } catch (error) {
      if (state.sentence === sentence) update({ problem: asProblem(error) });
    }
  }

  on('sentence screen', visit);
  on('step manyWords', showStep);
  on('wanted', () => {
    if (!state.wanted && state.sentence) decoding.show(state.sentence.how); // another way that was chosen may have been given up
  });
  on('ribbonLayer ribbonHead', showHeads);
  on('lang', () => {
    if (shown) {
      lines.name();
      decoding.show(shown.sentence.how);
      tree.name();
      showAll();
    }
  });
  showsFirst('translation', (sentence) => fetchAll(sentence));
  visit();
}
