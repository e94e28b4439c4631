// A link to exactly what is on screen: shown, copied, kept short, made of squares for phones, and told whom it shows what.

import { announce } from '../core/announce.js';
import { h } from '../core/dom.js';
import { address, onAddress } from '../core/history.js';
import { pageKeys } from '../core/keys.js';
import {
  CODE,
  copied,
  frameHere,
  isThisComputer,
  linkAtOnce,
  linkHere,
  pageAround,
  roomPage,
  sharesOwn,
  shortened,
  whenOf,
} from '../core/links.js';
import { needsServer } from '../core/needs_server.js';
import { isRecorded } from '../core/recorded.js';
import { closed, opened } from '../core/sheets.js';
import { on, state, update } from '../core/state.js';
import { bindLabel, problemKey, bindText } from '../core/text.js';
import { asProblem, Problem } from '../core/wire.js';

const KEY = 'l';

/** Whether the sentence on screen is a visitor's own. */
const isTyped = () => {
  const { sentence, boot } = state;
  return Boolean(sentence) && !boot.sentences.some(({ text }) => text === sentence.text);
};

/** The button, and the box it opens; a key copies the link without it. */
export function buildSharing() {
  const field = h('input', { type: 'text', readOnly: true, onfocus: () => field.select() });
  bindLabel(field, 'aria-label', 'share.link');
  const told = h('span.note', { 'data-told': true }),
    about = bindText(h('p.note'), 'share.own'),
    where = h('p.note', { hidden: true }),
    aboutFile = isRecorded() ? null : bindText(h('p.note'), 'share.file_about'),
    photoInFile = bindText(h('p.note'), () => (state.journey === 'photo' ? 'share.files_own' : 'share.file_own')),
    textInFile = bindText(h('p.note'), 'share.file_text');
  /** What somebody does with a link; what goes wrong is told beside it. */
  const doing = (act) => async () => {
    try {
      await act();
    } catch (error) {
      const problem = asProblem(error);
      bindText(told, problemKey(problem), () => problem.params);
    }
  };
  const copy = (changed = {}) =>
    doing(async () => {
      field.value = await linkHere(changed);
      bindText(told, (await copied(field)) ? 'share.copied' : 'share.by_hand');
    });
  const copyShort = doing(async () => {
    const { link, until } = await shortened(await linkHere());
    field.value = link;
    const key = (await copied(field)) ? 'share.copied_until' : 'share.by_hand_until';
    bindText(told, key, () => ({ when: whenOf(until) }));
  });
  const copyFrame = doing(async () => {
    field.value = await frameHere();
    bindText(told, (await copied(field)) ? 'share.copied' : 'share.by_hand_code');
  });
  const saveNotebook = doing(async () => {
    const { saveNotebook: kept } = await import('../take/notebook.js');
    const file = await kept();
    bindText(told, 'take.saved', () => ({ file }));
  });
  const showSquares = doing(async () => {
    const squares = await import('../take/squares.js');
    await squares.showSquares();
  });
  const takeFile = doing(async () => {
    const { takePage } = await import('../take/page_file.js');
    const mb = (bytes) => ({ mb: (bytes / 1e6).toFixed(1) });
    const bytes = await takePage((come) => bindText(told, 'share.file_comes', () => mb(come)));
    bindText(told, 'share.file_done', () => mb(bytes));
  });
  const button = (key, onclick) => h('button.action', { type: 'button', onclick }, bindText(h('span'), key));
  const without = button('share.without_photo', copy({ photo: null }));
  const actions = [
    button('share.copy', copy()),
    without,
    ...needsServer(
      button('share.copy_short', copyShort),
      button('share.squares', showSquares),
      button('share.frame', copyFrame),
      button('share.notebook', saveNotebook),
    ),
    isRecorded() ? null : button('share.file', takeFile),
  ];
  const box = h(
    'div.share-box',
    { hidden: true },
    field,
    h('div.actions', {}, ...actions, told),
    where,
    about,
    aboutFile,
    photoInFile,
    textInFile,
  );
  const opener = h(
    'button.action.share',
    { type: 'button', 'aria-keyshortcuts': KEY, onclick: () => turn(box.hidden) },
    bindText(h('span'), 'share.button'),
  );

  function turn(open) {
    box.hidden = !open;
    opener.setAttribute('aria-expanded', String(open));
    if (!open) {
      closed(box);
      return;
    }
    field.value = linkAtOnce();
    about.hidden = without.hidden = !sharesOwn();
    photoInFile.hidden = !sharesOwn();
    photoInFile.respeak();
    textInFile.hidden = isRecorded() || !isTyped();
    told.textContent = '';
    opened(box, { close: () => turn(false), first: field });
    doing(tellWhere)();
  }

  /** The link that is shown; of a page that only this computer finds, how the room does. */
  async function tellWhere() {
    const link = await linkHere();
    if (box.hidden || told.textContent) return;
    field.value = link;
    const room = await roomPage();
    where.hidden = !isThisComputer(location.hostname) || !isThisComputer(new URL(link).hostname) === !room;
    if (!where.hidden) bindText(where, room ? 'share.room' : 'share.here_only', () => ({ page: room }));
  }

  pageKeys({
    keys: KEY,
    says: 'keys.link',
    around: true,
    act: async () => {
      if (box.hidden) turn(true);
      await copy()();
      announce(sharesOwn() ? `${told.innerHTML} ${about.innerHTML}` : told.innerHTML);
    },
  });
  turn(false);
  // What is on screen has changed: the link that is shown would be of something else.
  on('photo photoQuery photoGone sentence screen chapter', () => turn(false));
  // What is held has changed: the link says it.
  onAddress(() => {
    if (box.hidden) return;
    told.textContent = '';
    field.value = linkAtOnce();
    doing(tellWhere)();
  });
  return h('div.sharing', {}, opener, box);
}

/** The page around this one is told what is on screen, so that its own address can say so (a hosted Space does). */
export function tellOuter() {
  const outer = pageAround();
  if (outer)
    window.parent.postMessage(
      { queryString: address({ room: state.room, follows: state.follows }) },
      new URL(outer).origin,
    );
}

/** A short link whose code stands for nothing any more leads to the start: say so, and take the code out of the address. */
export function withoutCode() {
  const here = new URL(location.href),
    had = here.searchParams.has(CODE);
  here.searchParams.delete(CODE);
  if (had) history.replaceState(null, '', here);
  return () => {
    if (had) update({ problem: new Problem('link_gone') });
  };
}
