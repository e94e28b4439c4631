// What the page is looking at, in one place. Screens subscribe to what they draw; nobody else is told.
//
// Whatever somebody chose is a declared field, and therefore in the address (core/address.js); core/history.js writes it there and reads it back.

import { define, EMBEDDED, fieldOf, namesState, oneOf, usualOf, valuesOf } from './address.js';
import { journeyOf, OPENING, SCREENS } from './journeys.js';

export const remembered = (key) => {
  try {
    return localStorage.getItem(`microscope.${key}`);
  } catch {
    return null;
  }
};
export const remember = (key, value) => {
  try {
    localStorage.setItem(`microscope.${key}`, value);
  } catch {
    /* private window */
  }
};

const root = globalThis.document?.documentElement;

/** @type {any} the fields below and those that modules declare */
export const state = {
  boot: null, // words, models and examples: core/boot.js
  photoQuery: null, // the facts of the photo, model and size on screen: core/photo_query.js; null where there are none
  photoGone: null, // why no photo is on screen, where the one that was asked for is not here any more; null until then, and once there is another
  sentence: null, // the facts of the translation on screen: core/sentence.js; null where there are none
  wanted: null, // { stage, done, total } of the work under way; null when there is none
  hosts: null, // which servers of models can be reached: core/reach.js; null while nobody knows
  asks: undefined, // the question of the tour's step with its answer, { called, answer, of, at }; null where it asks nothing, undefined while nobody knows
  problem: null, // { code, params } of the last thing that went wrong; null when all is well
  journey: root?.dataset.journey ?? 'photo', // "photo" or "sentence"
};

/** @type {Map<string, Set<(state: Record<string, any>) => void>>} */
const listeners = new Map();
const observers = new Set();

/** Call `listener(state)` after any of these fields changed. */
export function on(fields, listener) {
  for (const field of fields.split(' ')) {
    if (!listeners.has(field)) listeners.set(field, new Set());
    listeners.get(field).add(listener);
  }
}

/** Call `observer(names, quietly)` with the names of the fields of every change, whatever they are. */
export function observe(observer) {
  observers.add(observer);
}

/** Change fields; everyone who listens to one of them is called once. A change made `quietly` is no step of the browser's history. */
export function update(patch, { quietly = false } = {}) {
  const called = new Set(),
    changed = [];
  for (const [field, value] of Object.entries(patch)) {
    if (state[field] === value) continue;
    state[field] = value;
    changed.push(field);
    for (const listener of listeners.get(field) || []) called.add(listener);
  }
  if (!changed.length) return;
  for (const observer of observers) observer(changed, quietly);
  for (const listener of called) listener(state);
}

/**
 * Add fields that the address carries; they begin with what it says.
 * @param {Record<string, import('./address.js').Field>} declared
 */
export function declare(declared) {
  for (const [name, field] of Object.entries(declared)) {
    define(name, field);
    if (field.remembered || field.preference) on(name, () => keep(field, state[name]));
  }
  Object.assign(state, valuesAt(globalThis.location?.search ?? '', Object.keys(declared)));
}

/** What somebody chose is what they begin with next time; what a page around this one has chosen is nobody's choice. */
const keep = ({ word, write }, value) => state.embedded || remember(word, write(value));

/** What fields are at an address. What it does not say is as usual; or as remembered, for a visitor whom no address sends. */
export function valuesAt(search, names) {
  const values = valuesOf(search, names),
    usual = valuesOf('', names),
    said = new URLSearchParams(search),
    sent = namesState(search);
  for (const name of names) {
    const field = fieldOf(name);
    // Of the language the usual value is the one that early.js read off the address: that it is named has to be asked.
    if (values[name] !== usual[name] || said.has(field.word)) continue;
    if (!(field.preference || (field.remembered && !sent))) continue;
    const kept = remembered(field.word);
    if (kept !== null) values[name] = field.read(kept) ?? values[name];
  }
  return values;
}

declare({
  lang: { word: 'lang', ...oneOf(['en', 'ko']), otherwise: root?.lang ?? 'en', preference: true, always: true },
  /** Null until somebody chooses one: then it is the system's. */
  chosenTheme: { word: 'theme', ...oneOf(['light', 'dark']), otherwise: null, preference: true },
  /** One screen alone, without what stands around it, in a frame of another page. */
  embedded: {
    word: 'embed',
    read: (text) => (text === EMBEDDED ? true : undefined),
    write: () => EMBEDDED,
    otherwise: null,
  },
  screen: { word: 'screen', ...oneOf(SCREENS), otherwise: root?.dataset.screen ?? OPENING, step: true, always: true },
});
state.theme = root?.dataset.theme ?? 'light';

/** What is held of a photo query or a sentence: the values of its fields. */
export const fieldsOf = (owner) => Object.fromEntries(Object.keys(usualOf(owner)).map((name) => [name, state[name]]));

/** Whether the screen on show is one of the photo: at the start both are there. */
export const showsPhoto = () => state.journey === 'photo' || state.screen === OPENING;

on('chosenTheme', () => update({ theme: state.chosenTheme }));
on('screen', () => update({ journey: journeyOf(state.screen) }));
on('lang theme screen journey', () => {
  root.lang = state.lang;
  root.dataset.theme = state.theme;
  root.dataset.screen = state.screen;
  root.dataset.journey = state.journey;
  document.body.classList.toggle('dark', state.theme === 'dark');
});
