// What lies further down a screen: most never come to it, so its numbers are asked for once it can be seen.

import { h, onceNear } from './dom.js';
import { isRecorded } from './recorded.js';
import { bindText } from './text.js';

/**
 * A part of a screen whose numbers are asked for once it comes into the window. Until then it is marked with `data-later`; what waits for the numbers,
 * the part itself or boxes in it, is marked with `data-waiting` by whoever asks, from the moment that they are wanted until they are here.
 */
export class Later {
  /**
   * @param {HTMLElement} element
   * @param {() => void} ask
   * @param {number} margin pixels below the window at which it is asked already
   */
  constructor(element, ask, margin = 0) {
    this.element = element;
    this.ask = ask;
    this.margin = margin;
    this.askOnceNear = onceNear(element, () => this.now(), margin);
    element.classList.add('seen-later');
    // Paper cannot wait: what is not here is left out, by name, and is here for the next sheet.
    const titles = () => [...element.querySelectorAll('h3')].map(({ textContent }) => textContent.trim());
    element.append(bindText(h('p.note.not-printed'), 'frame.not_printed', () => ({ what: titles().join(' · ') })));
    addEventListener('beforeprint', () => {
      if (element.closest('.am-mount')?.checkVisibility()) this.now();
    });
  }

  /** Other numbers are wanted: at once where it can be seen, or where they cost nobody anything. */
  want() {
    this.element.dataset.later = String(this.margin);
    if (isRecorded()) this.now();
    else this.askOnceNear();
  }

  /** What is wanted is asked for, whether it can be seen or not. */
  now() {
    if (this.element.dataset.later === undefined) return;
    delete this.element.dataset.later;
    this.ask();
  }
}
