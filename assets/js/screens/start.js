// The start: the course's line from RNN to ViT with this input's numbers. The two strips above it are its doors (frame/door.js).

import { takeable } from '../core/figure.js';
import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { goTo } from '../core/history.js';
import { OPENING } from '../core/journeys.js';
import { lost } from '../core/own_photos.js';
import { LAYERS_AND_HEADS } from '../core/sentence.js';
import { on, state, update } from '../core/state.js';
import { bindLabel, bindText } from '../core/text.js';
import { asProblem, transported } from '../core/wire.js';
import { AttentionStop } from '../start/attention.js';
import { BlockStop } from '../start/block.js';
import { DecisionStop } from '../start/decision.js';
import { DecoderStop } from '../start/decoder.js';
import { EncoderStop } from '../start/encoder.js';
import { GradientStop } from '../start/gradient.js';
import { PatchesStop } from '../start/patches.js';
import { PositionStop } from '../start/position.js';
import { TranslationStop } from '../start/translation.js';
import { WordsStop } from '../start/words.js';
import { openTours } from '../tours/list.js';

/** What is drawn of an input: with another of these it is drawn anew, of bytes that are here for the most part. */
const HELD = [...['lang', 'theme', 'layer', 'query'], ...['source', ...LAYERS_AND_HEADS, 'ribbonLayer', 'ribbonHead']];

export async function mount(root) {
  await booted;
  const sentence = [new GradientStop(), new WordsStop(), new EncoderStop(), new DecoderStop(), new TranslationStop()],
    photo = [new PatchesStop(), new PositionStop(), new BlockStop(), new AttentionStop(), new DecisionStop()];
  const [patches, position, ...later] = photo;
  const at = (row, step, selector, ...inside) => h(selector, { 'data-row': row, 'data-step': step }, ...inside);
  const words = (row, step, kind, key) => at(row, step, kind, bindText(h('span'), key));
  const same = bindText(h('span'), () => (state.photoQuery?.each ? 'start.same_answer_each' : 'start.same_answer'));
  on('photoQuery', () => {
    same.respeak();
    same.hidden = state.photoQuery?.classes === 0;
  });
  const course = h(
    'button.action.primary.course',
    { type: 'button', onclick: () => goTo({ screen: 'before', chapter: 'chain' }) },
    bindText(h('span'), 'start.course'),
    ' →',
  );
  const notes = h(
    'button.action.course',
    { type: 'button', onclick: () => goTo({ screen: 'notes' }) },
    bindText(h('span'), 'start.notes'),
    ' →',
  );
  const guided = h(
    'button.action.course',
    { type: 'button', 'aria-haspopup': 'dialog', onclick: openTours },
    bindText(h('span'), 'tours.open'),
  );
  const board = h(
    'section.start-board',
    {},
    ...[1, 2, 3, 4, 5].map((step) => words('heading', step, 'h2.step', `start.step_${step}`)),
    h('span.rails', { 'aria-hidden': true }, h('span.main-line'), h('span.branch'), h('span.photo-line')),
    ...sentence.map(({ element }, i) => at('sentence', i + 1, 'div.place', h('span.dot'), element)),
    words('between', 2, 'p.same', 'start.same_words'),
    words('between', 3, 'p.same', 'start.same_block'),
    words('between', 4, 'p.apart', 'start.no_mask'),
    at('between', 5, 'p.same', same),
    at(
      'photo',
      1,
      'div.branches',
      bindText(h('h2'), 'start.branch'),
      bindText(h('p'), 'start.branch_why'),
      course,
      notes,
      guided,
    ),
    at('photo', 2, 'div.place', h('span.dot'), h('div.two', {}, patches.element, position.element)),
    ...later.map(({ element }, i) => at('photo', i + 3, 'div.place', h('span.dot'), element)),
  );
  bindLabel(board, 'aria-label', 'start.line');
  takeable(
    board,
    () =>
      [...sentence, ...photo].flatMap((stop) =>
        Object.values(/** @type {any} */ (stop).shown ?? {}).filter(transported),
      ),
    {
      title: 'start.line',
    },
  );
  root.append(board);

  /** What was drawn stays, dimmed, until the new is there; each station comes by itself. `whyNot` is why there is no input, if there is none. */
  function follow(stops, input, whyNot) {
    const shown = new Map();
    return () => {
      if (state.screen !== OPENING) {
        // Who comes back asks again for what failed; nothing else does without another input.
        shown.forEach(({ failed }, stop) => failed && shown.delete(stop));
        return;
      }
      const wanted = state[input],
        key = HELD.map((field) => state[field]).join();
      if (!wanted) {
        shown.clear(); // what is still on its way is of an input that is gone
        // What an address asked for could not be had.
        const problem = whyNot();
        if (problem) stops.forEach((stop) => stop.fail(problem));
        return;
      }
      for (const stop of stops) {
        const before = shown.get(stop);
        stop.redraw();
        if (before?.wanted === wanted && before.key === key) continue;
        const now = { wanted, key, failed: false },
          isWanted = () => shown.get(stop) === now;
        shown.set(stop, now);
        stop.wait();
        stop
          .load(wanted, isWanted)
          .then(() => {
            if (isWanted()) stop.arrived();
          })
          .catch((error) => {
            if (!isWanted()) return;
            now.failed = true;
            const problem = asProblem(error);
            stop.fail(problem);
            update({ problem });
          });
      }
    };
  }
  // What is wrong with one input says nothing of the other; what may be wrong with either (no server) is said of both.
  const followers = [
    follow(sentence, 'sentence', () => (state.problem && !lost(state.problem) ? state.problem : null)),
    follow(photo, 'photoQuery', () => state.photoGone ?? (state.problem?.text === undefined ? state.problem : null)),
  ];
  const visit = () => followers.forEach((visiting) => visiting());
  on(`photoQuery photoGone sentence screen problem ${HELD.join(' ')}`, visit);
  visit();
}
