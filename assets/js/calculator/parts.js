// What the pages of all operations are put together from.

import { h } from '../core/dom.js';
import { digits, t } from '../core/text.js';
import { about, called, operandAt, symbol } from './quantities.js';
import { numberButton, plain, sign } from './terms.js';

/** A number that leads nowhere. */
export const number = (text, value) => plain(text, digits(value));

/** What the page's own sum of the terms comes to, beside what the model used: six digits, so that a difference would show. */
export const compared = (total, { facts }) =>
  h('p.note.used', {}, t('calculator.added_up', { sum: six(total), value: six(facts.value) }));
const six = (value) => value.toPrecision(6).replaceAll('-', '−');

/** The last line of a page: what the parts come to, under the number's own symbol. */
export const result = (parts, { facts }, subject) =>
  h(
    'p.worked.total',
    {},
    ...parts,
    h('span.equals', {}, sign('='), number(symbol(facts.name, facts.index, subject), facts.value)),
  );

/** A number that the page's own was made from, and that opens. */
export function operand({ name, index }, value, subject, open, extra = '') {
  const { learned, colour } = about(name, subject);
  const button = numberButton({
    symbol: symbol(name, index, subject),
    value: digits(value),
    colour,
    learned,
    open: () => open({ name, index }),
    title: called(name, index, subject),
  });
  if (extra) button.classList.add(extra);
  return button;
}

/** One side of a product: every number with a source is a button. */
export function side(role, { facts, arrays }, subject, open) {
  const source = facts.sources[role],
    values = arrays[role].data;
  if (!source)
    return {
      values,
      colour: role[0] === 'b' ? 'ink-3' : 'ink-2',
      symbol: () => (role[0] === 'b' ? 'w' : 'x'),
      open: null,
    };
  const { learned, colour, symbol: letter } = about(source.name, subject);
  const at = (i) => operandAt(source, i);
  return {
    values,
    colour,
    learned,
    symbol: (i) => (i === undefined || learned ? letter : symbol(at(i).name, at(i).index, subject)),
    open: (i) => open(at(i)),
    title: (i) => (learned ? t('calculator.learned') : called(at(i).name, at(i).index, subject)),
  };
}

/** A single number that an operation needs, a button where it was learned. */
export function constant(role, letter, { facts: { numbers, sources } }, subject, open) {
  const source = sources[role];
  if (!source) return number(letter, numbers[role]);
  return numberButton({
    symbol: letter,
    value: digits(numbers[role]),
    colour: 'ink-3',
    learned: true,
    title: t('calculator.learned'),
    open: () => open({ name: source.name, index: source.start }),
  });
}
