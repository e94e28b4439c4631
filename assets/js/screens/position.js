// The Position screen: the photo as a jigsaw and what that does to the answer; below it what the position embeddings themselves look like.

import { booted } from '../core/boot.js';
import { classNames } from '../core/class_names.js';
import { h } from '../core/dom.js';
import { held, hold } from '../core/held.js';
import { on, state, update } from '../core/state.js';
import { html, label, say, t } from '../core/text.js';
import { asProblem, picture, view } from '../core/wire.js';
import { Added } from '../position/added.js';
import { Answer } from '../position/answer.js';
import { Board } from '../position/board.js';
import { Follow } from '../position/follow.js';
import { Offsets } from '../position/offsets.js';
import { changeOf, inOrder, movedCount, shuffled, swapped } from '../position/order.js';
import { Places } from '../position/places.js';
import { Tables } from '../position/tables.js';

const OFF = 'position:off';

export async function mount(root) {
  await booted;
  let shown = null; // { look, trained, off, names } of the look on screen
  let order = [], history = [], positionOn = true;
  let last = null; // { payload, order, positionOn } of the pass that is drawn

  const board = new Board({ swap: (a, b, dropped) => move(swapped(order, a, b), order[a], dropped), hold: (place) => hold(first() + order[place]), tell });
  const answer = new Answer(), follow = new Follow(), tables = new Tables(), offsets = new Offsets(), added = new Added();
  const places = new Places((place) => tables.follow(place));

  const first = () => state.look.prefix.length;
  /** Where a token of the photo is on the board. */
  const onBoard = (token) => (token < first() ? token : first() + order.indexOf(token - first()));

  // -- the board and its switches
  const button = (key, act) => h('button.action', { type: 'button', onclick: act }, say(h('span'), key));
  const back = button('position.undo', () => { if (history.length) { lay(history.pop()); } });
  const reset = button('position.put_back', () => move(inOrder(order.length)));
  const swap = button('position.swap', swapTwo);
  const input = h('input', { type: 'checkbox', role: 'switch', checked: true, onchange: () => { positionOn = input.checked; ask(); } });
  const switches = h('div.switches', {}, button('position.shuffle', () => move(shuffled(order.length))), swap, back, reset, h('label.switch', {}, input, say(h('span'), 'position.switch')));
  const prefix = h('div.prefix-tokens');
  const told = h('p.held', { 'aria-live': 'polite' });
  const right = h('div.position-right', {}, answer.element, follow.element);
  root.append(h('div.position-screen', {},
    h('div.position-top', {},
      h('div.position-left', {}, say(h('h2'), 'position.heading'), prefix, board.element, switches, told, h('div.notes', {}, ...['position.see', 'position.try', 'position.not'].map((key) => say(h('p.note'), key)))),
      right),
    places.element, tables.element, offsets.element, added.element));

  /** A move of the visitor's: it can be undone, and the patch that moved is held. */
  function move(next, patch = null, dropped = null) {
    if (!shown || shown.look !== state.look) return;
    history.push(order);
    lay(next, dropped);
    if (patch !== null) hold(first() + patch);
  }

  /** The board at once; what the model makes of it as soon as it is here. */
  function lay(next, dropped = null) {
    order = next;
    board.lay(order, dropped);
    showHeld();
    ask();
  }

  /** The held patch and another one that is not next to it. */
  function swapTwo() {
    if (order.length < 2) return;
    const a = Math.max(0, onBoard(held()) - first());
    let b = a;
    while (b === a) b = Math.floor(Math.random() * order.length);
    move(swapped(order, a, b), order[a]);
  }

  function showHeld() {
    const place = onBoard(held()) - first();
    board.hold(place < 0 ? null : place);
    [...prefix.children].forEach((token, i) => token.setAttribute('aria-pressed', String(i === held())));
    back.disabled = !history.length;
    reset.disabled = !movedCount(order);
    tell();
  }

  const placeName = (place) => ({ row: Math.floor(place / state.look.cols) + 1, col: (place % state.look.cols) + 1 });

  /** What is held or carried, in words. */
  function tell() {
    if (!shown || shown.look !== state.look) return;
    const token = held(), { carried, target } = board;
    if (carried) {
      const { row, col } = placeName(order[carried.place]), to = target === null ? null : placeName(target);
      told.innerHTML = to ? html('position.carrying', { row, col, row2: to.row, col2: to.col }) : html('position.carrying_off', { row, col });
    } else if (board.cursor !== null && order[board.cursor] !== token - first()) {
      told.innerHTML = html('position.cursor', placeName(board.cursor));
    } else if (token < first()) told.innerHTML = html('position.holding_prefix', { token: state.look.prefix[token] });
    else {
      const { row, col } = placeName(token - first()), now = placeName(onBoard(token) - first());
      told.innerHTML = html(row === now.row && col === now.col ? 'position.holding' : 'position.holding_moved', { row, col, row2: now.row, col2: now.col });
    }
  }

  // -- what the model makes of it
  let asking = false, again = false;

  /** One pass at a time; of the moves made meanwhile only the last is asked for. */
  async function ask() {
    again = true;
    if (asking) return;
    asking = true;
    try {
      while (again) {
        again = false;
        await null; // a move that also changes what is held is one question
        if (!shown || shown.look !== state.look) break;
        await rerun(shown);
      }
    } finally { asking = false; }
  }

  async function rerun(wanted) {
    const asked = { order, positionOn }, change = changeOf(order, positionOn);
    right.dataset.waiting = '';
    try {
      const payload = await view('moved', wanted.look, { query: onBoard(held()), ...(change ? { change } : {}) });
      if (shown !== wanted || again) return;
      // Compared with the same pass in order, which is on its way already.
      if (!positionOn) wanted.off ??= await view('decision', wanted.look, { change: OFF });
      if (shown !== wanted || again) return;
      last = { payload, ...asked };
      draw();
    } catch (error) {
      if (state.look === wanted.look) update({ problem: asProblem(error) });
    } finally { if (!again) delete right.dataset.waiting; }
  }

  function draw() {
    if (!last) return;
    const { look, trained, off, names } = shown, { payload } = last;
    answer.show({ passes: { trained, off, board: payload }, positionOn: last.positionOn, moved: movedCount(last.order), names, classes: look.classes });
    follow.show(payload, last.order, board.picture(), t(last.positionOn ? 'position.with' : 'position.without'));
  }

  // -- another look
  let visited = null;
  async function visit() {
    const { look } = state;
    if (state.screen !== 'position' || !look || visited === look) return;
    visited = look;
    root.dataset.waiting = '';
    try {
      const image = new Image();
      image.src = picture('seen', look);
      const [trained, names] = await Promise.all([view('decision', look), classNames(look), image.decode()]);
      if (state.look !== look) return;
      [shown, last, order, history] = [{ look, trained, off: null, names }, null, inOrder(look.rows * look.cols), []];
      board.setLook(look, image);
      label(board.canvas, 'aria-label', 'position.board', () => look);
      prefix.replaceChildren(...look.prefix.map((name, token) => h('button.prefix-token', { type: 'button', onclick: () => hold(token) }, name)));
      follow.setLook(look, image.src);
      showHeld();
      await ask();
      delete root.dataset.waiting;
      await below(look);
      const off = await view('decision', look, { change: OFF });
      if (state.look !== look) return;
      shown.off ??= off;
      draw();
      root.dataset.complete = 'true';
    } catch (error) {
      if (state.look === look) { visited = null; update({ problem: asProblem(error) }); }
    }
  }

  /** The figures of the embeddings themselves: of the model and the size alone, but for the last one. */
  async function below(look) {
    const anyPhoto = { photo: '', model: look.model, size: look.size };
    const same = look.grid === look.rows && look.grid === look.cols;
    const here = await view('similarity', anyPhoto), native = same ? here : await view('similarity', anyPhoto, { native: 1 });
    if (state.look !== look) return;
    places.load(look, native, here);
    const both = await view('tables', anyPhoto), embedding = await view('embedding', look);
    if (state.look !== look) return;
    tables.load(look, both);
    offsets.load(look, both);
    added.load(look, embedding);
    places.draw();
  }

  on('look screen', visit);
  on('query', () => { if (shown && shown.look === state.look) { board.cursor = null; showHeld(); ask(); places.draw(); } });
  on('layer head', () => follow.draw());
  on('lang', () => { if (shown && shown.look === state.look) { tell(); draw(); [places, tables, offsets, added].forEach((part) => part.speak()); places.draw(); } });
  // A canvas cannot be drawn while its screen is away: what changed meanwhile is drawn on coming back.
  on('theme screen', () => {
    if (state.screen !== 'position' || !shown || shown.look !== state.look) return;
    board.repaint();
    places.recolour();
    tables.recolour();
    offsets.draw();
    added.show();
    added.draw();
  });
  visit();
}
