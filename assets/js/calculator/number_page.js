// One number: how its operands give it. One way of drawing for each operation of vit_core/provenance.

import { range } from '../core/barcode.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { digits, t } from '../core/text.js';
import { normalise, parameter, scaled, sinusoid } from './origins.js';
import { compared, constant, number, operand, result, side } from './parts.js';
import { called, operandAt, symbol } from './quantities.js';
import { dots, gated, head, softmax } from './step_pages.js';
import { sign, strip, Terms } from './terms.js';

/**
 * The page of a number. `open({ name, index })` goes on to an operand, `choose(i)` to another number of the same row, where the page draws
 * the row.
 */
export function numberPage(payload, subject, open, choose) {
  const { facts, arrays } = payload,
    above = arrays.row ? head(payload, subject, choose) : [];
  return h('div.number-page', {}, ...above, ...OPERATIONS[facts.operation](payload, subject, open, choose));
}

function dot(payload, subject, open) {
  const { numbers } = payload.facts;
  const terms = new Terms({
    a: side('a', payload, subject, open),
    b: side('b', payload, subject, open),
    name: 'calculator.terms',
  });
  const sum = [number('Σ', terms.sum)],
    single = (role, letter) => constant(role, letter, payload, subject, open);
  if ('bias' in numbers) sum.push(sign('+'), single('bias', t('calculator.bias')));
  if ('divisor' in numbers) sum.push(sign('÷'), number('√d', numbers.divisor));
  if ('gamma' in numbers) sum.push(sign('×'), single('gamma', 'γ'));
  const total = ((terms.sum + (numbers.bias ?? 0)) / (numbers.divisor ?? 1)) * (numbers.gamma ?? 1);
  return [
    h('p.note', {}, t('calculator.dot', { count: terms.products.length })),
    terms.element,
    result(sum, payload, subject),
    compared(total, payload),
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
    { low, high } = range(x);
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
        sign('('),
        operand(from, x[at], subject, open),
        sign('−'),
        number('μ', n.mean),
        sign(') ÷'),
        number('σ', spread),
        sign('×'),
        constant('weight', 'g', payload, subject, open),
        sign('+'),
        constant('bias', 'b', payload, subject, open),
      ],
      payload,
      subject,
    ),
    compared(((x[at] - n.mean) / spread) * n.weight + n.bias, payload),
  ];
}

function sum(payload, subject, open) {
  const { facts, arrays } = payload,
    used = arrays.used.data;
  const rows = [...arrays.parts.data].map((value, i) => {
    const { name, start } = facts.sources[i],
      part = { name, index: start };
    return h(
      'li',
      {},
      used[i] ? (i ? sign('+') : null) : sign('✕'),
      operand(part, value, subject, open, used[i] ? '' : 'off'),
      h(
        'span.note',
        {},
        used[i] ? called(name, start, subject) : t('calculator.switched_off', { what: called(name, start, subject) }),
      ),
    );
  });
  const total = arrays.parts.data.reduce((before, value, i) => before + value * used[i], 0);
  return [
    h('p.note', {}, t(`calculator.${facts.name.endsWith('tokens') ? 'sum_tokens' : subject.cell ? 'sum_fit' : 'sum'}`)),
    h('ul.parts', {}, ...rows),
    h('p.worked.total', {}, sign('='), number(symbol(facts.name, facts.index, subject), facts.value)),
    compared(total, payload),
  ];
}

function activation(payload, subject, open) {
  const { facts, arrays } = payload,
    x = arrays.x.data[0],
    from = { name: facts.sources.x.name, index: facts.sources.x.start };
  return [
    h('p.note', {}, t(`calculator.act_${facts.act}`)),
    h(
      'p.worked.total',
      {},
      sign(`${ACTIVATIONS[facts.act]}(`),
      operand(from, x, subject, open),
      sign(') ='),
      number(symbol(facts.name, facts.index, subject), facts.value),
    ),
    curve(arrays.curve_x.data, arrays.curve_y.data, x, facts.value),
  ];
}

const ACTIVATIONS = { gelu: 'GELU', gelu_tanh: 'GELU', relu: 'ReLU', silu: 'SiLU', tanh: 'tanh', sigmoid: 'σ' };

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
