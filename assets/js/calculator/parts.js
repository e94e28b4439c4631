// What the pages of all operations are put together from.

import { h } from '../core/dom.js';
import { equation, given, term } from '../core/equation.js';
import { digits, t } from '../core/text.js';
import { about, called, operandAt, quantitySymbol } from './quantities.js';
import { number, numberButton } from './terms.js';

/** What the page's own sum of the terms comes to, beside what the model used: six digits, so that a difference would show. */
export const compared = (total, { facts }) =>
  h('p.note.used', {}, t('calculator.added_up', { sum: six(isUncounted(facts) ? 0 : total), value: six(facts.value) }));
const six = (value) => value.toPrecision(6).replaceAll('-', '−');

/** The number of the page, under its own symbol. */
export const ownNumber = ({ facts }, subject, write = undefined) =>
  number(quantitySymbol(facts.name, facts.index, subject), facts.value, write);

/** Whether what an operation gives is switched off in the pass: it counts times 0. */
export const isUncounted = ({ numbers }) => numbers.kept === 0;

/** What an operation is worked out from, times 0 where what it gives is switched off: { parts, compute } of core/equation.js. */
export function timesKept({ parts, compute }, facts) {
  if (!isUncounted(facts)) return { parts, compute };
  const inner = parts.includes('+') ? ['(', ...parts, ')'] : parts;
  return { parts: [given(0), '×', ...inner], compute: ([none, ...values]) => none * compute(values) };
}

/** The last line of a page: what the parts come to (core/equation.js), times 0 where that is switched off. */
export function result(parts, compute, payload, subject, write = undefined) {
  const made = timesKept({ parts, compute }, payload.facts);
  return equation(h('p.worked.total'), { ...made, result: ownNumber(payload, subject, write) });
}

/** A number that the page's own was made from, and that opens. */
export function operand({ name, index }, value, subject, open, mark = term) {
  const { learned, colour } = about(name, subject);
  return {
    value,
    draw: (text) =>
      numberButton({
        symbol: quantitySymbol(name, index, subject),
        value: mark(text),
        colour,
        learned,
        open: () => open({ name, index }),
        title: called(name, index, subject),
      }),
  };
}

/** A number that does not count in what it stands beside: struck out, and no term. */
export function uncounted({ name, index }, value, subject, open) {
  return operand({ name, index }, value, subject, open, (text) => h('span', {}, text)).draw(digits(value));
}

/** One side of a product: every number with a source is a button. */
export function side(role, { facts, arrays }, subject, open) {
  const source = facts.sources[role],
    values = arrays[role].data;
  if (!source)
    return {
      values,
      colour: role[0] === 'b' ? 'ink-3' : 'ink-2',
      // A mean has one share for all that it is taken of.
      symbol: () => (facts.name === 'pooled' ? `1/${values.length}` : role[0] === 'b' ? 'W' : 'x'),
      open: null,
    };
  const { learned, colour, symbol: letter } = about(source.name, subject);
  const at = (i) => operandAt(source, i);
  return {
    values,
    colour,
    learned,
    symbol: (i) => (i === undefined || learned ? letter : quantitySymbol(at(i).name, at(i).index, subject)),
    open: (i) => open(at(i)),
    title: (i) => (learned ? t('calculator.learned') : called(at(i).name, at(i).index, subject)),
  };
}

/** A single number that an operation needs, a button where it was learned. */
export function constant(role, letter, { facts: { numbers, sources } }, subject, open) {
  const source = sources[role];
  if (!source) return number(letter, numbers[role]);
  return {
    value: numbers[role],
    draw: (text) =>
      numberButton({
        symbol: letter,
        value: term(text),
        colour: 'ink-3',
        learned: true,
        title: t('calculator.learned'),
        open: () => open({ name: source.name, index: source.start }),
      }),
  };
}

/** A table with a line for each key, as long as it may be: it is scrolled to the line that is worked out. */
export function keyTable(names, lines, at) {
  const heading = names.map((name) => h('th', { scope: 'col' }, name));
  const box = h(
    'div.mask-table',
    { tabindex: '0' },
    h('table', {}, h('thead', {}, h('tr', {}, ...heading)), h('tbody', {}, ...lines)),
  );
  requestAnimationFrame(() => {
    box.scrollTop = lines[at].offsetTop - box.clientHeight / 2;
  });
  return box;
}
