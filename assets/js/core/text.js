// The words on the page, in the language of the moment. demo/text/<language>/*.md holds them.

import { escaped, ownWords } from './dom.js';
import { markup } from './formula.js';
import { on, state } from './state.js';
import { onTouch, touchOnly } from './touch.js';

/** "{{with a mouse or keys|with fingers}}" in a text: what a visitor does is said as their device has it. */
const CHOICE = /\{\{(.*?)\|(.*?)\}\}(?!\})/gs;
/** "$q·k / √{d}$" in a text: set as a formula (core/formula.js). */
const FORMULA = /\$([^$]+)\$/g;

/** "{steps:step|steps}" in a text: the word for one, and for any other number. */
const PLURAL = /\{(\w+):([^{}|]*)\|([^{}|]*)\}/g;

/** A text as this device's visitor is told it. */
export const meantFor = (text) => (text.includes('{{') ? text.replace(CHOICE, touchOnly() ? '$2' : '$1') : text);

/** What no translating browser touches. */
const untouched = (value) => `<data translate="no">${value}</data>`;

/** A text as the small piece of HTML its Markdown became; `{name}` is filled with escaped values, which no translating browser touches, or kept for an element (`told`). */
export const html = (key, params = {}) => markupOf(key, params, untouched);

/** The same with what `as` makes of an escaped value. */
function markupOf(key, params, as) {
  const text = state.boot.texts[state.lang][key];
  // A missing word must not take the screen down; tests/demo/test_texts.py sees to it that none is missing.
  if (text === undefined) return `⟨${escaped(key)}⟩`;
  const meant = meantFor(text);
  const set = meant.includes('$') ? meant.replace(FORMULA, (_, formula) => markup(filled(formula, params))) : meant;
  const agreed = set.replace(PLURAL, (_, name, one, many) => (String(params[name]) === '1' ? one : many));
  return agreed.replace(/\{(\w+)\}/g, (whole, name) =>
    !(name in params)
      ? whole
      : isElement(params[name])
        ? `<data value="${name}"></data>`
        : isReason(params[name])
          ? markupOf(`reason.${params[name].code}`, params[name].params ?? {}, as)
          : as(escaped(counted(params[name]))),
  );
}

/** A formula's text with the numbers in it; any other braces are its own. */
const filled = (formula, params) =>
  formula.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? counted(params[name]) : whole));
/** A count within a text is printed as any other number. */
const counted = (value) => (Number.isInteger(value) ? whole(value) : value);
/** Why a file cannot be used comes by its code (demo/errors.py), and is said in the page's language. */
const isReason = (value) => typeof value === 'object' && value !== null && 'code' in value;
const isElement = (value) => typeof value === 'object' && value instanceof Element;

/**
 * Write a text into an element; a value that is an element stands where the text has its `{name}`. Returns the host.
 * @template {Element} E
 * @param {E} host
 * @param {string} key
 * @param {Record<string, any>} params
 */
export function told(host, key, params) {
  host.innerHTML = html(key, params);
  for (const place of host.querySelectorAll('data[value]')) place.replaceWith(params[place.getAttribute('value')]);
  return host;
}

/** What `make` says in a language whose words are here, whatever the page's is. */
export function spokenIn(lang, make) {
  const { lang: own } = state;
  state.lang = lang; // nobody is told: it is the page's again before anybody else looks
  try {
    return make();
  } finally {
    state.lang = own;
  }
}

let reader = null;

/** A text without markup, for labels, titles and captions; a formula in words. */
export function t(key, params) {
  const words = plain(markupOf(key, params ?? {}, (value) => value));
  if (!params) ownWords.add(words);
  return words;
}

/** What a piece of HTML says. Most texts have no markup: the head captions alone would be six to parse with every hover. */
function plain(made) {
  if (!/[<&]/.test(made)) return made;
  reader ??= document.createElement('template');
  reader.innerHTML = made;
  for (const formula of reader.content.querySelectorAll('.math'))
    formula.replaceWith(formula.getAttribute('aria-label'));
  return reader.content.textContent;
}

/** @type {WeakMap<Element, { around: string, values: Element[] }>} what `retell` wrote last, value by value */
const retold = new WeakMap();
const VALUE = /<data translate="no">([^<]*)<\/data>/g;

/** Write a piece of `html` into an element that is written again and again: where only values are other ones than before, nothing else is made anew. */
export function retell(element, made) {
  const found = [],
    around = made.replace(VALUE, (_, value) => `{${found.push(value)}}`),
    last = retold.get(element);
  const isThere = last?.around === around && last.values.every((value) => element.contains(value));
  if (isThere && element.firstChild && !found.some((value) => value.includes('&'))) {
    last.values.forEach((value, i) => {
      if (value.textContent !== found[i]) value.textContent = found[i];
    });
    return;
  }
  element.innerHTML = made;
  const values = [...element.querySelectorAll('data[translate="no"]')];
  if (values.length === found.length) retold.set(element, { around, values });
}

/** What a language is called in the page's, by its ISO 639 code. */
export const languageName = (code) => new Intl.DisplayNames([state.lang], { type: 'language' }).of(code);

export const has = (key) => key in state.boot.texts[state.lang];
export const keysFrom = (begin) => Object.keys(state.boot.texts[state.lang]).filter((key) => key.startsWith(begin));

/** What goes wrong is told by the sentence of its code. */
export const problemKey = (problem) =>
  problem && has(`error.${problem.code}`) ? `error.${problem.code}` : 'error.other';
/** Whether a problem is one of a text that somebody typed. */
export const isAboutText = ({ code }) => code.startsWith('sentence_');

// Elements that speak the page's language, held weakly: what a screen throws away is forgotten here too.
const speakers = new Set();

/**
 * @template {Element} E
 * @param {E} element
 * @param {(speaker: E) => void} write
 * @returns {E}
 */
function speaking(element, write) {
  speakers.add({ element: new WeakRef(element), write });
  write(element);
  return element;
}

/**
 * Keep an element's words in the page's language: bindText(element, 'key', () => params). Returns the element.
 * @template {Element} E
 * @param {E} element
 * @param {string | (() => string)} key
 * @param {() => Record<string, any>} params
 * @returns {E & { respeak: () => void }} `respeak()` writes them again, with what the params are now.
 */
export function bindText(element, key, params = () => ({})) {
  const write = (speaker) => {
    speaker.innerHTML = html(typeof key === 'function' ? key() : key, params());
  };
  element.setAttribute('translate', 'yes'); // also within what is data
  return speaking(Object.assign(element, { respeak: () => write(element) }), write);
}

/**
 * The same for an attribute: bindLabel(button, 'aria-label', 'key').
 * @template {Element} E
 * @param {E} element
 * @param {string} attribute
 * @param {string} key
 * @param {() => Record<string, any>} params
 * @returns {E}
 */
export function bindLabel(element, attribute, key, params = () => ({})) {
  return speaking(element, (speaker) => speaker.setAttribute(attribute, t(key, params())));
}

function speakAgain() {
  speakers.forEach((speaker) => {
    const element = speaker.element.deref();
    if (element) speaker.write(element);
    else speakers.delete(speaker);
  });
}
on('lang', speakAgain);
onTouch(speakAgain);

/** Somebody's words inside a sentence of ours: whatever their direction, ours keeps its own. */
export const isolated = (words) => `\u2068${words}\u2069`;

/** How many of those that are printed alike are named. */
const NAMED = 3;
/** Whoever is printed as the first, in one phrase: some of them, and how many more. */
export function together(names) {
  const rest = names.length - NAMED,
    said = rest > 1 ? [...names.slice(0, NAMED), t('frame.more_alike', { count: rest })] : names;
  return new Intl.ListFormat(state.lang, { type: 'conjunction' }).format(said);
}

/** A number with its unit, which stays with it wherever the line ends; demo/page/texts.py does the same in texts. */
export const united = (number, unit) => `${number}\u00a0${unit}`;
export const perCent = (number) => united(number, '%');

/** A share 0..1 as per cent with three significant digits, none below 0.001 %: as many as the wire carries (demo/views/payload.py). */
export function percent(share) {
  const p = share * 100;
  if (p >= 99.95) return perCent('100');
  if (p >= 9.995) return perCent(p.toFixed(1));
  if (p >= 0.9995) return perCent(p.toFixed(2));
  if (p >= 0.001) return perCent(p.toFixed(3));
  return p > 0 ? perCent('<\u00a00.001') : perCent('0');
}

/** A number with so many significant digits; before the decimal point all that it has. */
export function significant(value, count) {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return minus(String(value)).replace('Infinity', '∞');
  const [, power] = value.toExponential(count - 1).split('e'); // of what rounding makes of it
  return Number(power) < -3 ? scientific(value, count - 1) : fixed(value, Math.max(0, count - 1 - Number(power)));
}
/** A number with three significant digits. */
export const digits = (value) => significant(value, 3);

/** A number with so many decimals, and thin spaces between thousands; one that would print as 0 with its first digit. */
export function fixed(value, decimals) {
  const text = value.toFixed(decimals);
  if (value !== 0 && Number(text) === 0) return significant(value, 1);
  const [before, after] = text.split('.');
  return minus(grouped(before) + (after ? `.${after}` : ''));
}
/** A whole number with thin spaces between thousands. */
export const whole = (value) => minus(grouped(String(Math.round(value))));

/** demo/page/texts.py does the same in texts. */
const grouped = (text) => text.replace(/\B(?=(\d{3})+$)/g, '\u202f');
const minus = (text) => text.replaceAll('-', '−');
/** A large count with three significant digits, as the page's language counts: 22.1 M, 2 210만. */
export const large = (count) =>
  new Intl.NumberFormat(state.lang, { notation: 'compact', maximumSignificantDigits: 3, useGrouping: false })
    .format(count)
    .replace(/^\d+/, grouped)
    .replace(/(?=[A-Z]$)/, '\u00a0');

const RAISED = { '-': '⁻', ...Object.fromEntries([...'⁰¹²³⁴⁵⁶⁷⁸⁹'].map((digit, i) => [i, digit])) };
/** A number as a power of ten: 4.123 × 10⁷. */
export function scientific(value, decimals) {
  const [mantissa, exponent] = value.toExponential(decimals).split('e');
  return `${mantissa} × ${powerOfTen(Number(exponent))}`.replace(/^-/, '−');
}
/** 10⁷. */
export const powerOfTen = (exponent) => `10${[...String(exponent)].map((sign) => RAISED[sign]).join('')}`;

/** A power of e, which may be large: 0.02130, 12.40, 3 381 or 4.123 × 10⁷. */
export function magnitude(value, more = 0) {
  if (value === 0) return '0';
  return value >= 1e-3 && value < 1e6 ? significant(value, 4 + more) : scientific(value, Math.max(0, 3 + more));
}

/** The number that a text of this page prints. */
export function read(text) {
  const plain = text
    .replace(/[\s\u00a0\u202f()]/g, '')
    .replaceAll('−', '-')
    .replace('∞', 'Infinity')
    .replace(/×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, power) => `e${[...power].map((sign) => LOWERED[sign]).join('')}`);
  return plain.endsWith('%') ? Number(plain.slice(0, -1)) / 100 : Number(plain);
}
const LOWERED = Object.fromEntries(Object.entries(RAISED).map(([sign, raised]) => [raised, sign]));

/** The size of a difference: three digits, far below 1 as a power of ten. */
export const small = (value) => (value === 0 ? '0' : value < 1e-3 ? scientific(value, 2) : digits(value));
