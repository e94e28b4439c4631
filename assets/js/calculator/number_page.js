// One number: how its operands give it. One way of drawing for each operation of vit_core/provenance.

import { valueRange } from '../core/barcode.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { formulaElement } from '../core/formula.js';
import { equation, sign, worked } from '../core/equation.js';
import { digits, t } from '../core/text.js';
import { ACTIVATIONS } from './activations.js';
import { normalise, parameter, scaled, sinusoid } from './origins.js';
import { compared, constant, isUncounted, operand, ownNumber, result, side, uncounted } from './parts.js';
import { called, operandAt } from './quantities.js';
import { dots, gated, head, softmax } from './step_pages.js';
import { number, strip, Terms } from './terms.js';

/**
 * The page of a number. `open({ name, index })` goes on to an operand, `choose(i)` to another number of the same row, where the page draws
 * the row.
 */
export function numberPage(payload, subject, open, choose) {
  const { facts, arrays } = payload,
    above = arrays.row ? head(payload, subject, choose) : [],
    [says, ...more] = OPERATIONS[facts.operation](payload, subject, open, choose),
    off = isUncounted(facts) ? [h('p.note', {}, t('calculator.kept_off'))] : [];
  return h('div.number-page', {}, ...above, says, ...off, ...more);
}

function dot(payload, subject, open) {
  const { numbers } = payload.facts;
  const terms = new Terms({
    a: side('a', payload, subject, open),
    b: side('b', payload, subject, open),
    name: 'calculator.terms',
  });
  const single = (role, letter) => constant(role, letter, payload, subject, open),
    biased = 'bias' in numbers ? ['+', single('bias', t('calculator.bias'))] : [],
    closed = biased.length > 0 && ('divisor' in numbers || 'gamma' in numbers);
  const parts = [
    ...(closed ? ['('] : []),
    number('Σ', terms.sum),
    ...biased,
    ...(closed ? [')'] : []),
    ...('divisor' in numbers ? ['÷', number(formulaElement('√d_k'), numbers.divisor)] : []),
    ...('gamma' in numbers ? ['×', single('gamma', 'λ')] : []),
  ];
  const compute = (values) => {
    const rest = [...values],
      next = (role, otherwise) => (role in numbers ? rest.shift() : otherwise);
    return ((rest.shift() + next('bias', 0)) / next('divisor', 1)) * next('gamma', 1);
  };
  return [
    h('p.note', {}, t('calculator.dot', { count: terms.products.length })),
    terms.element,
    result(parts, compute, payload, subject),
    compared(compute([terms.sum, ...['bias', 'divisor', 'gamma'].flatMap((role) => numbers[role] ?? [])]), payload),
  ];
}

function norm(payload, subject, open) {
  const { facts, arrays } = payload,
    { numbers: n } = facts,
    source = facts.sources.x,
    at = n.at;
  const x = arrays.x.data,
    from = operandAt(source, at),
    spread = Math.sqrt(n.variance + n.eps),
    { low, high } = valueRange(x);
  const figure = strip(
    x,
    at,
    (i) => open(operandAt(source, i)),
    t('calculator.norm_figure', { low: digits(low), high: digits(high) }),
  );
  return [
    h('p.note', {}, t('calculator.norm', { count: x.length })),
    figure,
    result(
      [
        '(',
        operand(from, x[at], subject, open),
        '−',
        number('mean', n.mean),
        ') ÷',
        number('std', spread),
        '×',
        constant('weight', 'γ', payload, subject, open),
        '+',
        constant('bias', 'b', payload, subject, open),
      ],
      scaledAndShifted,
      payload,
      subject,
    ),
    compared(scaledAndShifted([x[at], n.mean, spread, n.weight, n.bias]), payload),
  ];
}

const scaledAndShifted = ([x, mean, spread, weight, bias]) => ((x - mean) / spread) * weight + bias;

function sum(payload, subject, open) {
  const { facts, arrays } = payload,
    used = arrays.used.data;
  const parts = [...arrays.parts.data].map((value, i) => {
    const { name, start } = facts.sources[i],
      what = called(name, start, subject),
      at = { name, index: start };
    if (!used[i])
      return h(
        'li.off',
        {},
        uncounted(at, value, subject, open),
        h('span.note', {}, t('calculator.switched_off', { what })),
      );
    const part = operand(at, value, subject, open),
      isFirst = !used.slice(0, i).some(Boolean);
    const draw = (text) => h('li', {}, isFirst ? null : sign('+'), part.draw(text), h('span.note', {}, what));
    return { ...part, draw };
  });
  const added = (values) => values.reduce((before, value) => before + value, 0),
    { nodes, equals, last } = worked({ parts, compute: added, result: ownNumber(payload, subject) });
  return [
    h('p.note', {}, t(`calculator.${whatIsAdded(facts, used, subject)}`)),
    h('div', { 'data-equation': '' }, h('ul.parts', {}, ...nodes), h('p.worked.total', {}, equals, last)),
    compared(added(arrays.parts.data.filter((_, i) => used[i])), payload),
  ];
}

/** The sentence of a sum: what it adds up to, and what of it is switched off. */
function whatIsAdded({ name }, used, { cell }) {
  const kind = name.endsWith('tokens') ? 'sum_tokens' : cell ? 'sum_fit' : 'sum';
  if (!used.every(Boolean)) return `${kind}_off`;
  return used.length > 1 ? kind : `${kind}_alone`; // a register has no position
}

function activation(payload, subject, open) {
  const { facts, arrays } = payload,
    x = arrays.x.data[0],
    from = { name: facts.sources.x.name, index: facts.sources.x.start },
    { name, compute } = ACTIVATIONS[facts.act];
  return [
    h('p.note', {}, t(`calculator.act_${facts.act}`)),
    equation(h('p.worked.total'), {
      parts: [sign(`${name}(`, `${facts.act}(`), operand(from, x, subject, open), ')'],
      compute: ([value]) => compute(value),
      result: ownNumber(payload, subject),
    }),
    curve(arrays.curve_x.data, arrays.curve_y.data, x, facts.value),
  ];
}

/** The activation's curve, and the number as a point on it. */
function curve(xs, ys, x, y) {
  const canvas = h('canvas', { role: 'img', 'aria-label': t('calculator.act_figure', { x: digits(x), y: digits(y) }) }),
    box = h('div.terms-box', {}, canvas),
    HEIGHT = 150;
  onWidth(box, (width) => {
    const context = sharp(canvas, width, HEIGHT),
      reach = xs.at(-1),
      low = Math.min(...ys, 0),
      high = ys.at(-1);
    const px = (value) => width / 2 + (value / reach) * (width / 2 - 8),
      py = (value) => HEIGHT - 12 - ((value - low) / (high - low)) * (HEIGHT - 24);
    const line = (colour, wide, points) => {
      context.strokeStyle = ink(colour);
      context.lineWidth = wide;
      context.beginPath();
      points.forEach(([u, v]) => context.lineTo(px(u), py(v)));
      context.stroke();
    };
    line('line', 1, [
      [-reach, 0],
      [reach, 0],
    ]);
    line('line', 1, [
      [0, low],
      [0, high],
    ]);
    line(
      'residual',
      2,
      [...xs].map((u, i) => [u, ys[i]]),
    );
    context.fillStyle = ink('query');
    context.beginPath();
    context.arc(px(x), py(y), 5, 0, 2 * Math.PI);
    context.fill();
  });
  return box;
}

const OPERATIONS = { dot, dots, norm, softmax, sum, gated, activation, normalise, scaled, sinusoid, parameter };
