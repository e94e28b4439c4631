// What the address says of the state: every field that somebody may choose has a word there. Nothing here touches the page.
//
// Each module declares its own fields (core/state.js: declare); nobody keeps a list of them. A field that has its usual value is not named.

/** What `embed` says of the screen that the same address names: it alone is shown, without what stands around it. */
export const EMBEDDED = 'screen';

/** Version of the addresses that are written. What an older one meant is in UPGRADES, and stays true. */
export const VERSION = 5;

/** The characters of an address besides what somebody typed: what carries links from one to another may cut longer ones. */
export const MOST = 2000;

/**
 * @typedef {object} Field
 * @property {string} word its name in the address
 * @property {(text: string) => any} read its value from the text; undefined for a text that is none
 * @property {(value: any) => string} write its text
 * @property {any} otherwise its value where the address does not name it
 * @property {boolean} [always] it is named even where it has its usual value, which may be another one elsewhere or later
 * @property {boolean} [step] a change of it is a step that Back takes back; others only rename the present one
 * @property {string} [of] whose it is ("photoQuery", "sentence"): with another photo and model, or sentence, it is as usual again
 * @property {boolean} [remembered] a visitor without an address begins with what was chosen last
 * @property {boolean} [lasting] it stays wherever the browser goes, and no link carries it along
 * @property {boolean} [typed] somebody's own words, which may be as long as they like
 * @property {(text: string, most: number) => string} [shorter] a text of at most so many characters that says what matters of this one, where the address would be too long
 * @property {boolean} [preference] remembered wherever the address does not name it, and never taken back by Back
 */

/** @type {Map<string, Field>} */
const fields = new Map();

/** Declare a field of the state. */
export function define(name, field) {
  for (const [other, { word }] of fields)
    if (word === field.word && other !== name) throw new Error(`two fields of one word: ${word}`);
  fields.set(name, field);
}

/** Names of the fields of which a change is a step. */
export const isStep = (name) => Boolean(fields.get(name)?.step);
export const fieldOf = (name) => fields.get(name);
/** Names of the fields that Back and forward bring back. */
export const restored = () => namesWhere(({ preference, lasting }) => !preference && !lasting);
/** Names of the fields that belong to this page alone, wherever it goes. */
export const lasting = () => namesWhere((field) => field.lasting);
/** Names of the fields that belong to whoever looks. */
export const preferences = () => namesWhere((field) => field.preference);
const namesWhere = (holds) => [...fields].filter(([, field]) => holds(field)).map(([name]) => name);

/** The usual values of what belongs to a photo query or a sentence. */
export const usualOf = (owner) =>
  Object.fromEntries(
    [...fields].filter(([, { of }]) => of === owner).map(([name, { otherwise }]) => [name, otherwise]),
  );

// -- kinds of values

const digits = (text) => /^\d{1,6}$/.test(text);
/** A number that the page counts from 1 and the program from 0. */
export const counted = {
  read: (text) => (digits(text) && Number(text) > 0 ? Number(text) - 1 : undefined),
  write: (value) => String(value + 1),
};
/** A number that is the same on both. */
export const wholeNumber = { read: (text) => (digits(text) ? Number(text) : undefined), write: String };
export const flag = {
  read: (text) => (['0', '1'].includes(text) ? text === '1' : undefined),
  write: (value) => (value ? '1' : '0'),
};
/** One of some words. */
export const oneOf = (options) => ({ read: (text) => (options.includes(text) ? text : undefined), write: String });
/** Whole numbers with commas between them; the state holds them as this text. */
export const wholes = { read: (text) => (/^(\d{1,6}(,\d{1,6})*)?$/.test(text) ? text : undefined), write: String };
/** Anything of at most so many characters. */
export const textOf = (most) => ({ read: (text) => (text.length <= most ? text : undefined), write: String });

// -- the address as a whole

/** Values of all declared fields, or of some of them, in an address. */
export function valuesOf(search, names = [...fields.keys()]) {
  const params = upgraded(new URLSearchParams(search));
  return Object.fromEntries(names.map((name) => [name, valueIn(params, fields.get(name))]));
}

function valueIn(params, { word, read, otherwise }) {
  const text = params.get(word);
  return (text === null || isDoubtful(params, word) ? undefined : read(text)) ?? otherwise;
}

/** Of a word that says two things neither is taken: nobody knows which was meant. */
const isDoubtful = (params, word) => new Set(params.getAll(word)).size > 1;

/** As much of a text as a sentence can repeat. */
const cut = (text) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** The words of an address whose texts nobody can read, or that say two things, each with its text. */
export function unreadable(search) {
  const params = upgraded(new URLSearchParams(search));
  return [...fields.values()]
    .filter(({ word, read }) => params.has(word) && (read(params.get(word)) === undefined || isDoubtful(params, word)))
    .map(({ word }) => ({ word, text: cut(params.getAll(word).join(`&${word}=`)) }));
}

/** Whether an address names anything of a visitor's choice. */
export const namesState = (search) => {
  const params = new URLSearchParams(search);
  return params.has('v') || [...fields.values()].some(({ word }) => params.has(word));
};

/**
 * The address of a state. Words of `before` that no field has claimed stay: a module that is still on its way may know them, and what a host
 * put there is not ours.
 */
export function searchOf(values, before = '') {
  const params = new URLSearchParams({ v: String(VERSION) });
  for (const [name, { word, write, otherwise, always }] of fields) {
    const value = values[name] ?? null;
    if (value === null) continue;
    const text = write(value);
    if (always || otherwise === null || text !== write(otherwise)) params.set(word, text);
  }
  shorten(params);
  const claimed = new Set(['v', ...[...fields.values()].map(({ word }) => word)]);
  for (const [word, text] of upgraded(new URLSearchParams(before)))
    if (!claimed.has(word) && !params.has(word)) params.set(word, text);
  return written(params);
}

/** Commas, colons, semicolons and @ are allowed in a query; spelled out they keep an address readable and short. */
const written = (params) =>
  `?${String(params).replace(/%(2C|3A|3B|40|7E|2F|21)/g, (code) => decodeURIComponent(code))}`;

/** Keep what is not typed within what an address should be, as far as fields have something shorter to say. */
function shorten(params) {
  const besides = new URLSearchParams(params);
  for (const { word, typed } of fields.values()) if (typed) besides.delete(word);
  for (const { word, shorter } of fields.values()) {
    const over = written(besides).length - MOST,
      text = params.get(word);
    if (over <= 0 || !shorter || text === null) continue;
    params.set(word, shorter(text, text.length - over));
    besides.set(word, params.get(word));
  }
}

// -- what older addresses meant

const FORMER_MODEL = 'vit-s14-imagenet200';

/** By version: turns an address of it into one of the next. */
const UPGRADES = {
  // Layers, heads and steps were counted from 0, the change was a sentence's only.
  1(params) {
    for (const word of ['layer', 'head', 'slayer', 'shead', 'clayer', 'chead', 'step', 'rstep'])
      if (digits(params.get(word) ?? '')) params.set(word, String(Number(params.get(word)) + 1));
    if (params.has('change')) params.set('schange', params.get('change'));
    params.delete('change');
    if (params.has('slayer') || params.has('shead')) params.set('picked', '1');
    if (params.has('__theme')) params.set('theme', params.get('__theme'));
  },
  // The model that came with the page was another one, of 200 classes: numbers of its classes mean nothing to the one that took its place.
  2(params) {
    const model = params.get('model') ?? FORMER_MODEL;
    if (model !== FORMER_MODEL) return;
    params.delete('model');
    params.delete('class');
    if (/^p!.*logits:/.test(params.get('explain') ?? '')) params.delete('explain');
  },
  // Where no word was chosen, the chapter on the gradient asked for the last one, however many there are.
  3(params) {
    if (params.get('chapter') === 'gradient' && !params.has('gstep')) params.set('gstep', '999999');
  },
  // All of a translator's attentions had one layer and one head between them.
  4(params) {
    for (const [former, words] of [
      ['slayer', ['elayer', 'dlayer']],
      ['shead', ['ehead', 'dhead', 'xhead']],
    ]) {
      if (!params.has(former)) continue;
      for (const word of words) params.set(word, params.get(former));
      params.delete(former);
    }
  },
};

function upgraded(params) {
  // `embed=attention` is short for `screen=attention&embed=screen`.
  const embed = params.get('embed');
  if (embed && embed !== EMBEDDED) {
    params.set('screen', embed);
    params.set('embed', EMBEDDED);
  }
  const version = Number(params.get('v') ?? 1);
  for (let from = version; from < VERSION; from++) UPGRADES[from]?.(params);
  return params;
}
