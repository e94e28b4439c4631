// The jigsaw: the board with its switches, and what the model makes of it. The board moves at once; one pass is asked for at a time.
//
// What lies where and whether there is a position are part of the change of the photo query (core/change.js), which every screen shows.

import { h } from '../core/dom.js';
import { held, hold } from '../core/held.js';
import { oneAtATime } from '../core/one_at_a_time.js';
import { movedCount, randomOrder, readOrder, swapped, unshuffled, writeOrder } from '../core/order.js';
import { writeChange } from '../core/change.js';
import { needsServer } from '../core/needs_server.js';
import { changeOf, sameInput, setChange, wish } from '../core/photo_query.js';
import { seenSwitch } from '../core/seen.js';
import { state, update } from '../core/state.js';
import { html, bindText, t } from '../core/text.js';
import { asProblem, view } from '../core/wire.js';
import { Answer } from './answer.js';
import { Board } from './board.js';
import { Follow } from './follow.js';
import { hands } from './hands.js';

export class Jigsaw {
  shown = null; // { photoQuery, names, passes }: `passes` of the photo query in order, with and without position
  last = null; // { payload, order, positionOn } of the pass that is drawn
  order = [];
  history = []; // of orders, as text
  undo;
  reset;
  switches;

  ask = oneAtATime(async () => {
    if (this.here) await this.rerun(this.shown);
  });
  board = new Board();
  answer = new Answer();
  follow = new Follow();
  input = h('input', {
    type: 'checkbox',
    role: 'switch',
    checked: true,
    onchange: () => setChange({ ...wish(), position: !this.input.checked }),
  });
  prefix = h('div.prefix-tokens');
  told = h('p.held', { 'data-told': true });
  right = h('div.position-right', {}, this.answer.element, this.follow.element);

  constructor() {
    hands(this.board, {
      swap: (a, b, dropped) => this.swap(a, b, dropped),
      hold: (place) => hold(this.first + place),
      tell: () => this.tell(),
    });
    const button = (key, act) => h('button.action', { type: 'button', onclick: act }, bindText(h('span'), key));
    this.undo = button('position.undo', () => {
      if (this.history.length) this.lay(this.history.pop());
    });
    this.reset = button('position.put_back', () => this.move(''));
    this.view = seenSwitch(() => state.photoQuery?.size ?? null);
    this.switches = h(
      'div.switches',
      {},
      ...needsServer(
        button('position.shuffle', () => this.move(randomOrder(this.order.length))),
        button('position.swap', () => this.swapTwo()),
        this.undo,
        this.reset,
        h('label.switch', {}, this.input, bindText(h('span'), 'position.switch')),
      ),
      this.view,
    );
  }

  get photoQuery() {
    return this.shown?.photoQuery;
  }
  /** Whether what is drawn is what the visitor looks at. */
  get here() {
    return sameInput(this.photoQuery, state.photoQuery);
  }
  get first() {
    return this.photoQuery.prefix.length;
  }
  get positionOn() {
    return !changeOf(this.photoQuery).position;
  }
  /** The place of the token held; null for one that has none. */
  get heldPlace() {
    const place = held() - this.first;
    return place < 0 ? null : place;
  }
  /** Where the patch at a place belongs, as a token. */
  homeOf(place) {
    return this.first + this.order[place];
  }

  /** Another photo, model or size. */
  async setPhotoQuery(photoQuery, image, names) {
    this.shown = { photoQuery, names, passes: {} };
    this.last = null;
    this.history = [];
    this.board.setPhotoQuery(photoQuery, image);
    this.view.show();
    this.prefix.replaceChildren(
      ...photoQuery.prefix.map((name, token) =>
        h('button.prefix-token', { type: 'button', onclick: () => hold(token) }, name),
      ),
    );
    this.follow.setPhotoQuery(photoQuery, image.src);
    await this.take(photoQuery);
  }

  /** The same photo query with something else switched off or moved, here or on another screen. */
  async take(photoQuery) {
    const others = (one) => writeChange({ ...changeOf(one), order: '', position: false });
    if (others(photoQuery) !== others(this.photoQuery)) this.shown.passes = {};
    this.shown.photoQuery = photoQuery;
    this.input.checked = this.positionOn;
    const n = photoQuery.rows * photoQuery.cols,
      order = readOrder(changeOf(photoQuery).order, n) ?? unshuffled(n);
    if (String(order) !== String(this.board.order)) this.board.lay(order);
    this.order = order;
    this.showHeld();
    await this.ask();
  }

  /** The pass of the patches in order, with or without position, that the board is compared with. */
  async passInOrder(position) {
    const { shown } = this,
      change = writeChange({ ...changeOf(shown.photoQuery), order: '', position: !position });
    shown.passes[position] ??= await view('decision', { ...shown.photoQuery, change });
    return shown.passes[position];
  }

  /** Say whether a pass to compare with is still on its way, for which a sign stands. */
  comparing(on) {
    this.answer.figure.setAttribute('aria-busy', String(on));
  }

  /** The pass without position is shown beside the others, once everything else is here. */
  async compare() {
    const { shown } = this;
    await this.passInOrder(false);
    if (this.shown === shown) this.draw();
  }

  // -- moves

  /** A move of the visitor's, to an order as text: it can be undone. Of a change that is looked at as trained, undoing brings back the whole. */
  move(text, patch, dropped) {
    if (!this.here) return;
    const { order } = wish();
    this.history.push(readOrder(order, this.order.length) ? order : '');
    this.lay(text, patch, dropped);
  }

  /** Lay the patches in an order; the patch that is held, or the one that moved, is held where it lies now. */
  lay(text, patch = this.order[this.heldPlace ?? -1], dropped = null) {
    this.order = readOrder(text, this.order.length) ?? unshuffled(this.order.length);
    this.board.lay(this.order, dropped);
    if (patch !== undefined) hold(this.first + this.order.indexOf(patch));
    setChange({ ...wish(), order: text });
    this.showHeld();
  }

  swap(a, b, dropped) {
    this.move(writeOrder(swapped(this.order, a, b), wish().order), this.order[a], dropped);
  }

  /** The held patch and any other one. */
  swapTwo() {
    const { length } = this.order;
    if (!this.here || length < 2) return;
    const a = this.heldPlace ?? 0,
      b = (a + 1 + Math.floor(Math.random() * (length - 1))) % length;
    this.swap(a, b);
  }

  showHeld() {
    this.board.show({ held: this.heldPlace });
    [...this.prefix.children].forEach((token, i) => token.setAttribute('aria-pressed', String(i === held())));
    this.undo.disabled = !this.history.length;
    this.reset.disabled = !movedCount(this.order);
    this.tell();
  }

  /** What is held or in the hand, in words. */
  tell() {
    if (!this.here) return;
    this.board.canvas.setAttribute('aria-label', t('position.board', this.photoQuery));
    const token = held(),
      { carried, target, cursor } = this.board,
      { cols } = this.photoQuery;
    const name = (place, n) => ({ [`row${n}`]: Math.floor(place / cols) + 1, [`col${n}`]: (place % cols) + 1 });
    const write = (key, params) => {
      this.told.innerHTML = html(key, params);
    };
    if (carried)
      write(target === null ? 'position.carrying_off' : 'position.carrying', {
        ...name(this.order[carried.place], ''),
        ...name(target, 2),
      });
    else if (cursor !== null && cursor !== this.heldPlace) write('position.cursor', name(cursor, ''));
    else if (token < this.first) write('position.holding_prefix', { token: this.photoQuery.prefix[token] });
    else {
      const place = this.heldPlace,
        home = this.order[place];
      write(home === place ? 'position.holding' : 'position.holding_moved', { ...name(home, ''), ...name(place, 2) });
    }
  }

  // -- what the model makes of it

  async rerun(shown) {
    const { photoQuery } = shown,
      { order, positionOn } = this,
      outdated = () => this.shown !== shown || shown.photoQuery !== photoQuery || this.ask.again();
    this.right.dataset.waiting = '';
    try {
      const [payload] = await Promise.all([view('moved', photoQuery, { query: held() }), this.passInOrder(true)]);
      if (outdated()) return;
      if (!positionOn) await this.passInOrder(false);
      if (outdated()) return;
      this.last = { payload, order, positionOn };
      this.draw();
    } catch (error) {
      if (state.photoQuery === photoQuery) update({ problem: asProblem(error) });
    } finally {
      if (!this.ask.again()) delete this.right.dataset.waiting;
    }
  }

  draw() {
    if (!this.last) return;
    const { photoQuery, passes, names } = this.shown,
      { payload, order, positionOn } = this.last;
    this.answer.show({
      passes: { trained: passes.true, off: passes.false ?? null, board: payload },
      positionOn,
      moved: movedCount(order),
      names,
      photoQuery,
    });
    this.follow.show(
      payload,
      order,
      this.board.picture(),
      t(positionOn ? 'position.with' : 'position.without'),
      photoQuery,
    );
  }
}
