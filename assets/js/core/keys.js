// Every key of the page: whoever listens to one declares it here, with the sentence that the list of keys says of it (frame/key_list.js).

import { flag } from './address.js';
import { closest } from './dom.js';
import { SCREENS } from './journeys.js';
import { declare, state } from './state.js';

declare({
  // Whoever speaks to the computer, or whose hand slips, switches them off (WCAG 2.1.4): they are pressed without meaning it.
  letterKeys: { word: 'keys', ...flag, otherwise: true, preference: true },
});

/** Where a key belongs to what has the focus: a letter is typed there, an arrow moves the slider; on a slider no sign has a meaning. */
const FIELDS =
    'input:not([type="checkbox"], [type="radio"]), select, textarea, [contenteditable]:not([contenteditable="false"]), dialog',
  SLIDER = 'input[type="range"]';

/** Keys that move, each as a step to the right and a step down. */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @typedef {object} Keys
 * @property {string} keys as KeyboardEvent.key names them, a space between two; also "Space" and "Shift+Enter"
 * @property {string} [says] the text that tells what they do; keys that everybody expects to be so (Tab, Escape in a field) have none
 * @property {() => boolean} [when] they hold only while this is so
 * @property {(event: KeyboardEvent) => unknown} act `false`: nothing was done, and the key keeps its usual meaning
 * @property {string[]} [screens] of a key of the page: the screens where it holds, all of them where none is named
 * @property {boolean} [always] of a key of the page: also in a field
 * @property {boolean} [around] of a key of the page: of what stands around a screen, and not where one is shown alone
 * @property {boolean} [held] it acts also while the keys are held
 */

/** @type {(Keys & { names: string[] })[]} */
const ofThePage = [];
/** @type {Map<WeakRef<Element>, Keys & { names: string[] }>} held weakly: what a screen throws away is forgotten here too */
const ofElements = new Map();

/** The name of the key that was pressed. Of what is typed, Shift is a part already. */
const nameOf = ({ key, shiftKey }) => (key === ' ' ? 'Space' : shiftKey && key === 'Enter' ? 'Shift+Enter' : key);
const named = (keys) => ({ ...keys, names: keys.keys.split(' ') });

let holding = false;

/** While keys are held none acts but those that are declared to, and none does what browsers do with it. */
export function holdKeys(on) {
  holding = on;
}

/** Call what is declared for a key, once: what was pressed has one meaning. */
function use(event, { names, act, when = () => true, held = false }) {
  if (holding && !held) return;
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (names.includes(nameOf(event)) && when() && act(event) !== false) event.preventDefault();
}

/**
 * Keys that act while an element, or something in it, has the focus.
 * @template {Element} E
 * @param {E} element
 * @param {Keys} keys
 * @returns {E}
 */
export function keysOf(element, keys) {
  const declared = named(keys);
  ofElements.set(new WeakRef(element), declared);
  element.addEventListener('keydown', (event) => use(event, declared));
  return element;
}

/** Whether a key belongs to the field that has the focus. */
export const inField = (event) =>
  Boolean(closest(event, FIELDS)) && !(isSign(event.key) && closest(event, SLIDER) && !closest(event, 'dialog'));

let listening = false;

/**
 * Keys that act wherever the focus is. None is taken from a field unless it is declared `always`; single signs only while they are switched on.
 * @param {Keys} keys
 */
export function pageKeys(keys) {
  ofThePage.push(named(keys));
  if (listening) return;
  listening = true;
  // There is no page where only the declarations are asked (tests/js).
  globalThis.addEventListener?.('keydown', (event) => {
    const typed = inField(event);
    for (const declared of ofThePage.filter(isHere)) {
      if ((typed && !declared.always) || (isSign(nameOf(event)) && !state.letterKeys)) continue;
      if (!declared.screens || declared.screens.includes(state.screen)) use(event, declared);
    }
    if (
      holding &&
      !/^(Tab|F\d+)$/.test(event.key) &&
      !event.ctrlKey &&
      !event.metaKey &&
      !closest(event, '.present-bar')
    )
      event.preventDefault();
  });
}

/** @param {Keys} keys */
const isHere = ({ around }) => !around || !state.embedded;

/** Whether a key is one that is also typed: a letter, a digit, a sign. */
const isSign = (name) => name.length === 1;

/** All keys as they hold now: those of the page, and those of what can be seen. Each { names, says, screens }, the same only once. */
export function allKeys() {
  const seen = [];
  for (const [element, declared] of ofElements) {
    const there = element.deref();
    if (!there) ofElements.delete(element);
    else if (there.isConnected && there.checkVisibility() && (declared.when?.() ?? true)) seen.push(declared);
  }
  return { page: once(ofThePage.filter(isHere)), here: once(seen) };
}

function once(declared) {
  const found = new Map();
  for (const { keys, names, says, screens } of declared) {
    const same = found.get(`${keys} ${says}`);
    if (!says) continue;
    if (!same) found.set(`${keys} ${says}`, { names, says, screens });
    else if (screens) same.screens = SCREENS.filter((screen) => [...same.screens, ...screens].includes(screen));
  }
  return [...found.values()];
}

/** How the screens that have been drawn go from layer to layer: step(-1) and step(1). @type {Map<string, (by: number) => void>} */
const steps = new Map();

/** [ and ] go from layer to layer on a screen. The list of keys says so wherever it is opened: it is declared before the screen is drawn. */
export function hasLayers(screen) {
  pageKeys({ keys: '[', says: 'keys.layer_back', screens: [screen], act: () => steps.get(screen)?.(-1) });
  pageKeys({ keys: ']', says: 'keys.layer_on', screens: [screen], act: () => steps.get(screen)?.(1) });
}

/** This is how a screen does it, from now on. */
export const stepsLayers = (screen, step) => steps.set(screen, step);

/** The arrow keys go from button to button of a list. */
export const listKeys = (list) =>
  keysOf(list, {
    keys: 'ArrowUp ArrowDown',
    says: 'keys.rows',
    act: ({ key }) => {
      const buttons = [...list.querySelectorAll('button')],
        next = buttons[buttons.indexOf(document.activeElement) + (key === 'ArrowUp' ? -1 : 1)];
      next?.focus();
      return Boolean(next);
    },
  });
