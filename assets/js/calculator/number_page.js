// One number: how its operands give it. One way of drawing for each operation of vit_core/provenance.

import { range } from '../core/barcode.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { digits, t } from '../core/text.js';
import { normalise, parameter, scaled, sinusoid } from './origins.js';
import { compared, number, operand, result } from './parts.js';
import { about, called, operandAt, symbol } from './quantities.js';
import { numberButton, sign, strip, Terms } from './terms.js';

/** The page of a number. `open({ name, index })` goes on to an operand. */
export function numberPage(payload, subject, open) {
  const { facts } = payload;
  return h('div.number-page', {}, ...OPERATIONS[facts.operation](payload, subject, open));
}

/** One side of a product: every number with a source is a button. */
function side(role, { facts, arrays }, subject, open) {
  const source = facts.sources[role], values = arrays[role].data;
  if (!source) return { values, colour: role === 'b' ? 'ink-3' : 'ink-2', symbol: () => (role === 'b' ? 'w' : 'x'), open: null };
  const { learned, colour, symbol: letter } = about(source.name, subject);
  const at = (i) => operandAt(source, i);
  return {
    values, colour, learned,
    symbol: (i) => (i === undefined || learned ? letter : symbol(at(i).name, at(i).index)),
    open: (i) => open(at(i)),
    title: (i) => (learned ? t('calculator.learned') : called(at(i).name, at(i).index, subject)),
  };
}

/** A single number that an operation needs, a button where it was learned. */
function constant(role, letter, { facts: { numbers, sources } }, subject, open) {
  const source = sources[role];
  if (!source) return number(letter, numbers[role]);
  return numberButton({
    symbol: letter, value: digits(numbers[role]), colour: 'ink-3', learned: true, title: t('calculator.learned'), open: () => open({ name: source.name, index: source.start }),
  });
}

function dot(payload, subject, open) {
  const { numbers } = payload.facts;
  const terms = new Terms({ a: side('a', payload, subject, open), b: side('b', payload, subject, open), name: 'calculator.terms' });
  const sum = [number('Σ', terms.sum)], single = (role, letter) => constant(role, letter, payload, subject, open);
  if ('bias' in numbers) sum.push(sign('+'), single('bias', t('calculator.bias')));
  if ('divisor' in numbers) sum.push(sign('÷'), number('√d', numbers.divisor));
  if ('gamma' in numbers) sum.push(sign('×'), single('gamma', 'γ'));
  const total = ((terms.sum + (numbers.bias ?? 0)) / (numbers.divisor ?? 1)) * (numbers.gamma ?? 1);
  return [h('p.note', {}, t('calculator.dot', { count: terms.products.length })), terms.element, result(sum, payload), compared(total, payload)];
}

function norm(payload, subject, open) {
  const { facts, arrays } = payload, { numbers: n } = facts, source = facts.sources.x, at = n.at;
  const x = arrays.x.data, from = operandAt(source, at), spread = Math.sqrt(n.variance + n.eps), { low, high } = range(x);
  const figure = strip(x, at, (i) => open(operandAt(source, i)), t('calculator.norm_figure', { low: digits(low), high: digits(high) }));
  return [
    h('p.note', {}, t('calculator.norm', { count: x.length })), figure,
    result([sign('('), operand(from, x[at], subject, open), sign('−'), number('μ', n.mean), sign(') ÷'),
      number('σ', spread), sign('×'), constant('weight', 'g', payload, subject, open), sign('+'), constant('bias', 'b', payload, subject, open)], payload),
    compared(((x[at] - n.mean) / spread) * n.weight + n.bias, payload),
  ];
}

function sum(payload, subject, open) {
  const { facts, arrays } = payload, used = arrays.used.data;
  const rows = [...arrays.parts.data].map((value, i) => {
    const { name, start } = facts.sources[i], part = { name, index: start };
    return h('li', {}, used[i] ? (i ? sign('+') : null) : sign('✕'), operand(part, value, subject, open, used[i] ? '' : 'off'),
      h('span.note', {}, used[i] ? called(name, start, subject) : t('calculator.switched_off', { what: called(name, start, subject) })));
  });
  const total = arrays.parts.data.reduce((before, value, i) => before + value * used[i], 0);
  return [h('p.note', {}, t(facts.name.endsWith('tokens') ? 'calculator.sum_tokens' : 'calculator.sum')), h('ul.parts', {}, ...rows), h('p.worked.total', {}, sign('='), number(symbol(facts.name, facts.index), facts.value)), compared(total, payload)];
}

function activation(payload, subject, open) {
  const { facts, arrays } = payload, x = arrays.x.data[0], from = { name: facts.sources.x.name, index: facts.sources.x.start };
  return [
    h('p.note', {}, t(`calculator.act_${facts.act}`)),
    h('p.worked.total', {}, sign(`${ACTIVATIONS[facts.act]}(`), operand(from, x, subject, open), sign(') ='), number(symbol(facts.name, facts.index), facts.value)),
    curve(arrays.curve_x.data, arrays.curve_y.data, x, facts.value),
  ];
}

const ACTIVATIONS = { gelu: 'GELU', gelu_tanh: 'GELU', relu: 'ReLU', silu: 'SiLU' };

/** The activation's curve, and the number as a point on it. */
function curve(xs, ys, x, y) {
  const canvas = h('canvas', { role: 'img', 'aria-label': t('calculator.act_figure', { x: digits(x), y: digits(y) }) }), box = h('div.terms-box', {}, canvas), HEIGHT = 150;
  onWidth(box, (width) => {
    canvas.style.height = `${HEIGHT}px`;
    const context = sharp(canvas, width, HEIGHT), reach = xs.at(-1), low = Math.min(...ys, 0), high = ys.at(-1);
    const px = (value) => width / 2 + (value / reach) * (width / 2 - 8), py = (value) => HEIGHT - 12 - ((value - low) / (high - low)) * (HEIGHT - 24);
    const line = (colour, wide, points) => {
      context.strokeStyle = ink(colour);
      context.lineWidth = wide;
      context.beginPath();
      points.forEach(([u, v]) => context.lineTo(px(u), py(v)));
      context.stroke();
    };
    line('line', 1, [[-reach, 0], [reach, 0]]);
    line('line', 1, [[0, low], [0, high]]);
    line('residual', 2, [...xs].map((u, i) => [u, ys[i]]));
    context.fillStyle = ink('query');
    context.beginPath();
    context.arc(px(x), py(y), 5, 0, 2 * Math.PI);
    context.fill();
  });
  return box;
}

const OPERATIONS = { dot, norm, sum, activation, normalise, scaled, sinusoid, parameter };
