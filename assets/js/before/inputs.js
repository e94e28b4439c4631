// The words of a text in one line: what the encoder reads, then what the decoder reads up to the word that is asked for.

import { closest, h } from '../core/dom.js';
import { keysOf } from '../core/keys.js';
import { piece, pieceElement } from '../core/pieces.js';
import { state } from '../core/state.js';
import { groups } from '../words/line.js';

const MANY = 30,
  VERY_MANY = 60;

export class Inputs {
  hold;
  facts;
  lang;
  pieces;
  source;
  chips;
  step;
  count;

  element = h('div.input-line', { translate: 'no' });

  /** `point(input or null)` while the pointer is on one, `hold(step)` when a word of the translation is chosen. */
  constructor({ point, hold }) {
    this.hold = hold;
    const at = (event) => closest(event, '[data-input]');
    this.element.addEventListener('pointerover', (event) => {
      const found = at(event);
      point(found && Number(found.dataset.input) < this.count ? Number(found.dataset.input) : null);
    });
    this.element.addEventListener('pointerleave', () => point(null));
    this.element.addEventListener('focusin', (event) => {
      const found = at(event);
      if (found) point(Number(found.dataset.input) < this.count ? Number(found.dataset.input) : null);
    });
    keysOf(this.element, { keys: 'ArrowLeft ArrowRight', says: 'keys.words', act: (event) => this.walk(event) });
  }

  /** facts of the view gradient_text; the visitor's own sentence is told apart from those behind it. Words that are here already keep the focus. */
  load(facts) {
    if (facts === this.facts && state.lang === this.lang) return;
    this.facts = facts;
    this.lang = state.lang;
    const { source, surfaces, start, target, own } = facts;
    const first = (tokens) => tokens.map((one, i) => (i ? one : { ...one, begins: true }));
    const read = first(source.map((token, i) => piece(token, { surface: surfaces[i] }))),
      written = first(target.map((token) => piece(token)));
    this.pieces = [...read, piece(start, { as: 'start' }), ...written];
    this.source = read.length;
    const ours = (place, count, all) => count === all || place < count - 1; // alone, the end token is the sentence's own as well
    const chip = (i) => {
      const step = i - this.source - 1,
        choice = step >= 0;
      const mine = step === -1 || (choice ? ours(step, own[1], written.length) : ours(i, own[0], read.length));
      const element = h(
        choice ? 'button.token' : 'span.token',
        {
          'data-input': i,
          'data-special': this.pieces[i].special,
          ...(choice && { type: 'button', tabindex: '-1', onclick: () => this.hold(step) }),
        },
        pieceElement(this.pieces[i]),
      );
      element.classList.toggle('added', !mine);
      return element;
    };
    this.chips = this.pieces.map((_, i) => chip(i));
    const words = (from, pieces) =>
      groups(pieces).map((word) => h('span.whole-word', {}, ...word.map((i) => this.chips[from + i])));
    this.element.dataset.size =
      this.pieces.length > VERY_MANY ? 'small' : this.pieces.length > MANY ? 'middle' : 'large';
    this.element.replaceChildren(
      ...words(0, read),
      h('span.hand-over', { 'aria-hidden': 'true' }, '→'),
      this.chips[this.source],
      ...words(this.source + 1, written),
    );
  }

  /** The step that is asked for; the words behind it are not written yet. */
  show(step) {
    this.step = step;
    this.count = this.source + 1 + step;
    this.chips.forEach((chip, i) => {
      const asked = i === this.count;
      chip.classList.toggle('held', asked);
      chip.classList.toggle('later', i > this.count);
      if (i > this.source) {
        chip.tabIndex = asked ? 0 : -1;
        chip.setAttribute('aria-pressed', String(asked));
      }
    });
    const box = this.element,
      chip = this.chips[this.count];
    if (box.scrollHeight > box.clientHeight)
      box.scrollTop = chip.offsetTop - box.offsetTop - box.clientHeight + 2 * chip.offsetHeight;
  }

  mark(input) {
    this.chips.forEach((chip, i) => chip.classList.toggle('pointed', i === input));
  }

  /** The arrow keys ask for the word before or after. */
  walk(event) {
    const to = this.step + (event.key === 'ArrowLeft' ? -1 : 1);
    if (to < 0 || to >= this.pieces.length - this.source - 1) return false;
    this.hold(to);
    this.chips[this.source + 1 + to].focus({ preventScroll: true });
    return true;
  }
}
