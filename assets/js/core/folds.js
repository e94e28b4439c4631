// What folds to one line on a phone, where a page of open cards would have no end: a head that opens its card, and the address says which are open. Anywhere
// else, and on paper, everything is open and no head is seen (shared.css).

import { h } from './dom.js';
import { declare, on, state, update } from './state.js';

/** As wide as the sheets call a phone. */
const phone = () => matchMedia('(max-width: 640px)');
export const onPhone = () => phone().matches;
/** Call `act()` whenever the window has become a phone's, or is one no longer. */
export const whenPhone = (act) => phone().addEventListener('change', act);

declare({
  /** Ids of those that are not as they usually are: folded where they are open as a rule, open where they are folded. */
  turnedFolds: {
    word: 'folds',
    read: (text) => (/^[\w,]{0,200}$/.test(text) ? text : undefined),
    write: String,
    otherwise: '',
  },
});

/** @type {Map<string, boolean>} which are open as a rule, by their ids */
const usual = new Map();
const turned = () => new Set(state.turnedFolds.split(',').filter(Boolean));

export const isOpen = (id) => turned().has(id) !== usual.get(id);

/** Open some and fold others: { id: whether it is open }. */
export function setFolds(wanted) {
  const now = turned();
  for (const [id, open] of Object.entries(wanted)) {
    if (open === usual.get(id)) now.delete(id);
    else now.add(id);
  }
  update({ turnedFolds: [...now].sort().join() });
}

/** Make a change that opens or folds what stands above a line: the line stays where the finger is. */
export function underTheFinger(line, change) {
  const before = line.getBoundingClientRect().top;
  change();
  scrollBy({ top: line.getBoundingClientRect().top - before, behavior: 'instant' });
}

/** Bring what was opened into sight with its head on top, where it does not end in sight already. */
export function showOpened(head, body) {
  if (body.getBoundingClientRect().bottom > innerHeight) head.scrollIntoView({ block: 'start', behavior: 'instant' });
}

/** A card and, on a phone, the head that it folds to: its own heading, which is not said twice. */
export class Fold {
  id;
  card;
  name = h('span.fold-name');
  button;
  head;
  element;

  /**
   * @param {string} id its name in the address
   * @param {HTMLElement} card
   * @param {{ heading?: HTMLElement, open?: boolean }} [how] `open`: as a rule
   */
  constructor(id, card, { heading = card.querySelector('h3'), open = false } = {}) {
    this.id = id;
    this.card = card;
    usual.set(id, open);
    card.id ||= `fold-${id}`;
    this.button = h(
      'button.fold-button',
      { type: 'button', 'aria-controls': card.id, onclick: () => this.turn() },
      this.name,
    );
    this.head = h('h3.fold-head', {}, this.button);
    this.element = h('div.fold', { 'data-fold': id }, this.head, card);
    heading.classList.add('fold-heading');
    const copy = () => {
      const inside = /** @type {HTMLElement} */ (heading.cloneNode(true));
      inside.querySelectorAll('a').forEach((link) => link.replaceWith(...link.childNodes));
      this.name.replaceChildren(...inside.childNodes);
    };
    new MutationObserver(copy).observe(heading, { childList: true, characterData: true, subtree: true });
    copy();
    on('turnedFolds', () => this.show());
    this.show();
  }

  show() {
    const open = isOpen(this.id);
    this.element.toggleAttribute('data-folded', !open);
    this.button.setAttribute('aria-expanded', String(open));
  }

  turn() {
    const open = !isOpen(this.id);
    underTheFinger(this.head, () => setFolds({ [this.id]: open }));
    if (open) showOpened(this.element, this.card);
  }
}
