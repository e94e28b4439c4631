// What is read of a figure keeps the room of the tallest that stood there: else the figure moves away from under the finger that reads it, since
// the words that invite to read are longer than what is read. A pointer that hovers sees no harm in it, and paper keeps no empty lines.

import { touchOnly } from './touch.js';

/**
 * @template {HTMLElement} E
 * @param {E} element
 * @returns {E}
 */
export function steady(element) {
  let width = 0,
    tallest = 0;
  new ResizeObserver(([{ contentRect }]) => {
    if (!touchOnly() || !contentRect.width) return;
    if (contentRect.width !== width) {
      width = contentRect.width;
      tallest = 0;
      element.style.minHeight = ''; // heard of again with the height of its own
    }
    if (contentRect.height <= tallest) return;
    tallest = contentRect.height;
    element.style.minHeight = `${tallest}px`;
  }).observe(element);
  return element;
}
