// What a step of a tour points at: whatever says a text of the page on the screen in sight, by the name of that text. The figure that it is the title of is
// ringed, or the control that it is on; else the words themselves.

import { figureTitled } from '../core/figure.js';
import { onPhone, setFolds } from '../core/folds.js';
import { on, state } from '../core/state.js';
import { html } from '../core/text.js';

const CONTROL = 'button, label, summary, a[href]',
  HEADING = 'h2, h3, h4, figcaption, legend, .arithmetic > p',
  WORDS = 'p, li, dd, dt, td, th, legend, figcaption, h2, h3, h4';
const RINGED = 'ringed';
/** What is drawn later than its screen is waited for. */
const PATIENCE_MS = 6000;
const AGAIN_MS = 100;

const line = (text) => text.replace(/\s+/g, ' ').trim();
const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What a text says, whatever is filled in. */
function patternOf(key) {
  const template = document.createElement('template');
  template.innerHTML = html(key);
  template.content.querySelectorAll('.math').forEach((formula) => formula.replaceWith('{formula}'));
  return template.content.textContent
    .split(/\{\w+\}/)
    .map((piece) => quoted(piece.replace(/\s+/g, ' ')))
    .join('.*?');
}

/**
 * The innermost element that says a text on the screen in sight.
 * @param {string} key
 * @param {(element: Element) => boolean} isSeen
 */
function sayer(key, isSeen) {
  const screen = document.getElementById(`screen-${state.screen}`);
  const pattern = patternOf(key);
  for (const wanted of [new RegExp(`^${pattern}$`), new RegExp(pattern)]) {
    const says = (element) => isSeen(element) && wanted.test(line(element.textContent));
    let found = [...screen.querySelectorAll('*')].find(says);
    for (let inner = found; inner; inner = [...inner.children].find(says)) found = inner;
    if (found) return found;
  }
  return null;
}

const seen = (element) => element.checkVisibility({ visibilityProperty: true });

/**
 * What a text stands for on the screen in sight; null where nothing says it. On a phone what is folded is opened.
 * @param {string} key
 * @returns {HTMLElement | null}
 */
export function landmark(key) {
  const figure = figureTitled(document.getElementById(`screen-${state.screen}`), key);
  if (figure) return figure;
  let found = sayer(key, seen);
  const head = found?.closest('.fold-head'),
    folded = (head ?? (found || !onPhone() ? null : sayer(key, () => true)))?.closest('[data-folded]');
  if (folded instanceof HTMLElement) setFolds({ [folded.dataset.fold]: true });
  if (head || folded) found = /** @type {HTMLElement} */ (folded ?? head.closest('[data-fold]'));
  return found && raised(/** @type {HTMLElement} */ (found));
}

/** @param {HTMLElement} element */
function raised(element) {
  const control = element.closest(CONTROL);
  if (control) return /** @type {HTMLElement} */ (control);
  const heading = element.closest(HEADING),
    figure = heading?.closest('[data-figure], .card');
  // A screen's own heading names all of it: it alone is meant; one further down in a figure names what it stands in.
  if (figure && heading.tagName !== 'H2')
    return /** @type {HTMLElement} */ (
      figure.querySelector('h2, h3, h4') === heading || heading.parentElement === figure
        ? figure
        : heading.parentElement
    );
  return /** @type {HTMLElement} */ (element.closest(WORDS) ?? element);
}

/** Who shows only some of a screen has all of it looked through, and shows what was found. */
let looked = (find) => find(),
  found = (_) => {};
/** @param {(find: () => HTMLElement | null) => HTMLElement | null} search */
export const searchWith = (search) => {
  looked = search;
};
/** @param {(element: HTMLElement) => void} act */
export const ringed = (act) => {
  found = act;
};

let turn = 0,
  listening = new AbortController();

/** Nothing is ringed any more. */
export function unring() {
  turn++;
  listening.abort();
  document.querySelectorAll(`[data-${RINGED}]`).forEach((element) => element.removeAttribute(`data-${RINGED}`));
}

/**
 * Bring what a text stands for into sight and ring it, as soon as it is there.
 * @param {string} key
 */
export function bring(key) {
  unring();
  const mine = turn,
    until = performance.now() + PATIENCE_MS;
  let moved = false;
  const hold = () => {
    moved = true;
  };
  // Whoever moves the page themselves is not taken back.
  listening = new AbortController();
  for (const event of ['wheel', 'touchmove', 'pointerdown'])
    addEventListener(event, hold, { once: true, passive: true, signal: listening.signal });
  let last = null;
  const look = () => {
    if (turn !== mine || performance.now() > until) return;
    const there = looked(() => landmark(key));
    if (there && !there.hasAttribute(`data-${RINGED}`)) {
      document.querySelectorAll(`[data-${RINGED}]`).forEach((one) => one.removeAttribute(`data-${RINGED}`));
      there.setAttribute(`data-${RINGED}`, '');
      found(there);
    } else if (there && !seen(there)) found(there); // what came meanwhile has made other slides of the screen
    // What comes above it later pushes it away.
    const top = there && Math.round(there.getBoundingClientRect().top + scrollY);
    if (there && top !== last && !moved) {
      last = top;
      there.scrollIntoView({ block: there.offsetHeight > innerHeight / 2 ? 'start' : 'center', behavior: 'instant' });
    }
    setTimeout(look, AGAIN_MS);
  };
  look();
}

on('screen lang', unring);
