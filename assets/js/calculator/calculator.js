// The calculator: a sheet that tells how one number came to be, and then how its operands did, down to pixels and embeddings.
//
// Any screen opens it with core/explain.js. Its number and the way to it are in the state, so that a link and Back know them.

import { takeable } from '../core/figure.js';
import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { atNumber } from '../core/formula.js';
import '../core/explain.js';
import { isRestoring } from '../core/history.js';
import { sameInput } from '../core/photo_query.js';
import { closed, opened } from '../core/sheets.js';
import { on, state, update } from '../core/state.js';
import { html, bindLabel, bindText, t } from '../core/text.js';
import { readTrail, writeTrail } from '../core/trail.js';
import { asProblem } from '../core/wire.js';
import { beginnings } from './beginnings.js';
import { numberPage } from './number_page.js';
import { about, called, operandAt, quantitySymbol } from './quantities.js';
import { RowPage } from './row_page.js';
import { subjectOf } from './subject.js';

/** Steps of the trail that are written out. */
const MOST = 8;
const OF_A_ROW = ['attn.scores', 'attn.pattern', 'attn.z'];
/** What the sheet lies over: where one of these changes, it closes. */
const PLACE = ['screen', 'chapter', 'cell'];

export async function mount(root) {
  await booted;
  let of = ''; // whose numbers they are
  let trail = []; // core/trail.js: the number on screen last
  let subject = null;
  let shown = ''; // the text of the state that is shown
  let over = null; // the place it lies over, the photo query and the sentence
  let turn = 0; // counts pages asked for: an answer to an earlier one is not shown
  const title = h('h3'),
    crumbs = h('nav.trail'),
    body = h('div.calculator-body'),
    ends = h('p.beginnings');
  const close = h('button.action', { type: 'button', onclick: hide }, '✕');
  const back = h('button.action', { type: 'button', onclick: () => goTo(trail.length - 2) }, '←');
  bindLabel(close, 'aria-label', 'card.close');
  bindLabel(back, 'aria-label', 'calculator.back');
  const sheet = h(
    'section.calculator',
    { role: 'dialog', hidden: true, tabindex: '-1' },
    h('header', {}, back, bindText(h('span.calculator-name'), 'calculator.title'), close),
    crumbs,
    title,
    body,
    ends,
  );
  bindLabel(sheet, 'aria-label', 'calculator.title');
  bindLabel(crumbs, 'aria-label', 'calculator.trail');
  root.append(sheet);

  function hide() {
    update({ explained: '' });
  }

  /** Another way to the number on screen: a step, or `quietly` where only something was chosen on its page. */
  function go(numbers, quietly = false) {
    trail = numbers;
    const text = writeTrail({ of, numbers });
    if (quietly) shown = text; // it is drawn already
    update({ explained: text }, { quietly });
  }

  function goTo(i) {
    if (i >= 0) go(trail.slice(0, i + 1));
  }

  const open = (number) => go([...trail, number]);

  /** The state says another number, or what the sheet lies over has changed. */
  function follow() {
    // Soon, or gone: nothing that could be explained is here.
    if (!(state.journey === 'sentence' ? state.sentence : state.photoQuery)) {
      shown = '';
      shut();
      return;
    }
    const place = { ...Object.fromEntries(PLACE.map((field) => [field, state[field]])), ...inputs() },
      sameText = state.explained === shown;
    const moved = over && PLACE.some((field) => place[field] !== over[field]),
      other = over && !samePlaceOf(over, place);
    // Another photo or sentence has other numbers under the same names, and on another screen the sheet would lie over what was asked for.
    if (state.explained && sameText && (moved || other) && !isRestoring()) {
      hide();
      return;
    }
    const changed = over && ['photoQuery', 'sentence', 'second', 'lang'].some((input) => over[input] !== place[input]);
    over = place;
    if (sameText && !(changed && shown)) return;
    shown = state.explained;
    const found = shown ? readTrail(shown) : null;
    if (!found) {
      shut();
      return;
    }
    sheet.hidden = false;
    of = found.of;
    trail = found.numbers;
    show();
    opened(sheet, { close: hide });
  }

  const inputs = () => ({
    photoQuery: state.photoQuery,
    sentence: state.sentence,
    second: of === 'm' ? `${state.secondModel} ${state.secondSize}` : '',
    lang: state.lang,
  });
  const samePlaceOf = (before, now) =>
    of === 's' || of.startsWith('r.')
      ? before.sentence?.text === now.sentence?.text && before.sentence?.model === now.sentence?.model
      : sameInput(before.photoQuery, now.photoQuery);

  function shut() {
    turn += 1;
    if (sheet.hidden) return;
    sheet.hidden = true;
    closed(sheet);
  }

  /** The number at the end of the trail; the old page stays, dimmed, until its bytes are here. */
  async function show() {
    const here = trail.at(-1),
      mine = ++turn;
    const gone = () => turn !== mine;
    body.dataset.waiting = '';
    try {
      const whose = await subjectOf(of);
      if (gone()) return;
      subject = whose;
      const kind = about(here.name, subject);
      await subject.ready(kind, here);
      if (gone()) return;
      tellTrail();
      const page = OF_A_ROW.includes(kind.kind) ? await rowPage(here, kind) : await number(here);
      if (gone() || page === null) return;
      const within = sheet.contains(document.activeElement);
      body.replaceChildren(page);
      tellNumber();
      tellTrail();
      sheet.scrollTop = 0;
      // Where the button that was pressed is gone; who has gone on to another meanwhile stays there.
      if (within && !sheet.contains(document.activeElement)) sheet.focus({ preventScroll: true });
    } catch (error) {
      if (gone()) return;
      const { code, params } = asProblem(error),
        sentence = h('p.problem');
      // Numbers are endless: on a page without a server that is no fault, and what can be opened there is said.
      sentence.innerHTML = code === 'not_recorded' ? html('calculator.not_recorded') : html(`error.${code}`, params);
      body.replaceChildren(sentence);
      tellNameless();
    } finally {
      if (!gone()) delete body.dataset.waiting;
    }
  }

  async function number(here) {
    const mine = turn,
      payload = await subject.number(here.name, here.index);
    if (turn !== mine) return null;
    const instead = (there) => {
      go([...trail.slice(0, -1), there], true);
      show();
    };
    if (payload.facts.operation !== 'same')
      return taken(
        numberPage(payload, subject, open, (last) => instead({ ...here, index: [...here.index.slice(0, -1), last] })),
        payload,
      );
    // The stream that enters a block is the one that left the block before: straight on to that.
    instead(operandAt(payload.facts.sources.x, 0));
    return null;
  }

  async function rowPage(here, kind) {
    const [head, query, last] = here.index,
      ofZ = kind.kind === 'attn.z';
    const at = { head, query, key: ofZ ? (here.key ?? null) : last, dim: ofZ ? last : (here.dim ?? null) };
    // What was chosen on the page is still there after coming back to it.
    const choose = (chosen) => {
      const { key, dim } = { key: at.key, dim: at.dim, ...chosen };
      at.key = key;
      at.dim = dim;
      const there = ofZ ? { key, index: [head, query, dim] } : { dim, index: [head, query, key] };
      go([...trail.slice(0, -1), { ...here, ...there }], true);
      tellNumber();
      tellTrail();
    };
    const mine = turn,
      payload = await subject.row(kind, head, query);
    if (turn !== mine) return null;
    const page = new RowPage(payload, subject, kind, at, {
      open,
      unscale: subject.unscaled && ((off) => subject.unscaled(kind, off)),
      choose,
    });
    if (at.key === null && !ofZ) choose({ key: page.key }); // the strongest, where none was named
    return taken(page.element, payload);
  }

  /** A page of the sheet is a figure as those of the screens are. */
  const taken = (page, payload) => takeable(page, () => payload, { title: () => title.textContent });

  /** The name of the number whose page is shown, and the short way down from it. */
  function tellNumber() {
    const here = trail.at(-1);
    title.textContent = called(here.name, here.index, subject);
    ends.replaceChildren(...beginnings({ ...here, subject }, open));
  }

  /** What cannot be shown is named all the same, and leads nowhere. */
  function tellNameless() {
    const { name, index } = trail.at(-1);
    title.textContent = subject && !index.includes(null) ? called(name, index, subject) : '';
    ends.replaceChildren();
  }

  /** The way here. */
  function tellTrail() {
    back.disabled = trail.length < 2;
    crumbs.replaceChildren(
      ...trail.flatMap(({ name, index }, i) => {
        // A long way shows its beginning and its end.
        if (trail.length > MOST && i > 1 && i < trail.length - MOST + 3) return i === 2 ? [h('span', {}, '…')] : [];
        const { layer } = about(name, subject);
        return [
          h(
            'button',
            {
              type: 'button',
              title: index.includes(null) ? null : called(name, index, subject),
              'aria-current': i === trail.length - 1 ? 'step' : null,
              onclick: () => goTo(i),
            },
            atNumber(quantitySymbol(name, index, subject)),
            layer === null ? null : h('small', {}, ` ${t('calculator.in_layer', { layer: layer + 1 })}`),
          ),
        ];
      }),
    );
    const change = subject.changeWords();
    if (change) crumbs.append(h('span.changed', {}, change));
  }

  on('explained photoQuery sentence secondModel secondSize lang screen chapter cell', follow);
  follow();
}
