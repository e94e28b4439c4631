// The pages that a recurrent network's numbers need: two products in one sum, values that gates let through (also in an MLP with a gate), a softmax over the words.

import { valueRange } from '../core/barcode.js';
import { h } from '../core/dom.js';
import { equation, sign, silent, term, worked } from '../core/equation.js';
import { formulaElement } from '../core/formula.js';
import { pieceElement } from '../core/pieces.js';
import { digits, magnitude, percent, t } from '../core/text.js';
import { between } from './between.js';
import { compared, constant, keyTable, operand, result, side } from './parts.js';
import { about, operandAt, quantitySymbol } from './quantities.js';
import { number, plain, powerOfE, strip, Terms } from './terms.js';

/** The formula, and all units of the quantity at the same step: another of them is one choice away. */
export function head({ facts, arrays: { row } }, subject, choose) {
  const { formula, axes } = about(facts.name, subject),
    at = facts.index.at(-1),
    parts = formula ? [h('p.formula', {}, formulaElement(formula))] : [];
  if (axes.at(-1) !== 'number') return parts;
  const { low, high } = valueRange(row.data),
    note = t('calculator.step_units', { count: row.data.length, number: at + 1, low: digits(low), high: digits(high) });
  return [
    ...parts,
    h('p.note', {}, note),
    strip(
      row.data,
      at,
      (i) => {
        if (i !== at) choose(i);
      },
      note,
    ),
  ];
}

/** Products of which each has its own bias, added: what is read and the state before, each with a matrix of its own. */
export function dots(payload, subject, open) {
  const {
      facts: { numbers, sources },
      arrays,
    } = payload,
    parts = [],
    line = [],
    values = [];
  for (let i = 0; `a${i}` in arrays; i++) {
    const source = sources[`a${i}`],
      key = source ? `half_${about(source.name, subject).kind.replace('step.', '')}` : 'empty_state';
    const from = numbers[`factor${i}`],
      bias = numbers[`bias${i}`];
    const terms = new Terms({
      a: side(`a${i}`, payload, subject, open),
      b: side(`b${i}`, payload, subject, open),
      name: 'calculator.terms',
    });
    // The empty state has no terms worth a figure: all of them are 0.
    parts.push(
      h('p.note.half', {}, t(`calculator.${key}`, { count: terms.products.length })),
      ...(source ? [terms.element] : []),
    );
    if (i) line.push('+');
    if (from !== undefined) line.push(operand(operandAt(sources[`factor${i}`], 0), from, subject, open), '× (');
    line.push(number(`Σ${'₁₂'[i]}`, terms.sum));
    if (bias !== undefined) line.push('+', constant(`bias${i}`, 'b', payload, subject, open));
    if (from !== undefined) line.push(')');
    values.push([from, terms.sum, bias]);
  }
  /** The terms of `line` in their order, added up half by half. */
  const compute = (printed) => {
    const rest = [...printed],
      next = (there, otherwise) => (there === undefined ? otherwise : rest.shift());
    return values.reduce((total, [from, sum, bias]) => total + next(from, 1) * (next(sum, 0) + next(bias, 0)), 0);
  };
  const total = compute(values.flat().filter((value) => value !== undefined));
  return [...parts, result(line, compute, payload, subject), compared(total, payload)];
}

/** Values, each let through by its gate, added. */
export function gated(payload, subject, open) {
  const {
      facts: { name, sources, numbers },
      arrays,
    } = payload,
    [gates, values, rest] = ['gates', 'values', 'rest'].map((role) => arrays[role].data);
  const { kind, symbol: letter } = about(name, subject),
    key = subject.cell ? `${subject.cell}_${kind.replace('step.', '')}` : 'mlp';
  const parts = [...gates].map((share, i) => {
    const [gate, from] = [sources[`gate${i}`], sources[`value${i}`]],
      value = numbers.tanh ? Math.tanh(values[i]) : values[i];
    const named = from ? quantitySymbol(from.name, from.start, subject) : `${letter}_0`;
    const shown = [
      operand(operandAt(gate, 0), share, subject, open),
      from ? operand(operandAt(from, 0), values[i], subject, open) : number(named, values[i]),
    ];
    const [g, v] = [gate, from ?? { name }].map((source) => about(source.name, subject).symbol);
    return {
      from: named,
      product: (rest[i] ? 1 - share : share) * value,
      name: `${rest[i] ? `(1−${g})` : g} × ${numbers.tanh ? `tanh(${v})` : v}`,
      of: {
        parts: [
          ...(rest[i] ? ['(1 −', shown[0], ')'] : [shown[0]]),
          '×',
          ...(numbers.tanh ? ['tanh(', shown[1], ')'] : [shown[1]]),
        ],
        compute: ([open, through]) => (rest[i] ? 1 - open : open) * (numbers.tanh ? Math.tanh(through) : through),
      },
    };
  });
  // Each product on a line of its own, in the digits that their sum needs.
  const lines = [];
  const products = parts.map(({ product, name: named, of }) => ({
    value: product,
    of,
    draw: (text, nodes) => {
      const line = [...nodes, h('span.equals', {}, sign('='), plain(named, term(text)))];
      lines.push(h('p.worked', { 'data-equation': '' }, ...line));
      return plain(named, term(text));
    },
  }));
  const added = (values) => values.reduce((total, value) => total + value, 0),
    last =
      parts.length > 1
        ? result(
            products.flatMap((part, i) => (i ? ['+', part] : [part])),
            added,
            payload,
            subject,
          )
        : result(parts[0].of.parts, parts[0].of.compute, payload, subject);
  return [
    h('p.note', {}, t(`calculator.gated_${key}`)),
    ...(sources.value0 ? [] : [h('p.note', {}, t('calculator.empty_state'))]),
    ...lines,
    last,
    compared(added(parts.map(({ product }) => product)), payload),
    ...(rest.some(Boolean)
      ? [
          between(gates[0], {
            before: { value: values[0], name: parts[0].from },
            candidate: { value: values[1], name: parts[1].from },
            now: { value: payload.facts.value, name: quantitySymbol(name, payload.facts.index, subject) },
          }),
        ]
      : []),
  ];
}

const share = ([power, all]) => power / all;

/** A weight among all words of the source. */
export function softmax(payload, subject, open, choose) {
  const {
      facts,
      arrays: {
        x: { data: scores },
        row: { data: weights },
      },
    } = payload,
    { at } = facts.numbers,
    source = facts.sources.x;
  const powers = [...scores].map(Math.exp),
    all = powers.reduce((sum, value) => sum + value, 0);
  const names = [t('calculator.mask_key'), 's', 'exp(s)', t('calculator.mask_weight')];
  const lines = subject.pieces.source.map((piece, i) => {
    const { nodes, last } = worked({
      parts: [silent('exp('), { value: scores[i] }, silent(')')],
      compute: ([score]) => Math.exp(score),
      result: { value: powers[i], write: magnitude },
    });
    return h(
      'tr',
      { 'data-equation': '' },
      h(
        'th',
        { scope: 'row' },
        h(
          'button',
          { type: 'button', 'aria-pressed': String(i === at), onclick: () => choose(i) },
          pieceElement(piece),
        ),
      ),
      h('td', {}, ...nodes),
      h('td', {}, silent('='), last),
      h('td', {}, percent(weights[i])),
    );
  });
  return [
    h('p.note', {}, t('calculator.softmax_words', { count: scores.length })),
    keyTable(names, lines, at),
    equation(h('p.worked'), {
      parts: [sign('exp('), operand(operandAt(source, at), scores[at], subject, open), ')'],
      compute: ([score]) => Math.exp(score),
      result: number('exp(e)', powers[at], magnitude),
    }),
    result(
      [powerOfE(scores[at], powers[at]), '÷', number(t('calculator.sum_of', { count: scores.length }), all, magnitude)],
      share,
      payload,
      subject,
      percent,
    ),
    compared(powers[at] / all, payload),
  ];
}
