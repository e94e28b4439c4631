// What the pages of all operations are put together from.

import { h } from '../core/dom.js';
import { digits, t } from '../core/text.js';
import { about, called, symbol } from './quantities.js';
import { numberButton, plain, sign } from './terms.js';

/** A number that leads nowhere. */
export const number = (text, value) => plain(text, digits(value));

/** What the page's own sum of the terms comes to, beside what the model used: six digits, so that a difference would show. */
export const compared = (total, { facts }) => h('p.note.used', {}, t('calculator.added_up', { sum: six(total), value: six(facts.value) }));
const six = (value) => value.toPrecision(6).replaceAll('-', '−');

/** The last line of a page: what the parts come to, under the number's own symbol. */
export const result = (parts, { facts }) => h('p.worked.total', {}, ...parts, h('span.equals', {}, sign('='), number(symbol(facts.name, facts.index), facts.value)));

/** A number that the page's own was made from, and that opens. */
export function operand({ name, index }, value, subject, open, extra = '') {
  const { learned, colour } = about(name, subject);
  const button = numberButton({ symbol: symbol(name, index), value: digits(value), colour, learned, open: () => open({ name, index }), title: called(name, index, subject) });
  if (extra) button.classList.add(extra);
  return button;
}
