// What a tour says, as text and nothing else: a file of a lecturer's brings no markup. Four things are understood: "$√d_k$" is a formula, "[query](#query)"
// a link to a term, of "{{click it|tap it}}" the second is said where there are only fingers, and of "{{one: a softmax|each: sigmoids|number: the score}}" the
// second where the model on screen answers for each class by itself, the third, if there is one, where it answers with numbers and names no class.

import { h } from '../core/dom.js';
import { formulaElement } from '../core/formula.js';
import { state } from '../core/state.js';
import { has, meantFor } from '../core/text.js';

const ANSWERS = /\{\{one: ([^{}|]*)\|each: ([^{}|]*)(?:\|number: ([^{}|]*))?\}\}/g;
const PIECES = /\$([^$]+)\$|\[([^\]]+)\]\(#([\w-]+)\)/g;

/** How the model on screen answers: with one class of all, with each by itself, or with numbers. */
export const answering = () => (state.photoQuery?.numbers ? 'number' : state.photoQuery?.each ? 'each' : 'one');

/** @param {string} text */
export function* piecesOf(text) {
  let from = 0;
  const kind = answering();
  const said = text.replace(ANSWERS, (_, one, each, number) =>
    kind === 'one' ? one : kind === 'each' ? each : (number ?? one),
  );
  const meant = meantFor(said);
  for (const { 0: whole, 1: formula, 2: words, 3: term, index } of meant.matchAll(PIECES)) {
    yield { text: meant.slice(from, index) };
    yield formula ? { formula } : { text: words, term };
    from = index + whole.length;
  }
  yield { text: meant.slice(from) };
}

/**
 * Write what a tour says into an element.
 * @template {Element} E
 * @param {E} element
 * @param {string} text
 * @returns {E}
 */
export function write(element, text) {
  const nodes = [...piecesOf(text)].map(({ text: words, formula, term }) =>
    formula
      ? formulaElement(formula)
      : term && has(`glossary.${term}`)
        ? h('a', { href: `#${term}`, translate: 'yes' }, words)
        : words,
  );
  element.replaceChildren(...nodes);
  return element;
}
