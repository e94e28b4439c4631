// While a tour runs: a narrow bar at the bottom of the page, with what the step says, what to look at and what to try. It folds to one line.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { keysOf } from '../core/keys.js';
import { on, state, update } from '../core/state.js';
import { has, html, bindLabel, bindText, t } from '../core/text.js';
import { asProblem, Problem } from '../core/wire.js';
import { asked, Asking, inputOf } from '../tours/asking.js';
import { bring, unring } from '../tours/landmarks.js';
import { buildBoard } from '../room/board.js';
import { askAgain, finish, goToStep, leaveTour, reveal, running } from '../tours/tours.js';
import { answering, write } from '../tours/words.js';

/** A name of what to look at that is longer than this is not said on the button. */
const SHORT = 46;

export async function mount(root) {
  await booted;
  /** @type {import('../tours/tours.js').Tour | null} */
  let tour = null;
  let at = 0;
  /** Of a model that answers how what the step says is. */
  let saidOf = 'one';

  const button = (key, onclick, classes = '') =>
    h(`button.action${classes}`, { type: 'button', onclick }, bindText(h('span'), key));
  const title = h('strong.tour-title'),
    place = bindText(h('span.tour-place'), 'tours.place', () => ({ n: at + 1, total: tour?.steps.length ?? 0 }));
  const fold = h(
    'button.tour-fold',
    { type: 'button', 'aria-controls': 'tour-body', onclick: () => update({ tourFolded: !state.tourFolded }) },
    title,
    place,
  );
  const says = h('div.tour-says', { 'data-told': true }),
    tries = h('p.tour-tries');
  const look = h('button.action.tour-look', { type: 'button', onclick: lookThere });
  const onward = bindText(h('span'), () => (tour && at === tour.steps.length - 1 ? 'tours.done' : 'tours.next'));
  const back = button('tours.back', () => go(at - 1), '.tour-back'),
    next = h('button.action.primary.tour-next', { type: 'button', onclick: () => go(at + 1) }, onward),
    end = bindLabel(
      h('button.action.tour-leave', { type: 'button', onclick: leaveTour }, '×'),
      'aria-label',
      'tours.leave',
    );
  bindLabel(end, 'title', 'tours.leave');
  const asking = new Asking(choose);
  const body = h('div.tour-body', { id: 'tour-body' }, says, asking.element, buildBoard(), tries);
  const bar = h(
    'aside.tour-bar',
    { tabindex: '-1', hidden: true },
    h('div.tour-head', {}, fold, h('div.tour-done', { 'aria-hidden': true })),
    body,
    h('div.tour-actions', {}, look, back, next, end),
  );
  bindLabel(bar, 'aria-label', 'tours.bar');
  // Whoever presents goes through all of a slide first, wherever the focus is.
  const by = (step) => () => !state.presenting && go(at + step);
  keysOf(bar, { keys: 'ArrowLeft PageUp', says: 'keys.tour_back', act: by(-1) });
  keysOf(bar, { keys: 'ArrowRight PageDown', says: 'keys.tour_next', act: by(1) });
  root.append(bar);

  // Nothing of the page stays beneath it.
  new ResizeObserver(() =>
    document.documentElement.style.setProperty('--tour-height', `${bar.hidden ? 0 : bar.offsetHeight}px`),
  ).observe(bar);

  const step = () => tour.steps[at];
  /** Whether the step shows its screen, and not a question that is still to be answered. */
  const isOpen = () => !step().ask || state.guess !== null;
  /** The address that is on screen while the step is as it is. */
  const shown = () => (step().ask && state.guess !== null && step().then) || step().address;

  function lookThere() {
    const { screen } = state;
    // Whoever has gone elsewhere meanwhile comes back first.
    if (new URLSearchParams(shown()).get('screen') === screen) bring(step().look);
    else if (step().ask) choose(state.guess);
    else show(at);
  }

  /** @param {number} to */
  function go(to) {
    if (!tour || to < 0) return false;
    if (to < tour.steps.length) show(to);
    else finish();
    return true;
  }

  const show = (to) => goToStep(tour, to).catch((error) => update({ problem: asProblem(error) }));

  let arrivedAt = '';
  /** Another step is on screen, or its answer: what it is about is brought into sight. Whoever looks elsewhere meanwhile is left there. */
  function arrive() {
    const now = `${state.tour} ${at} ${state.guess}`;
    if (now === arrivedAt) return;
    arrivedAt = now;
    if (new URLSearchParams(shown()).get('screen') !== state.screen) return;
    if (step().look && isOpen()) bring(step().look);
    else {
      unring();
      scrollTo({ top: 0, behavior: 'instant' });
    }
  }

  async function follow() {
    if (!state.tour) {
      tour = null;
      draw();
      return;
    }
    try {
      const { tour: name } = state,
        found = await running();
      if (state.tour !== name) return;
      tour = found;
      if (!found) {
        leaveTour();
        update({ problem: new Problem('tour_gone') });
        return;
      }
      at = Math.min(state.tourStep, found.steps.length - 1);
      draw();
      arrive();
    } catch (error) {
      update({ problem: asProblem(error) });
    }
  }

  function draw() {
    const wasHidden = bar.hidden;
    bar.hidden = !tour;
    document.documentElement.toggleAttribute('data-tour', Boolean(tour));
    document.documentElement.toggleAttribute('data-asking', Boolean(tour) && !isOpen());
    if (!tour) {
      arrivedAt = '';
      unring();
      about = answer = null;
      update({ asks: null });
      return;
    }
    saidOf = answering();
    const { says: paragraphs, tries: tried, look: key } = step(),
      { steps } = tour;
    title.textContent = tour.title;
    place.respeak();
    bar.style.setProperty('--at', String((at + 1) / steps.length));
    says.replaceChildren(...paragraphs.map((text) => write(h('p'), text)));
    tries.hidden = !tried || !isOpen();
    if (tried) write(tries, `${t('tours.try')} ${tried}`);
    const open = isOpen();
    look.hidden = !key || !open;
    if (key) look.textContent = nameOf(key);
    back.disabled = at === 0;
    onward.respeak();
    bar.toggleAttribute('data-folded', state.tourFolded);
    fold.setAttribute('aria-expanded', String(!state.tourFolded));
    if (wasHidden) bar.focus({ preventScroll: true });
    ask();
  }

  let answer = null,
    about = null; // the question and the input that it was worked out for

  /** The question of the step, for the input on screen; another input is asked about before anything of it is seen. */
  async function ask() {
    const { ask: called } = tour ? step() : { ask: null };
    if (!called) {
      asking.hide();
      about = answer = null;
      update({ asks: null });
      return;
    }
    const input = inputOf(called),
      now = `${tour.name} ${at} ${state.lang} ${input}`,
      before = about;
    if (before?.now === now && answer !== undefined) {
      asking.show(called, answer);
      return;
    }
    about = { now, step: `${tour.name} ${at}`, input };
    answer = undefined;
    update({ asks: undefined });
    asking.wait();
    if (input === null) return; // it is on its way
    if (before?.step === about.step && before.input && before.input !== input && state.guess !== null) {
      await null; // the other input becomes a step of the history first
      await askAgain(tour, at);
      return;
    }
    const mine = about;
    try {
      const found = await asked(called);
      if (about !== mine) return;
      answer = found;
      asking.show(called, found);
      // Who else asks it: the room.
      update({ asks: { called, answer, of: tour, at } });
    } catch (error) {
      if (about !== mine) return;
      answer = null;
      asking.show(called, null);
      update({ problem: asProblem(error) });
    }
  }

  async function choose(guess) {
    if (!answer) return;
    try {
      if (await reveal(tour, at, guess, answer.show ?? {})) next.focus({ preventScroll: true });
    } catch (error) {
      update({ problem: asProblem(error) });
    }
  }

  on('tour tourStep lang guess', follow);
  on('photoQuery sentence', () => tour && (saidOf === answering() ? ask() : draw()));
  on('tourFolded', () => tour && draw());
  follow();
}

/** What the button that shows it is called. */
function nameOf(key) {
  const words = has(key) && !html(key).includes('{') ? t(key) : '';
  return words && words.length <= SHORT ? t('tours.look', { what: words }) : t('tours.look_there');
}
