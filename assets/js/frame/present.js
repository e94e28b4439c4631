// Before a room: the line above a slide, the bar with everything that can be done to it, and the keys of both.

import { booted } from '../core/boot.js';
import { closest, h } from '../core/dom.js';
import { inputName } from '../core/input_name.js';
import { inField, pageKeys } from '../core/keys.js';
import { anyOpen } from '../core/sheets.js';
import { on, state, update } from '../core/state.js';
import { html, bindLabel, t } from '../core/text.js';
import { announce } from '../core/announce.js';
import { searchWith, ringed } from '../tours/landmarks.js';
import { beginWithFirst, knowSlide, step } from '../present/presenting.js';
import { Speaking } from '../present/speaking.js';
import { Stage } from '../present/stage.js';
import { Tools } from '../present/tools.js';
import { spacedCode } from '../room/codec.js';
import { openPanel } from '../room/panel.js';
import { isHost } from '../room/seat.js';
import { NAME } from './title_bar.js';

const HIDES_MS = 3500; // after the last movement

export async function mount(root) {
  await booted;
  if (state.speaking) {
    const { speakerView } = await import('../present/speaker_view.js');
    speakerView(root);
    return;
  }
  const bar = h('div.present-bar', { role: 'toolbar' }),
    tooling = h('section', {}, bar),
    head = h(
      'header.present-head',
      {},
      h('h1.voice', { translate: 'no' }, NAME),
      h('h2'),
      h('span.present-about', { translate: 'no' }),
      h('span.present-room'),
      h('span.present-place'),
    );
  for (const one of [bar, tooling]) bindLabel(one, 'aria-label', 'present.bar');
  const stage = new Stage(changed);
  const tools = new Tools({ slide: () => `${stage.key}${stage.part === 2 ? ' notes' : ''}`, changed, free: bar });
  const speaking = new Speaking({ stage, tools, go, told });

  function go(by) {
    if (tools.frozen) return false;
    if (tools.cover) {
      tools.covered(null);
      return true;
    }
    // What does not fit is gone through before the next slide.
    const page = document.documentElement,
      more = by > 0 ? page.scrollHeight - page.clientHeight - scrollY : scrollY;
    if (more > 4 && !stage.laying) scrollBy({ top: by * stage.sight * 0.8, behavior: 'instant' });
    else if (!stage.turnPart(by)) step(stage, by);
    return true;
  }

  const button = (key, text, act, pressed = null) => {
    const one = h('button', { type: 'button', onclick: act }, text);
    bindLabel(one, 'aria-label', key);
    bindLabel(one, 'title', key);
    return { one, pressed };
  };
  const buttons = [
    button('present.back', '‹', () => go(-1)),
    button('present.next', '›', () => go(1)),
    button(
      'present.light',
      '◎',
      () => light(),
      () => tools.light,
    ),
    button(
      'present.pen',
      '✎',
      () => tools.writing(!tools.pen),
      () => tools.pen,
    ),
    button('present.undo', '↶', () => tools.undo()),
    button('present.clear', '⌫', () => tools.clear()),
    button(
      'present.freeze',
      '❄',
      () => tools.freeze(!tools.frozen),
      () => tools.frozen,
    ),
    button('present.black', '■', () => tools.covered('black')),
    button('present.white', '□', () => tools.covered('white')),
    button('present.speaker', '▤', () => speaking.open()),
    button('room.title', '⚇', openPanel),
    button('present.leave', '×', leave),
  ];
  const { one: toRoom } = buttons.at(-2);
  const note = h('span.present-note', { 'data-told': true, hidden: true });
  bar.append(...buttons.map(({ one }) => one), note);

  // A finger has no keys and no margin to rest in: it turns slides at either edge, where no slide has anything.
  const edges = [-1, 1].map((by) =>
    h(
      'button.present-edge',
      {
        type: 'button',
        tabindex: '-1',
        'aria-hidden': 'true',
        'data-by': String(by),
        onclick: (event) => event.pointerType !== 'mouse' && go(by),
      },
      by < 0 ? '‹' : '›',
    ),
  );

  /** A sentence beside the buttons; it goes with them. */
  function told(key) {
    note.hidden = !key;
    if (key) note.innerHTML = html(key);
    awake();
  }

  function light() {
    tools.lit(!tools.light);
    if (tools.light) tools.moveLight(...pointer);
  }

  function enter() {
    document.body.prepend(head); // its headings come before those of the slide
    document.body.append(...edges, ...tools.elements, tooling);
    stage.open();
    const step = document.querySelector('[data-ringed]');
    if (step) stage.turnTo(step);
    awake();
    announce(html('present.entered'));
  }

  function leave() {
    update({ presenting: false, slide: 0 });
  }

  function close() {
    tools.putAway();
    stage.close();
    for (const element of [head, ...edges, ...tools.elements, tooling]) element.remove();
    told('');
  }

  /** Another slide, tool or tour: the line above and the bar say so. */
  function changed() {
    const [, title, about, room, place] = head.children;
    title.textContent = t(`${state.screen}.title`);
    // What a photo is called may be what the room is asked.
    const asks = state.tour && state.asks?.answer && state.guess === null;
    about.textContent = asks || ['start', 'models'].includes(state.screen) ? '' : inputName();
    // Whoever comes late finds the way in.
    room.textContent = state.room ? t('room.button_in', { code: spacedCode(state.room) }) : '';
    toRoom.hidden = !isHost();
    // What fits on no slide has two of them: "2a", "2b".
    const part = ['', 'a', 'b'][stage.part];
    place.textContent =
      stage.slides.length > 1 || part ? `${stage.at + 1}${part} / ${Math.max(1, stage.slides.length)}` : '';
    for (const { one, pressed } of buttons) if (pressed) one.setAttribute('aria-pressed', String(pressed()));
    tools.draw();
    speaking.tell();
  }

  let pointer = [innerWidth / 2, innerHeight / 2],
    hovers = false, // the pointer that moved last can lie still on something
    sleeps = 0;
  function awake() {
    bar.removeAttribute('data-asleep');
    clearTimeout(sleeps);
    sleeps = window.setTimeout(() => {
      // What a finger or a click has pressed keeps the focus, and under a finger :hover; neither is a reason to stay.
      if (!(hovers && bar.matches(':hover')) && !bar.querySelector(':focus-visible') && note.hidden) asleep();
    }, HIDES_MS);
  }
  function asleep() {
    clearTimeout(sleeps);
    bar.setAttribute('data-asleep', '');
  }
  bar.addEventListener('focusin', awake);
  for (const moved of /** @type {const} */ (['pointerdown', 'pointermove']))
    addEventListener(moved, ({ clientX, clientY, pointerType, target, buttons: pressed }) => {
      if (!state.presenting) return;
      pointer = [clientX, clientY];
      hovers = pointerType === 'mouse';
      if (tools.light) tools.moveLight(clientX, clientY);
      // Nothing lies over what is being drawn, and who turns slides at the edge needs no bar.
      if (target === tools.penElement && pressed) asleep();
      else if (!edges.includes(/** @type {any} */ (target))) awake();
    });
  tools.penElement.addEventListener('pointerup', awake);
  addEventListener('focusin', ({ target }) => {
    if (!tools.light || !(target instanceof Element) || target === document.body) return;
    const { left, top, width, height } = target.getBoundingClientRect();
    tools.moveLight(left + width / 2, top + height / 2);
  });

  const shown = () => state.presenting && !state.embedded;
  const keys = (names, says, act, more = {}) =>
    pageKeys({ keys: names, says, when: shown, around: true, act, ...more });
  pageKeys({
    keys: 'z',
    says: 'keys.present',
    around: true,
    act: () => update({ presenting: !state.presenting, slide: 0 }),
  });
  // A clicker sends page keys, wherever the focus was left; the arrows are a slider's own.
  const turns = (by) => (event) =>
    !(event.key.startsWith('Page') ? closest(event, 'dialog') : inField(event)) && go(by);
  keys('ArrowRight PageDown', 'keys.slide_next', turns(1), { always: true });
  keys('ArrowLeft PageUp', 'keys.slide_back', turns(-1), { always: true });
  keys('o', 'keys.light', light);
  keys('d', 'keys.pen', () => tools.writing(!tools.pen), { held: true });
  keys('u', 'keys.pen_undo', () => tools.undo(), { held: true });
  keys('x', 'keys.pen_clear', () => tools.clear(), { held: true });
  keys('f', 'keys.freeze', () => tools.freeze(!tools.frozen), { held: true });
  keys('b .', 'keys.black', () => tools.covered(tools.cover ? null : 'black'), { held: true });
  keys('w ,', 'keys.white', () => tools.covered(tools.cover ? null : 'white'), { held: true });
  keys('s', 'keys.speaker', () => speaking.open(), { held: true });
  keys(
    'Escape',
    'keys.present_leave',
    () => {
      if (tools.cover) tools.covered(null);
      else if (tools.frozen) tools.freeze(false);
      else if (tools.pen) tools.writing(false);
      else if (anyOpen()) return false;
      else leave();
      return true;
    },
    { held: true, always: true },
  );

  const look = () => shown() && stage.show();
  on('presenting', () => (shown() ? enter() : close()));
  on('screen chapter', () => shown() && beginWithFirst());
  on('screen chapter slide photoQuery sentence lang journey', look);
  on('room', () => shown() && changed());
  on('slide', knowSlide);
  on('tour tourStep tourFolded guess asks', () => shown() && requestAnimationFrame(look));
  addEventListener('resize', look);
  // What comes onto a screen later may be a slide of it.
  new MutationObserver(() => {
    if (shown() && stage.find().length !== stage.slides.length) look();
  }).observe(document.documentElement, {
    subtree: true,
    attributeFilter: ['data-mounting', 'data-waiting', 'data-busy', 'hidden', 'data-complete'],
  });
  searchWith((find) => (shown() ? stage.whole(find) : find()));
  ringed((element) => shown() && stage.turnTo(element));
  if (shown()) enter();
}
