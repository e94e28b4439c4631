// What a room's page and the phones say to each other. Nothing here touches the page.

import { preferences, lasting, searchOf, valuesOf } from '../core/address.js';

/** How a code is read aloud: in two parts. */
export const spacedCode = (code) => `${code.slice(0, 5)}-${code.slice(5)}`;

/** A code as somebody typed it; undefined for what is none. Signs that look like others mean those (demo/room/rooms.py). */
export function readCode(text) {
  const code = text
    .toUpperCase()
    .replace(/[\s\u2010-\u2015-]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{10}$/.test(code) ? code : undefined;
}

/** What of an address belongs to the lecturer's page alone: a tour asks each for themselves, in a room the room asks, and nobody but the lecturer presents. */
const OWN = ['tour', 'tourStep', 'tourFolded', 'guess', 'embedded', 'presenting', 'slide', 'speaking'];

/** The address that phones follow to: what is on screen, without whose language, tour and room it is. */
export function followed(search) {
  const values = valuesOf(search);
  for (const name of [...preferences(), ...lasting(), ...OWN]) values[name] = null;
  const here = new URLSearchParams(search);
  for (const word of [...here.keys()]) if (word.startsWith('__')) here.delete(word); // a host's own
  return searchOf(values, `?${here}`);
}

/** Values as they travel: numbers as they are, for they are printed in the language of whoever reads them; all else as the words it is. */
const plain = (values = {}) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Number.isFinite(value) ? value : `${value}`]),
  );

/**
 * A question as it is sent to phones, without what is right.
 * @param {string} called
 * @param {import('../tours/choices.js').Answer} answer
 * @param {{ key: string, photoQuery?: any, text?: string }} about the input that it is about
 * @param {(lang: string, make: () => any) => any} spoken says in a language what `make` says
 * @param {string[]} languages
 */
export function questionOf(called, answer, { key, photoQuery, text }, spoken, languages) {
  const said = (make) => Object.fromEntries(languages.map((lang) => [lang, spoken(lang, make)]));
  const about = photoQuery
    ? {
        photo: photoQuery.photo,
        model: photoQuery.model,
        size: photoQuery.size,
        rows: photoQuery.rows,
        cols: photoQuery.cols,
      }
    : { text: text.length > LONGEST ? `${[...text].slice(0, LONGEST).join('')} …` : text };
  return {
    key,
    called,
    about,
    ...(answer.held === undefined ? {} : { held: answer.held }),
    asked: said(() => plain(answer.asked)),
    choices: answer.choices.map(({ words, patch }) => ({
      ...said(() => `${words}`),
      ...(patch === undefined ? {} : { patch }),
    })),
  };
}

/** So much of a sentence says which one it is. */
const LONGEST = 300;

/** What is told when it is revealed. */
export const toldOf = (answer, spoken, languages) =>
  Object.fromEntries(languages.map((lang) => [lang, spoken(lang, () => plain(answer.told))]));

/** How a vote went: each choice with its words, how many took it, and its part of all. */
export function tallied({ choices }, { tally, right }, lang) {
  const all = tally.reduce((sum, count) => sum + count, 0);
  return choices.map((choice, i) => ({
    words: choice[lang] ?? choice.en,
    count: tally[i],
    part: all ? tally[i] / all : 0,
    right: i === right,
  }));
}
