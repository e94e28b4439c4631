// The calculator: a sheet that tells how one number came to be, and then how its operands did, down to pixels and embeddings.
//
// Any screen opens it with core/explain.js.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { on, state } from '../core/state.js';
import { html, label, say, t } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { beginnings } from './beginnings.js';
import { numberPage } from './number_page.js';
import { about, called, operandAt, symbol } from './quantities.js';
import { RowPage } from './row_page.js';
import { subjectOf } from './subject.js';
import { enter, leave, wayBack } from './way_back.js';

/** Steps of the trail that are written out. */
const MOST = 8;
const OF_A_ROW = ['attn.scores', 'attn.pattern', 'attn.z'];

export async function mount(root) {
  await booted;
  let trail = []; // { name, index, subject }, the number on screen last
  let opener = null;
  let turn = 0; // counts pages asked for: an answer to an earlier one is not shown
  let changed = null; // what is switched off on the screen by now, where the sheet shows an earlier pass
  const title = h('h3'),
    crumbs = h('nav.trail'),
    body = h('div.calculator-body'),
    ends = h('p.beginnings');
  const close = h('button.action', { type: 'button', onclick: () => hide() }, '✕');
  const back = h('button.action', { type: 'button', onclick: () => goTo(trail.length - 2) }, '←');
  const again = h('button.action', { type: 'button', onclick: recompute }, say(h('span'), 'calculator.recompute'));
  const earlier = h('div.earlier', { role: 'status', hidden: true }, say(h('p.note'), 'calculator.earlier'), again);
  label(close, 'aria-label', 'card.close');
  label(back, 'aria-label', 'calculator.back');
  const sheet = h(
    'aside.calculator',
    { role: 'dialog', hidden: true, tabindex: '-1' },
    h('header', {}, back, say(h('span.calculator-name'), 'calculator.title'), close),
    earlier,
    crumbs,
    title,
    body,
    ends,
  );
  label(sheet, 'aria-label', 'calculator.title');
  label(crumbs, 'aria-label', 'calculator.trail');
  root.append(sheet);

  document.addEventListener(
    'microscope:explain',
    ({ detail: { name, index, reading, sentence, look = state.look, change } }) => {
      if (sheet.hidden) opener = document.activeElement;
      trail = [{ name, index, subject: subjectOf({ reading, sentence, look, change }) }];
      changed = null;
      sheet.hidden = false;
      enter();
      show();
      sheet.focus({ preventScroll: true });
    },
  );
  document.addEventListener('microscope:changed', ({ detail: { change } }) => {
    if (sheet.hidden || trail[0].subject.sentence) return;
    changed = change === trail.at(-1).subject.change ? null : change;
    earlier.hidden = changed === null;
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !sheet.hidden && !document.querySelector('dialog[open]')) hide();
  });
  wayBack({ isOpen: () => !sheet.hidden, close: () => hide() });

  function hide() {
    sheet.hidden = true;
    leave();
    opener?.focus?.({ preventScroll: true });
  }

  function goTo(i) {
    if (i < 0) return;
    trail = trail.slice(0, i + 1);
    show();
  }

  const open = (number) => {
    trail.push({ ...number, subject: trail.at(-1).subject });
    show();
  };

  /** The same numbers in the pass that is on the screen now. */
  function recompute() {
    const subject = trail[0].subject.changed(changed);
    trail = trail.map((number) => ({ ...number, subject }));
    changed = null;
    show();
  }

  /** The number at the end of the trail; the old page stays, dimmed, until its bytes are here. */
  async function show() {
    const here = trail.at(-1),
      { subject } = here,
      of = about(here.name, subject),
      mine = ++turn;
    const gone = () => turn !== mine;
    body.dataset.waiting = '';
    earlier.hidden = changed === null;
    try {
      await subject.ready(of, here);
      if (gone()) return;
      tellTrail();
      const page = OF_A_ROW.includes(of.kind) ? await rowPage(here, of) : await number(here);
      if (gone() || page === null) return;
      const within = sheet.contains(document.activeElement);
      body.replaceChildren(page);
      tellNumber();
      tellTrail();
      sheet.scrollTop = 0;
      if (within) sheet.focus({ preventScroll: true }); // the button that was pressed is gone
    } catch (error) {
      if (gone()) return;
      const { code, params } = asProblem(error),
        sentence = h('p.problem');
      sentence.innerHTML = html(`error.${code}`, params);
      body.replaceChildren(sentence);
    } finally {
      if (!gone()) delete body.dataset.waiting;
    }
  }

  async function number(here) {
    const mine = turn,
      payload = await here.subject.number(here.name, here.index);
    if (turn !== mine) return null;
    if (payload.facts.operation !== 'same')
      return numberPage(payload, here.subject, open, (last) => {
        here.index = [...here.index.slice(0, -1), last];
        show();
      });
    // The stream that enters a block is the one that left the block before: straight on to that.
    Object.assign(here, operandAt(payload.facts.sources.x, 0));
    show();
    return null;
  }

  async function rowPage(here, of) {
    const { subject } = here,
      [head, query, last] = here.index,
      ofZ = of.kind === 'attn.z';
    const at = { head, query, key: ofZ ? (here.key ?? null) : last, dim: ofZ ? last : (here.dim ?? null) };
    const page = new RowPage(await subject.row(of, head, query), subject, of, at, {
      open,
      unscale:
        subject.unscaled &&
        ((off) => {
          here.subject = subject.unscaled(of.layer, off);
          show();
        }),
      // What was chosen on the page is still there after coming back to it.
      choose: ({ key, dim }) => {
        if (key !== undefined) {
          if (ofZ) here.key = key;
          else here.index = [head, query, key];
        }
        if (dim !== undefined) {
          if (ofZ) here.index = [head, query, dim];
          else here.dim = dim;
        }
        tellNumber();
        tellTrail();
      },
    });
    if (!ofZ) here.index = [head, query, page.key]; // the strongest, where none was named
    return page.element;
  }

  /** The name of the number whose page is shown, and the short way down from it. */
  function tellNumber() {
    const here = trail.at(-1);
    title.textContent = called(here.name, here.index, here.subject);
    ends.replaceChildren(...beginnings(here, open));
  }

  /** The way here. */
  function tellTrail() {
    const { subject } = trail.at(-1);
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
            symbol(name, index, subject),
            layer === null ? null : h('small', {}, ` ${t('calculator.in_layer', { layer: layer + 1 })}`),
          ),
        ];
      }),
    );
    const change = subject.changeWords();
    if (change) crumbs.append(h('span.changed', {}, change));
  }

  // Another photo or sentence has other numbers under the same names, and on another screen the sheet would lie over what was asked for.
  on('look sentence screen chapter cell', () => {
    if (!sheet.hidden) hide();
  });
  on('lang', () => {
    if (!sheet.hidden) show();
  });
}
