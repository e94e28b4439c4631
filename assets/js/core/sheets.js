// What lies over the page or opens within it (the calculator, a term's card, a list, the box with the link): how the focus goes in, stays and
// comes back, and that Escape closes the one that was opened last.
//
// Where a sheet leaves some of the page free, a pointer may use both, so that another patch can be held beside the calculator. The keyboard
// cannot see what lies beneath: Tab goes round in the sheet. Where it covers the whole window, the page is out of reach for everybody.

import { pageKeys } from './keys.js';

/** @typedef {{ element: HTMLElement, close: () => void, over: boolean, opener: Element | null }} Sheet */

/** @type {Sheet[]} the one opened last is the last */
const sheets = [];
let listening = false;

const STOPS = 'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex]';

/** What Tab stops at in an element. */
const stopsIn = (element) =>
  [...element.querySelectorAll(STOPS)].filter(
    (stop) => stop.tabIndex >= 0 && !stop.disabled && stop.checkVisibility({ visibilityProperty: true }),
  );

/**
 * A sheet has been opened: the focus goes into it. One that does not lie `over` anything holds only the focus that is in it.
 * @param {HTMLElement} element
 * @param {{ close: () => void, over?: boolean, first?: HTMLElement }} how `first` gets the focus: without it, the sheet itself
 */
export function opened(element, { close, over = true, first = element }) {
  listen();
  const there = sheets.findIndex((sheet) => sheet.element === element),
    opener = there < 0 ? document.activeElement : sheets.splice(there, 1)[0].opener;
  sheets.push({ element, close, over, opener });
  cover();
  if (!element.contains(document.activeElement) || first !== element) first.focus({ preventScroll: true });
}

/** A sheet has been closed; the focus that was in it, or nowhere, goes back to what opened it. */
export function closed(element) {
  const at = sheets.findIndex((sheet) => sheet.element === element);
  if (at < 0) return;
  const [{ opener }] = sheets.splice(at, 1),
    { activeElement } = document;
  cover();
  const free = !activeElement || activeElement === document.body || element.contains(activeElement);
  if (free && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
}

const openedDialog = () => document.querySelector('dialog[open]');

/** Whether a sheet is open, or a dialog of the browser's own: then Escape is its own. */
export const anyOpen = () => sheets.length > 0 || Boolean(openedDialog());

function listen() {
  if (listening) return;
  listening = true;
  pageKeys({ keys: 'Escape', says: 'keys.close', act: closeLast, always: true });
  pageKeys({ keys: 'Tab', act: goRound, always: true });
  addEventListener('resize', cover);
}

/** The sheet that the keyboard is in: none while a dialog of the browser's own is open over it. */
function onTop() {
  const dialog = openedDialog(),
    top = sheets.at(-1);
  return top && (!dialog || dialog.contains(top.element)) ? top : null;
}

function closeLast() {
  const top = onTop();
  if (!top) return false;
  top.close();
  return true;
}

function goRound(event) {
  const top = onTop(),
    at = document.activeElement;
  if (!top || (!top.over && !top.element.contains(at))) return false;
  const stops = stopsIn(top.element),
    inside = top.element.contains(at),
    end = event.shiftKey ? stops[0] : stops.at(-1);
  if (inside && at !== end && !(event.shiftKey && at === top.element)) return false;
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  return true;
}

/** While one of the sheets covers the window, nothing of the page behind it can be reached, by a screen reader either. */
function cover() {
  const { clientWidth } = document.documentElement,
    covering = sheets.some(({ element }) => element.offsetWidth >= clientWidth && element.offsetHeight >= innerHeight);
  for (const mount of document.querySelectorAll('.am-mount'))
    mount.toggleAttribute('inert', covering && !sheets.some(({ element }) => mount.contains(element)));
}
