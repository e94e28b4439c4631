// An equation as it is printed: whoever does it on paper arrives at the printed result, to its last digit.
//
// Every operand is written with as many digits as the result needs. Where no number of digits is enough, since the model added in another
// order, the result is written with fewer. What counts as the equation is marked in the page, and tests/support/equations.py does it again.

import { h } from './dom.js';
import { percent, read, significant, whole } from './text.js';

/** So many digits more than usual an operand may get, and so many fewer a result: a float32 has no more than nine. */
const MORE = 7,
  FEWER = 2;

/**
 * A number of an equation. `write(value, more)` prints it with so many digits more than usual, or fewer; `draw(text)` makes its element, in
 * which whatever holds the text is marked by `term`. `of` is the equation that gives it, where that is printed too: then it is
 * `draw(text, parts)`, and marks an equation of its own.
 * @typedef {{ value: number, write?: (value: number, more: number) => string, draw?: (text: string, parts: Node[]) => Node, of?: Sum }} Term
 *
 * Parts stand side by side: a string is a sign, an element is not part of the calculation or one of `sign` and `silent`. `compute(values)`
 * does it, with the terms' values in their order.
 * @typedef {{ parts: (string | Node | Term)[], compute: (values: any) => number }} Sum
 */

/** Three significant digits, as any number on the page. */
const usual = (value, more) => significant(value, 3 + more);

/** A term that is nothing but its number. */
export const bare = (value, write = usual) => ({ value, write });
/** A whole number, or one that a visitor has chosen: there are no digits to choose. */
export const given = (value) => bare(value, Number.isInteger(value) ? whole : String);

/** How terms are written so that `compute` of what is printed prints as the result: { texts, said, more, holds }. */
export function settle(terms, compute, { value, write = usual }) {
  const written = (more) => terms.map((term) => (term.write ?? usual)(term.value, more));
  for (let fewer = 0; fewer <= FEWER; fewer++) {
    const said = write(value, -fewer);
    for (let more = 0; more <= MORE; more++) {
      const texts = written(more);
      if (write(compute(texts.map(read)), -fewer) === said) return { texts, said, more, holds: true };
    }
  }
  return { texts: written(MORE), said: write(value, 0), more: MORE, holds: false };
}

/** A number and what a sentence says follows from it, by a whole number that stands there too: { from, said } as printed. */
export function derived(from, compute, write = usual) {
  const { texts, said } = settle([bare(from)], ([value]) => compute(value), bare(compute(from), write));
  return { from: texts[0], said };
}

/** What share of one number another is, for a sentence that says all three: { part, whole, share } as printed, of which the share follows. */
export function shareOf(part, whole, write = percent) {
  const { texts, said } = settle([bare(part), bare(whole)], ([some, all]) => some / all, bare(part / whole, write));
  return { part: texts[0], whole: texts[1], share: said };
}

/**
 * The elements of an equation, for a page that puts them in different places: its parts, its equals sign, its result. Whatever holds all of
 * them is marked `data-equation`.
 * @param {Sum & { result: Term }} equation
 */
export function worked({ parts, compute, result }) {
  const { nodes, said, holds } = laid({ parts, compute }, result);
  return { nodes, equals: sign(holds ? '=' : '≈'), last: drawn(result, said) };
}

/**
 * Print an equation in `host`: the parts, then the result, or the result first where it `leads`. Returns the host.
 * @template {Element} E
 * @param {E} host
 * @param {Sum & { result: Term, leads?: boolean }} equation
 */
export function equation(host, { leads = false, ...sum }) {
  const { nodes, equals, last } = worked(sum);
  host.setAttribute('data-equation', '');
  host.replaceChildren(...(leads ? [last, equals, ...nodes] : [...nodes, h('span.equals', {}, equals, last)]));
  return host;
}

/** An equation within a sentence. */
export const inline = (sum) => {
  const spaced = (part) => (typeof part === 'string' ? sign(`\u00a0${part} `) : part);
  const { nodes, equals, last } = worked({ ...sum, parts: sum.parts.map(spaced) });
  return h('span', { 'data-equation': '' }, ...nodes, ' ', equals, '\u00a0', last);
};
/** 6 × 64 = 384, of whole numbers. */
export const product = (factors) =>
  inline({
    parts: factors.flatMap((factor, i) => (i ? ['×', given(factor)] : [given(factor)])),
    compute: multiplied,
    result: given(multiplied(factors)),
  });
const multiplied = (values) => values.reduce((before, value) => before * value, 1);

/** A sign between two numbers; `meaning` where it is printed in another way than it is calculated. */
export const sign = (text, meaning = '') => h('span.sign', { 'data-op': meaning }, text);
/** What an equation says without printing it: the equals sign between a symbol and the number under it. */
export const silent = (meaning) => h('span', { 'data-op': meaning });
/** A number by itself, or inside a text. */
export const term = (text) => h('span', { 'data-term': '' }, text);

/** e to a power, or any other base, as a term's `draw` has the parts of it: the exponent raised. `Σ` etc. stand before it. */
export const raised = (base, exponent) => h('span', {}, base, h('sup', {}, ...exponent));

function laid({ parts, compute }, result) {
  const terms = /** @type {Term[]} */ (parts.filter((part) => typeof part === 'object' && !(part instanceof Node)));
  const { texts, said, more, holds } = settle(terms, compute, result);
  const nodes = parts.map((part) => {
    if (typeof part === 'string') return sign(part);
    if (part instanceof Node) return part;
    return drawn(part, texts[terms.indexOf(part)], more);
  });
  return { nodes, said, holds };
}

/** A term as it is printed; what gives it comes to just those digits. */
function drawn(part, text, more = 0) {
  const { draw = term, of, value, write = usual } = part;
  if (!of) return draw(text, []);
  const { nodes, said } = laid(of, { value, write: (number, fewer) => write(number, more + fewer) });
  return draw(said, nodes);
}
