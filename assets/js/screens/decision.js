// The Decision screen: the photo on the left; on the right what the model says it is, and the arithmetic behind every bar.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { Fold } from '../core/folds.js';
import { seenPicture, seenSwitch } from '../core/seen.js';
import { on, state, update } from '../core/state.js';
import { html, bindText, t } from '../core/text.js';
import { asProblem, view } from '../core/wire.js';
import { Arithmetic } from '../decision/arithmetic.js';
import { Bars } from '../decision/bars.js';
import { ByLayer } from '../decision/by_layer.js';
import { ClassList } from '../decision/class_list.js';
import { DecisionFlow } from '../decision/flow.js';
import { classNames, nameOf, scoresOf } from '../core/class_names.js';
import { Verdict } from '../decision/verdict.js';

const FEW = 5,
  MANY = 20;
// A pointer that only passes over the bars asks for nothing.
const DWELL_MS = 60;

export async function mount(root) {
  await booted;
  let shown = null; // { photoQuery, payload, layers, names } on screen
  let dwell = 0;

  const events = { preview, hold };
  const flow = new DecisionFlow(events),
    arithmetic = new Arithmetic(),
    byLayer = new ByLayer();
  const list = new ClassList(hold);
  const photo = h('img.decision-photo', { alt: '' }),
    seen = seenSwitch(() => state.photoQuery?.size ?? null);
  const more = h('button.action', {
    type: 'button',
    'aria-expanded': 'false',
    onclick: () => update({ manyClasses: !state.manyClasses }),
  });
  const all = h('button.action', {
    type: 'button',
    'aria-haspopup': 'dialog',
    onclick: () => list.open(shown.payload, shown.names),
  });
  const verdict = new Verdict(more, all),
    bars = new Bars(events, verdict.actions);
  const notes = ['see', 'try', 'not'].map(() => h('p.note'));
  const noHead = h('p.lead', { hidden: true });
  const heading = bindText(h('h2'), () =>
    state.photoQuery?.numbers ? 'decision.heading_numbers' : 'decision.heading',
  );
  const answer = h(
    'div.decision-answer',
    { hidden: true },
    flow.element,
    verdict.element,
    bars.element,
    arithmetic.element,
    new Fold('layers', byLayer.element).element,
  );
  root.append(
    h(
      'div.decision',
      {},
      h('div.decision-left', {}, heading, photo, seen, h('div.notes', {}, ...notes)),
      h('div.decision-right', {}, answer, noHead),
      list.element,
    ),
  );

  /** Fetch what the photo query on screen needs, then draw; the old numbers stay, dimmed, until the new ones are there. */
  async function visit() {
    const { photoQuery } = state;
    if (state.screen !== 'decision' || !photoQuery) return;
    if (shown?.photoQuery === photoQuery) {
      delete answer.dataset.waiting; // for another that was left
      delete answer.dataset.outdated;
      draw();
      return;
    }
    answer.dataset.waiting = '';
    try {
      const [payload, layers, names] = await Promise.all([
        view('decision', photoQuery),
        view('class_by_layer', photoQuery),
        classNames(photoQuery),
      ]);
      if (state.photoQuery !== photoQuery) return;
      shown = { photoQuery, payload, layers, names };
      photo.src = seenPicture(photoQuery);
      seen.show();
      delete answer.dataset.outdated;
      draw();
    } catch (error) {
      // What became of a photo query that was left concerns nobody.
      if (state.photoQuery !== photoQuery) return;
      answer.dataset.outdated = ''; // what stands there is of another
      update({ problem: asProblem(error) });
    } finally {
      if (state.photoQuery === photoQuery) delete answer.dataset.waiting;
    }
  }

  function draw() {
    const { photoQuery, payload, names } = shown,
      { facts, arrays } = payload,
      hasHead = scoresOf(facts) > 0;
    answer.hidden = !hasHead;
    noHead.hidden = hasHead;
    photo.alt = t('decision.photo');
    heading.respeak();
    const params = {
      classes: facts.classes,
      numbers: facts.numbers,
      inputs: arrays.inputs.data.length,
      d: photoQuery.d_model,
    };
    const small = photoQuery.model === state.boot.first.model;
    const [see, attempt, not] = facts.numbers
      ? ['see_numbers', 'try_numbers', 'not_numbers']
      : facts.each
        ? ['see_each', 'try', 'not_each']
        : ['see', 'try', small ? 'not_small' : 'not'];
    const keys = hasHead ? [see, attempt, not].map((key) => `decision.${key}`) : [];
    notes.forEach((note, i) => {
      note.innerHTML = keys[i] ? html(keys[i], params) : '';
    });
    if (!hasHead) {
      noHead.innerHTML = html('decision.no_head', params);
      return;
    }
    const best = arrays.order.data[0];
    if (facts.numbers) verdict.showNumbers(photoQuery, arrays.logits.data, nameOf(names, best));
    else verdict.show(photoQuery, arrays.probabilities.data[best], nameOf(names, best));
    flow.show(payload, names, photoQuery);
    bars.show({ facts, arrays, names, top: state.manyClasses ? MANY : FEW, held: held() });
    all.hidden = facts.numbers > 0;
    more.hidden = scoresOf(facts) <= FEW;
    more.setAttribute('aria-expanded', String(state.manyClasses));
    more.textContent = t(state.manyClasses ? 'decision.fewer' : 'decision.more', {
      count: state.manyClasses ? FEW : Math.min(MANY, scoresOf(facts)),
    });
    all.textContent = t('decision.list', params);
    byLayer.show({ ...shown, payload: shown.layers, parts: facts.parts, index: held(), layer: state.layer });
    trace(held());
  }

  function hold(index) {
    update({ heldClass: index });
  }

  /** The class whose arithmetic stays: the one chosen, else the one that the model finds most probable. */
  function held() {
    const { facts, arrays } = shown.payload;
    return state.heldClass !== null && state.heldClass < scoresOf(facts)
      ? state.heldClass
      : (arrays.order.data[0] ?? 0);
  }

  /** Show the class under the pointer, or the held one again. */
  function preview(index) {
    if (shown) trace(index ?? held(), DWELL_MS);
  }

  /** The arithmetic of a class: softmax at once, the terms of its logit in one request, kept. */
  function trace(index, wait = 0) {
    const { photoQuery, payload, names } = shown;
    bars.mark(index);
    flow.mark(index);
    arithmetic.show(payload, names, index);
    clearTimeout(dwell);
    dwell = setTimeout(async () => {
      try {
        const terms = await view('logit_terms', photoQuery, { class: index });
        // A slower, older answer must not paint over what was asked for since.
        if (shown.photoQuery === photoQuery && arithmetic.index === index) arithmetic.load(terms);
      } catch (error) {
        if (shown.photoQuery === photoQuery) update({ problem: asProblem(error) });
      }
    }, wait);
  }

  on('photoQuery lang theme screen heldClass manyClasses layer', visit);
  visit();
}
