// The sentence as the model reads it, large: words, the pieces they are cut into, and their ids. Every piece can be held.

import { wordAxis } from '../core/axes.js';
import { closest, h } from '../core/dom.js';
import { choosing } from '../core/pick.js';
import { pieceElement } from '../core/pieces.js';
import { percent, t, whole } from '../core/text.js';

/** From so many tokens on the letters are smaller. */
const MANY = 18,
  VERY_MANY = 34;
/** The longest bar of all; every token has room for it, so that bars can be compared. */
const BAR_PX = 44;

export class PieceLine {
  pieces = [];
  held = 0;
  tokens;

  element = h('div.word-line', { tabindex: '0', role: 'application', translate: 'no' });

  /** `preview(token or null)` and `hold(token)` hear of pointer and keys. */
  constructor({ preview, hold }) {
    choosing(this.element, {
      axis: () => (this.pieces.length ? wordAxis(this.pieces) : null),
      tokenAt: (event) => {
        const at = closest(event, '[data-token]');
        return at ? Number(at.dataset.token) : null;
      },
      held: () => this.held,
      preview,
      hold,
    });
  }

  /** pieces of core/pieces.js, their ids, and which of them the vocabulary lacks. */
  load({ pieces, ids, unknown }) {
    this.pieces = pieces;
    this.tokens = pieces.map((piece, token) =>
      h(
        'span.token',
        { 'data-token': token, 'data-special': piece.special },
        pieceElement(piece),
        h('span.id', {}, h('span', { 'data-reach': true }, whole(ids[token]))),
        h('span.change', { hidden: true }, h('span.change-bar'), h('span.change-words')),
      ),
    );
    unknown.forEach((token) => {
      this.tokens[token].dataset.unknown = '';
    });
    this.element.dataset.size = pieces.length > VERY_MANY ? 'small' : pieces.length > MANY ? 'middle' : 'large';
    this.element.replaceChildren(
      ...groups(pieces).map((word) =>
        h('span.whole-word', { 'data-pieces': word.length }, ...word.map((token) => this.tokens[token])),
      ),
    );
  }

  /** Outline the token that is held and the one under the pointer. */
  show(held, pointed) {
    this.held = held;
    this.tokens.forEach((element, token) => {
      element.classList.toggle('held', token === held);
      element.classList.toggle('pointed', token === pointed && token !== held);
    });
  }

  /** Mark what became of every token since the sentence before: { partner, relative }; null takes the marks away. */
  mark(change) {
    const most = change ? Math.max(...change.relative.filter((share) => !Number.isNaN(share)), 1e-9) : 1;
    this.tokens.forEach((element, token) => {
      const box = element.querySelector('.change'),
        [bar, words] = box.children;
      box.hidden = !change;
      if (!change) return;
      const isNew = change.partner[token] < 0;
      element.classList.toggle('new', isNew);
      bar.style.width = isNew ? '0' : `${BAR_PX * (change.relative[token] / most)}px`;
      words.textContent = isNew ? t('words.new') : percent(change.relative[token]);
    });
  }
}

/** The tokens of every word, first to last. */
export function groups(pieces) {
  const words = [];
  pieces.forEach(({ begins }, token) => {
    if (begins || !token) words.push([token]);
    else words.at(-1).push(token);
  });
  return words;
}
