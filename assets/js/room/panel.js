// "For the room": opens a room, shows how phones come in, asks a question of the lecturer's choice; and lets somebody in who has a code.

import { booted } from '../core/boot.js';
import { listDialog, openDialog } from '../core/dialog.js';
import { h } from '../core/dom.js';
import { isThisComputer, outerPage, sharesOwn, whenOf } from '../core/links.js';
import { isRecorded } from '../core/recorded.js';
import { on, state, update } from '../core/state.js';
import { html, bindLabel, problemKey, bindText } from '../core/text.js';
import { asProblem, Problem, request } from '../core/wire.js';
import { questionInWords } from '../tours/asking.js';
import { goToStep, tours } from '../tours/tours.js';
import { readCode, spacedCode } from './codec.js';
import { endRoom, isHost, joinRoom, leaveRoom, openRoom, ownRoom } from './seat.js';

/** The tour that has every question. */
const QUESTIONS = 'predict';

/** @type {ReturnType<typeof build> | null} */
let panel = null;

/** Open it; the focus goes in, and back to whoever opened it. */
export function openPanel() {
  panel ??= build();
  panel.open();
}

/** The control in the title bar; a page without a server has no rooms. */
export function buildRoomButton() {
  if (isRecorded()) return null;
  const words = bindText(
    h('span'),
    () => (state.room ? 'room.button_in' : 'room.button'),
    () => ({ code: state.room ? spacedCode(state.room) : '' }),
  );
  on('room', () => words.respeak());
  const button = h(
    'button.action.room-button',
    { type: 'button', 'aria-haspopup': 'dialog', onclick: openPanel },
    words,
  );
  return h('div.room-opener', {}, button);
}

function build() {
  const told = h('p.field-problem', { 'data-told': true });
  /** What somebody does here; what goes wrong is told here. */
  const doing = (act) => async (event) => {
    event?.preventDefault();
    told.textContent = '';
    try {
      await act();
    } catch (error) {
      const problem = asProblem(error);
      bindText(told, problemKey(problem), () => problem.params);
    }
  };
  const button = (key, onclick, classes = '') =>
    h(`button.action${classes}`, { type: 'button', onclick }, bindText(h('span'), key));

  // -- nobody has opened one
  const field = h('input', {
    type: 'text',
    id: 'room-code',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    maxlength: '16',
  });
  const join = doing(async () => {
    const code = readCode(field.value);
    if (!code) throw new Problem('room_gone');
    await joinRoom(code);
    dialog.close();
  });
  // Whoever has closed the page, or typed another address, finds the way back.
  let before = null;
  const backWords = bindText(h('span'), 'room.go_back', () => ({ code: before ? spacedCode(before) : '' })),
    back = h(
      'button.action.primary.room-back',
      {
        type: 'button',
        onclick: doing(async () => {
          try {
            await joinRoom(before);
          } finally {
            draw();
          }
        }),
      },
      backWords,
    ),
    anew = button('room.open', doing(openRoom));
  const outside = h(
    'div.room-outside',
    {},
    bindText(h('p'), 'room.about'),
    h('p.room-ways', {}, back, anew),
    bindText(h('h3'), 'room.join_title'),
    h(
      'form.room-join',
      { onsubmit: join },
      h('label', { for: 'room-code' }, bindText(h('span'), 'room.code')),
      field,
      h('button.action', { type: 'submit' }, bindText(h('span'), 'room.join')),
    ),
  );

  // -- the lecturer's
  const image = h('img.room-squares', { draggable: 'false' }),
    code = h('p.room-code', { translate: 'no' }),
    link = h('p.room-link', { translate: 'no' }),
    where = h('p.note', { hidden: true }),
    http = bindText(h('p.note'), 'room.http_lecturer'),
    count = h('p.room-count', { 'data-told': true }),
    own = bindText(h('p.note'), 'room.own_photo'),
    until = h('p.note');
  bindLabel(image, 'alt', 'room.squares_alt');
  const choice = h('select', { id: 'room-question' });
  const ask = doing(async () => {
    const found = (await tours()).tours.find(({ name }) => name === QUESTIONS);
    dialog.close();
    await goToStep(found, Number(choice.value));
  });
  const present = button('present.open', () => {
    dialog.close();
    update({ presenting: true, slide: 0 });
  });
  const inside = h(
    'div.room-inside',
    {},
    image,
    h('div.room-how', {}, bindText(h('p'), 'room.how'), link, bindText(h('p.note'), 'room.by_code'), code, where, http),
    h(
      'div.room-lesson',
      {},
      count,
      own,
      h(
        'form.room-join',
        { onsubmit: ask },
        h('label', { for: 'room-question' }, bindText(h('span'), 'room.question')),
        choice,
        h('button.action.primary', { type: 'submit' }, bindText(h('span'), 'room.ask')),
      ),
      bindText(h('p.note'), 'room.about_asking'),
      until,
      h('p.room-ways', {}, present, button('room.end', doing(endRoom))),
    ),
  );

  // -- a phone's
  const member = h(
    'div',
    {},
    bindText(h('p'), 'room.joined', () => ({ code: state.room ? spacedCode(state.room) : '' })),
    button('room.leave', leaveRoom),
  );

  const dialog = listDialog('.room-panel', 'room.title', outside, inside, member, told);

  let drawn = null;
  async function draw() {
    const { room, roomNews: news } = state,
      hosts = isHost();
    outside.hidden = Boolean(room);
    inside.hidden = !hosts;
    member.hidden = !room || hosts;
    present.hidden = state.presenting;
    own.hidden = !sharesOwn();
    before = room ? null : ownRoom();
    back.hidden = !before;
    backWords.respeak();
    anew.classList.toggle('primary', !before);
    if (!hosts) {
      drawn = null;
      return;
    }
    if (news) {
      const said = html('room.here', { members: news.members });
      if (count.innerHTML !== said) count.innerHTML = said;
      bindText(until, 'room.until', () => ({ when: whenOf(state.roomNews?.until ?? news.until) }));
    }
    if (drawn === `${room} ${state.lang}`) return;
    drawn = `${room} ${state.lang}`;
    code.textContent = spacedCode(room);
    await doing(show)();
  }

  async function show() {
    const { room } = state,
      page = new URL(await outerPage());
    page.search = `?room=${room}`;
    page.hash = '';
    link.textContent = String(page);
    http.hidden = page.protocol === 'https:' || isThisComputer(page.hostname);
    where.hidden = !isThisComputer(location.hostname);
    if (!where.hidden)
      bindText(where, isThisComputer(page.hostname) ? 'share.here_only' : 'share.room', () => ({ page: page.origin }));
    const all = (await tours()).tours.find(({ name }) => name === QUESTIONS)?.steps ?? [];
    choice.replaceChildren(...all.flatMap(({ ask: called }, at) => (called ? [option(at, called)] : [])));
    const picture = await (await request(`qr?${new URLSearchParams({ link: String(page) })}`)).blob();
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(picture);
  }

  on('room roomNews lang photo photoQuery photoGone', () => dialog.isConnected && draw());
  booted.then(draw);
  return {
    open() {
      if (dialog.open) return;
      told.textContent = '';
      openDialog(dialog);
      draw();
    },
  };
}

const option = (at, called) =>
  h('option', { value: String(at), translate: 'no' }, `${at + 1}. ${questionInWords(called)}`);
