// A figure declares itself: the element that it is, its title, and the numbers that it was drawn from. It gets one small control by which it is taken away:
// as a picture, as numbers, as a link. What makes these is loaded when somebody first asks for it.

import { h } from './dom.js';
import { pageKeys } from './keys.js';
import { bindLabel, bindText, t } from './text.js';
import { asProblem } from './wire.js';
import { update } from './state.js';

const KEY = 'e';

let count = 0;

/** @type {WeakMap<Element, string>} keys of titles that stand nowhere within their figures */
const titled = new WeakMap();

/** The figure in an element that has this text for its title and can be seen; null where there is none. */
export const figureTitled = (root, key) =>
  [...root.querySelectorAll('[data-figure]')].find((one) => titled.get(one) === key && one.checkVisibility()) ?? null;

/**
 * @typedef {object} Figure
 * @property {HTMLElement} element
 * @property {HTMLElement} button its control
 * @property {() => string} title
 * @property {() => any} drawn what it was drawn from, null while that is not here: a payload of core/wire.js, anything in one, several of them in a
 *   list, or an object of what the page itself has counted
 * @property {() => Of} [of]
 */

/**
 * What a figure is of, as far as the addresses of its numbers do not say it or say something else.
 * @typedef {object} Of
 * @property {string[]} [models]
 * @property {string[]} [inputs] photos and texts
 * @property {number[]} [layers] counted from 0, as head and token
 * @property {'encoder' | 'decoder'} [stack]
 * @property {'encoder' | 'decoder' | 'cross'} [part] which attention
 * @property {number} [head]
 * @property {number} [token]
 */

/**
 * Declare a figure. Its title is its first heading where none is given.
 * @template {HTMLElement} E
 * @param {E} element
 * @param {() => any} drawn
 * @param {{ title?: string | (() => string), at?: HTMLElement, of?: () => Of }} [how] `title`: key of a text, or what gives the words; `at`: where the
 *   control stands, in the flow, where the figure's upper corner is taken
 * @returns {E}
 */
export function takeable(element, drawn, { title, at, of } = {}) {
  listen();
  const words = () =>
    typeof title === 'string' ? t(title) : (title?.() ?? element.querySelector('h2, h3, h4')?.textContent.trim() ?? '');
  const button = h(
    'button.take',
    {
      type: 'button',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'aria-keyshortcuts': KEY,
      onclick: async () => {
        try {
          const { openMenu } = await import('../take/menu.js');
          openMenu({ element, button, title: words, drawn, of });
        } catch (error) {
          update({ problem: asProblem(error) });
        }
      },
    },
    bindText(h('span'), 'take.button'),
  );
  bindLabel(button, 'title', 'take.button');
  if (typeof title === 'string') titled.set(element, title);
  // A figure and its control find each other, wherever that stands.
  element.dataset.figure = button.dataset.of = String(++count);
  if (at) at.append(button);
  else {
    // Told to the figure as well: a style that asks what stands in it would be asked again with every piece of it.
    element.dataset.takenInCorner = '';
    button.classList.add('in-corner');
    element.append(button);
  }
  return element;
}

let listening = false;

/** One key takes a figure away, wherever the focus is. */
function listen() {
  if (listening) return;
  listening = true;
  pageKeys({
    keys: KEY,
    says: 'keys.take',
    act: () => {
      const button = nearest();
      if (!button) return false;
      const { top, bottom } = button.getBoundingClientRect();
      if (top < 0 || bottom > innerHeight) button.scrollIntoView({ block: 'center', behavior: 'instant' });
      button.click();
      return true;
    },
  });
}

/** The control of the figure that somebody means: the one that has the focus, else one that is pointed at, else the first in sight. */
function nearest() {
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.take')]),
    buttons = all.filter((one) => one.checkVisibility() && !one.closest('[inert]')),
    of = (button) => document.querySelector(`[data-figure="${button.dataset.of}"]`) ?? button;
  const hasFocus = (button) =>
    [of(button), button, button.nextElementSibling].some((one) => one?.contains(document.activeElement));
  const inSight = (button) => {
    const { top, bottom, height } = of(button).getBoundingClientRect();
    return Math.min(bottom, innerHeight) - Math.max(top, 0) > Math.min(height, innerHeight) / 2;
  };
  return (
    buttons.findLast(hasFocus) ?? // of figures within one another the innermost
    buttons.findLast((button) => of(button).matches(':hover')) ??
    buttons.find(inSight) ??
    buttons[0]
  );
}
