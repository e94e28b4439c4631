// The jigsaw: the board with its switches, and what the model makes of it. The board moves at once; one pass is asked for at a time.

import { h } from '../core/dom.js';
import { held, hold } from '../core/held.js';
import { oneAtATime } from '../core/one_at_a_time.js';
import { state, update } from '../core/state.js';
import { html, say, t } from '../core/text.js';
import { asProblem, view } from '../core/wire.js';
import { Answer } from './answer.js';
import { Board } from './board.js';
import { Follow } from './follow.js';
import { hands } from './hands.js';
import { changeOf, inOrder, movedCount, shuffled, swapped } from './order.js';

const OFF = 'position:off';

export class Jigsaw {
  shown = null; // { look, trained, off, names }; `off` is the pass without position in order, null until it is here
  last = null; // { payload, order, positionOn } of the pass that is drawn
  order = [];
  history = [];
  positionOn = true;
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
    onchange: () => {
      this.positionOn = this.input.checked;
      this.ask();
    },
  });
  prefix = h('div.prefix-tokens');
  told = h('p.held', { 'aria-live': 'polite' });
  right = h('div.position-right', {}, this.answer.element, this.follow.element);

  constructor() {
    hands(this.board, {
      swap: (a, b, dropped) => this.move(swapped(this.order, a, b), this.order[a], dropped),
      hold: (place) => hold(this.first + this.order[place]),
      tell: () => this.tell(),
    });
    const button = (key, act) => h('button.action', { type: 'button', onclick: act }, say(h('span'), key));
    this.undo = button('position.undo', () => {
      if (this.history.length) this.lay(this.history.pop());
    });
    this.reset = button('position.put_back', () => this.move(inOrder(this.order.length)));
    this.switches = h(
      'div.switches',
      {},
      button('position.shuffle', () => this.move(shuffled(this.order.length))),
      button('position.swap', () => this.swapTwo()),
      this.undo,
      this.reset,
      h('label.switch', {}, this.input, say(h('span'), 'position.switch')),
    );
  }

  get look() {
    return this.shown?.look;
  }
  /** Whether what is drawn is what the visitor looks at. */
  get here() {
    return Boolean(this.shown) && this.look === state.look;
  }
  get first() {
    return this.look.prefix.length;
  }
  /** Where a token of the photo is on the board. */
  onBoard(token) {
    return token < this.first ? token : this.first + this.order.indexOf(token - this.first);
  }

  /** Another look: every patch at its place. The switch stays as it is. */
  async setLook(look, image, trained, names) {
    this.shown = { look, trained, names, off: null };
    this.last = null;
    this.order = inOrder(look.rows * look.cols);
    this.history = [];
    this.board.setLook(look, image);
    this.prefix.replaceChildren(
      ...look.prefix.map((name, token) =>
        h('button.prefix-token', { type: 'button', onclick: () => hold(token) }, name),
      ),
    );
    this.follow.setLook(look, image.src);
    this.showHeld();
    await this.ask();
  }

  /** The pass without position that every shuffle without position is compared with. */
  async compare() {
    const { shown } = this;
    shown.off ??= await view('decision', shown.look, { change: OFF });
    if (this.shown === shown) this.draw();
  }

  // -- moves

  /** A move of the visitor's: it can be undone, and the patch that moved is held. */
  move(next, patch = null, dropped = null) {
    if (!this.here) return;
    this.history.push(this.order);
    this.lay(next, dropped);
    if (patch !== null) hold(this.first + patch);
  }

  lay(next, dropped = null) {
    this.order = next;
    this.board.lay(next, dropped);
    this.showHeld();
    this.ask();
  }

  /** The held patch and any other one. */
  swapTwo() {
    const { length } = this.order;
    if (!this.here || length < 2) return;
    const a = Math.max(0, this.onBoard(held()) - this.first),
      b = (a + 1 + Math.floor(Math.random() * (length - 1))) % length;
    this.move(swapped(this.order, a, b), this.order[a]);
  }

  showHeld() {
    const place = this.onBoard(held()) - this.first;
    this.board.show({ held: place < 0 ? null : place });
    [...this.prefix.children].forEach((token, i) => token.setAttribute('aria-pressed', String(i === held())));
    this.undo.disabled = !this.history.length;
    this.reset.disabled = !movedCount(this.order);
    this.tell();
  }

  /** What is held or in the hand, in words. */
  tell() {
    if (!this.here) return;
    this.board.canvas.setAttribute('aria-label', t('position.board', this.look));
    const token = held(),
      { carried, target, cursor } = this.board,
      { cols } = this.look;
    const name = (place, n) => ({ [`row${n}`]: Math.floor(place / cols) + 1, [`col${n}`]: (place % cols) + 1 });
    const write = (key, params) => {
      this.told.innerHTML = html(key, params);
    };
    if (carried)
      write(target === null ? 'position.carrying_off' : 'position.carrying', {
        ...name(this.order[carried.place], ''),
        ...name(target, 2),
      });
    else if (cursor !== null && this.order[cursor] !== token - this.first) write('position.cursor', name(cursor, ''));
    else if (token < this.first) write('position.holding_prefix', { token: this.look.prefix[token] });
    else {
      const home = token - this.first,
        place = this.onBoard(token) - this.first;
      write(home === place ? 'position.holding' : 'position.holding_moved', { ...name(home, ''), ...name(place, 2) });
    }
  }

  // -- what the model makes of it

  async rerun(shown) {
    const { order, positionOn } = this,
      change = changeOf(order, positionOn),
      outdated = () => this.shown !== shown || this.ask.again();
    this.right.dataset.waiting = '';
    try {
      const payload = await view('moved', shown.look, { query: this.onBoard(held()), ...(change ? { change } : {}) });
      if (outdated()) return;
      if (!positionOn) await this.compare();
      if (outdated()) return;
      this.last = { payload, order, positionOn };
      this.draw();
    } catch (error) {
      if (state.look === shown.look) update({ problem: asProblem(error) });
    } finally {
      if (!this.ask.again()) delete this.right.dataset.waiting;
    }
  }

  draw() {
    if (!this.last) return;
    const { look, trained, off, names } = this.shown,
      { payload, order, positionOn } = this.last;
    this.answer.show({
      passes: { trained, off, board: payload },
      positionOn,
      moved: movedCount(order),
      names,
      classes: look.classes,
    });
    this.follow.show(payload, order, this.board.picture(), t(positionOn ? 'position.with' : 'position.without'), [
      changeOf(inOrder(order.length), positionOn),
      changeOf(order, positionOn),
    ]);
  }
}
