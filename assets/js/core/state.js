// What the page is looking at, in one place. Screens subscribe to what they draw; nobody else is told.

import { journeyOf } from './journeys.js';

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
/** A visitor's own photo survives a reload of this tab, but is in no address that could be passed on. */
const forThisTab = (key, value) => {
  try {
    sessionStorage.setItem(`microscope.${key}`, value);
  } catch {
    /* private window */
  }
};
const ofThisTab = (key) => {
  try {
    return sessionStorage.getItem(`microscope.${key}`);
  } catch {
    return null;
  }
};
export const asked = new URLSearchParams(globalThis.location?.search);
export const number = (name, otherwise) =>
  /^\d{1,6}$/.test(asked.get(name) || '') ? Number(asked.get(name)) : otherwise;
const root = globalThis.document?.documentElement;

export const state = {
  boot: null, // words, models and examples: core/boot.js
  look: null, // the facts of the photo, model and size on screen; null before the first
  wanted: null, // { stage, done, total } of the work under way; null when there is none
  problem: null, // { code, params } of the last thing that went wrong; null when all is well
  // Counted from 0 here and in the address, from 1 on the screen. The first example shows CLS finding the eyes of a cat.
  layer: number('layer', 8),
  head: number('head', 4),
  query: number('query', 0), // token held
  hideSinks: false,
  perHead: false,
  // The sentence's journey: core/sentence.js. What is held of it: a source token, a step of the decoder, one of its three attentions.
  sentence: null, // the facts of the translation on screen; null before the first
  part: 'cross',
  source: 0,
  step: 0,
  sentenceLayer: 0,
  sentenceHead: 0,
  // Whose attention draws ribbons between a sentence and its translation: null is the screen's own choice, head -1 the mean over heads.
  crossLayer: null,
  crossHead: null,
  // Before attention: which chapter, whose chain, and which of its steps is held: core/recurrent.js.
  chapter: 'chain',
  cell: 'gru',
  recurrentStep: 0,
  recurrentSource: 0, // the word read at which the chapter on paths begins
  use: 'many_to_many',
  // Of its chapter on length: the kind of text and the measure of quality; what the table does not have is replaced where it is used.
  textKind: null,
  measure: null,
  journey: root?.dataset.journey, // "photo" or "sentence"
  screen: root?.dataset.screen,
  lang: root?.lang,
  theme: root?.dataset.theme,
};

const listeners = new Map();

/** Call `listener(state)` after any of these fields changed. */
export function on(fields, listener) {
  for (const field of fields.split(' ')) {
    if (!listeners.has(field)) listeners.set(field, new Set());
    listeners.get(field).add(listener);
  }
}

/** Change fields; everyone who listens to one of them is called once. */
export function update(patch) {
  const called = new Set();
  for (const [field, value] of Object.entries(patch)) {
    if (state[field] === value) continue;
    state[field] = value;
    for (const listener of listeners.get(field) || []) called.add(listener);
  }
  for (const listener of called) listener(state);
}

// What the address asked to hold; it may exist only in the look that the address asked for.
let wish = { layer: state.layer, head: state.head, query: state.query };

/**
 * Take over a new look: what was held stays at the same place of the picture, layer and head stay where they exist.
 * A placeholder is shown until the look that the address asked for is there.
 */
export function arrive(look, { placeholder = false } = {}) {
  const held = wish || state;
  update({
    look,
    wanted: null,
    problem: null,
    query: wish ? Math.min(wish.query, look.tokens - 1) : samePlace(held.query, state.look, look),
    layer: Math.min(held.layer, look.layers - 1),
    head: Math.min(held.head, look.heads - 1),
  });
  if (placeholder) return;
  wish = null;
  remember('model', look.model);
  forThisTab('photo', look.photo);
}

/**
 * The token of `look` that lies where `query` lies in `before`: at the same place of the photo where both see it, each with its own
 * crop; of another photo, at the same place of the square. A token without a place is met by its number.
 */
export function samePlace(query, before, look) {
  const first = look.prefix.length;
  const patch = query - before.prefix.length;
  if (patch < 0) return Math.min(query, first - 1);
  const x = ((patch % before.cols) + 0.5) / before.cols,
    y = (Math.floor(patch / before.cols) + 0.5) / before.rows;
  const [across, down] =
    before.photo === look.photo ? [0, 1].map((axis) => through(axis ? y : x, before.seen, look.seen, axis)) : [x, y];
  // On the border between two patches it is the second one, whatever rounding makes of it.
  const at = (share, n) => Math.min(n - 1, Math.max(0, Math.floor(share * n + 1e-9)));
  return first + at(down, look.rows) * look.cols + at(across, look.cols);
}

/** A share of one crop's side as a share of another's, by its place in the photo. */
const through = (share, from, to, axis) =>
  (from[axis] + share * (from[axis + 2] - from[axis]) - to[axis]) / (to[axis + 2] - to[axis]);

on('screen', () => update({ journey: journeyOf(state.screen, state.journey) }));
on('lang theme screen journey', () => {
  root.lang = state.lang;
  root.dataset.theme = state.theme;
  root.dataset.screen = state.screen;
  root.dataset.journey = state.journey;
  document.body.classList.toggle('dark', state.theme === 'dark');
  remember('lang', state.lang);
  remember('theme', state.theme);
});

// The address always names what is on screen, so that reloading or copying it brings the same view back.
let later = 0;
const inAddress = {
  photo: () => {
    const { photo, model, size } = state.look;
    return {
      model,
      size,
      layer: state.layer,
      head: state.head,
      query: state.query,
      ...(photo.startsWith('example:') && { photo }),
    };
  },
};

/** Have a journey named in the address: `fields` of the state make it change, `described()` gives its part of it. */
export function address(journey, fields, described) {
  inAddress[journey] = described;
  on(fields, nameAddress);
}

/** Write what is on screen into the address, soon: after every change, and when the browser stands on an older entry of its history. */
export function nameAddress() {
  clearTimeout(later);
  later = setTimeout(() => {
    if (!state.look || !(state.journey in inAddress)) return;
    history.replaceState(
      null,
      '',
      `?${new URLSearchParams({ lang: state.lang, screen: state.screen, ...inAddress[state.journey]() })}`,
    );
  }, 300);
}
on('look layer head query screen lang journey', nameAddress);

/** The look that the address or an earlier visit asks for, filled up from `otherwise`. */
export function askedLook(otherwise, models) {
  const model = [asked.get('model'), remembered('model')].find((name) => models.includes(name)) || otherwise.model;
  const named = asked.get('photo') || '';
  const photo = named.startsWith('example:') ? named : ofThisTab('photo') || otherwise.photo;
  return { photo, model, size: number('size', model === otherwise.model ? otherwise.size : 0) };
}
