// An equation as it is printed: whoever does it on paper arrives at the printed result, to its last digit.
//
// Every operand is written with as many digits as the result needs. Where no number of digits is enough, since the model added in another
// order, the result is written with fewer. What counts as the equation is marked in the page, and tests/support/equations.py does it again.

import { h } from './dom.js';
import { read, significant } from './text.js';

/** So many digits more than usual an operand may get, and so many fewer a result: a float32 has no more than nine. */
const MORE = 7,
  FEWER = 2;

/**
 * A number of an equation. `write(value, more)` prints it with so many digits more than usual, or fewer; `draw(text)` makes its element, in
 * which whatever holds the text is marked as `data-term`. `of` is the equation that gives it, where that is printed too: then it is
 * `draw(text, parts)`.
 * @typedef {{ value: number, write?: (value: number, more: number) => string, draw?: (text: string, parts: Node[]) => Node, of?: Sum }} Term
 *
 * Parts stand side by side: a string is a sign, an element is not part of the calculation. `compute(values)` does it, with the terms' values
 * in their order.
 * @typedef {{ parts: (string | Node | Term)[], compute: (values: number[]) => number }} Sum
 */

/** Three significant digits, as any number on the page. */
const usual = (value, more) => significant(value, 3 + more);
/** A whole number that the text around it names: no digits to choose. */
export const given = (value) => String(value).replace('-', '−');

/** A term that is nothing but its number. */
export const bare = (value, write = usual) => ({ value, write });

/** How terms are written so that `compute` of what is printed prints as the result: { texts, said, more, holds }. */
export function settle(terms, compute, { value, write = usual }) {
  for (let fewer = 0; fewer <= FEWER; fewer++) {
    const said = write(value, -fewer);
    for (let more = 0; more <= MORE; more++) {
      const texts = terms.map((term) => (term.write ?? usual)(term.value, more));
      if (write(compute(texts.map(read)), -fewer) === said) return { texts, said, more, holds: true };
    }
  }
  const texts = terms.map((term) => (term.write ?? usual)(term.value, MORE));
  return { texts, said: write(value, 0), more: MORE, holds: false };
}

/**
 * Print an equation in `host`: the parts, then the result, or the result first where it `leads`. Returns the host.
 * @template {Element} E
 * @param {E} host
 * @param {Sum & { result: Term, leads?: boolean }} equation
 */
export function equation(host, { parts, compute, result, leads = false }) {
  const { nodes, said, holds } = laid({ parts, compute }, result);
  const last = drawn(result, said),
    equals = sign(holds ? '=' : '≈');
  host.setAttribute('data-equation', '');
  host.replaceChildren(...(leads ? [last, equals, ...nodes] : [...nodes, h('span.equals', {}, equals, last)]));
  return host;
}

/** A sign between two numbers. */
export const sign = (text) => h('span.sign', { 'data-op': '' }, text);
/** What an equation says without printing it: the equals sign between a symbol and the number under it. */
export const silent = (text) => h('span', { 'data-op': text });
/** A number by itself, or inside a text. */
export const term = (text) => h('span', { 'data-term': '' }, text);

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
  const inside = laid(of, { value, write: (number, fewer) => write(number, more + fewer) });
  return draw(inside.said === text ? text : write(value, more), inside.nodes);
}
