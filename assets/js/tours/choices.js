// What a question offers: choices, of which one follows from the model's numbers, in an order that says nothing about it.

import { t } from '../core/text.js';

/**
 * @typedef {object} Choice
 * @property {{ toString: () => string }} words
 * @property {number} [patch] of a choice that is a place on the photo
 */
/**
 * @typedef {object} Answer
 * @property {Choice[]} choices
 * @property {number} right which of them
 * @property {Record<string, { toString: () => string }>} [asked] what the question names
 * @property {Record<string, { toString: () => string }>} told what its answer names
 * @property {Record<string, any>} [show] fields of the state under which the screen shows it
 * @property {number} [held] the patch that asks
 */
/**
 * What is asked about: a photo query or a translation with nothing switched off, and the state of the page.
 * @typedef {{ of: 'photoQuery' | 'sentence', answer: (subject: any, state: any) => Promise<Answer | null> }} Question
 */

/** Words that are said in the language of whoever reads them, and of the moment. */
export const saying = (make) => ({ toString: make });

/** The same for the same text, and as good as any other for another one. */
const seedOf = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 100_003, 7);

/** Choices in an order that says nothing, which is the same whenever it is asked of the same input. The first one is right. */
export function mixed(choices, seed, rest) {
  const turn = seedOf(seed) % choices.length;
  const order = choices.map((_, i) => (i + turn) % choices.length);
  return { choices: order.map((i) => choices[i]), right: order.indexOf(0), ...rest };
}

/** Choices that have an order of their own: the one that `right` names. */
export const ranged = (names, right, rest, params = {}) => ({
  choices: names.map((name) => ({ words: saying(() => t(`choice.${name}`, params)) })),
  right: names.indexOf(right),
  ...rest,
});

/** A few of many that are far down in their order and apart from each other, as wrong choices. */
export function apart(ranked, taken, isFar, count) {
  const found = [];
  for (let share = 0.3; found.length < count && share < 1; share += 0.07) {
    const one = ranked[Math.floor(share * ranked.length)];
    if ([...taken, ...found].every((other) => isFar(one, other))) found.push(one);
  }
  return found;
}

/** Places of the numbers, the largest number first. */
export const byWeight = (row) => Array.from(row, (_, i) => i).sort((a, b) => row[b] - row[a]);
