// One number: how its operands give it. One way of drawing for each operation of vit_core/provenance.

import { patchAxis } from '../core/axes.js';
import { range } from '../core/barcode.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { digits, html, t } from '../core/text.js';
import { picture } from '../core/wire.js';
import { operandAt, quantity, symbol, called } from './quantities.js';
import { numberButton, plain, sign, strip, Terms } from './terms.js';

const number = (text, value) => plain(text, digits(value));

/** The page of a number. `open({ name, index })` goes on to an operand. */
export function numberPage(payload, look, open) {
  const { facts } = payload;
  return h('div.number-page', {}, ...OPERATIONS[facts.operation](payload, look, open));
}

/** What the page's own sum of the terms comes to, beside what the model used: six digits, so that a difference would show. */
const compared = (total, { facts }) => h('p.note.used', {}, t('calculator.added_up', { sum: six(total), value: six(facts.value) }));
const six = (value) => value.toPrecision(6).replaceAll('-', '−');

/** One side of a product: values with a source are buttons, learned weights are read only. */
function side(role, { facts, arrays }, look, open) {
  const source = facts.sources[role], values = arrays[role].data;
  if (!source) return { values, colour: 'ink-2', symbol: () => 'x', open: null };
  const { learned, colour, symbol: letter } = quantity(source.name);
  const at = (i) => operandAt(source, i);
  return {
    values, colour,
    symbol: (i) => (i === undefined ? letter : learned ? letter : symbol(at(i).name, at(i).index)),
    open: learned ? null : (i) => open(at(i)),
    title: (i) => (learned ? t('calculator.learned') : called(at(i).name, at(i).index, look)),
  };
}

function dot(payload, look, open) {
  const { numbers } = payload.facts;
  const b = payload.facts.sources.b ? side('b', payload, look, open) : { values: payload.arrays.b.data, colour: 'ink-3', symbol: () => 'w', open: null };
  const terms = new Terms({ a: side('a', payload, look, open), b, name: 'calculator.terms' });
  const sum = [number('Σ', terms.sum)];
  if ('bias' in numbers) sum.push(sign('+'), number(t('calculator.bias'), numbers.bias));
  if ('divisor' in numbers) sum.push(sign('÷'), number('√d', numbers.divisor));
  if ('gamma' in numbers) sum.push(sign('×'), number('γ', numbers.gamma));
  const total = ((terms.sum + (numbers.bias ?? 0)) / (numbers.divisor ?? 1)) * (numbers.gamma ?? 1);
  return [h('p.note', {}, t('calculator.dot', { count: terms.products.length })), terms.element, result(sum, payload), compared(total, payload)];
}

const result = (parts, { facts }) => h('p.worked.total', {}, ...parts, sign('='), number(symbol(facts.name, facts.index), facts.value));

function norm(payload, look, open) {
  const { facts, arrays } = payload, { numbers: n } = facts, source = facts.sources.x, at = n.at;
  const x = arrays.x.data, from = operandAt(source, at), spread = Math.sqrt(n.variance + n.eps), { low, high } = range(x);
  const figure = strip(x, at, (i) => open(operandAt(source, i)), t('calculator.norm_figure', { low: digits(low), high: digits(high) }));
  return [
    h('p.note', {}, t('calculator.norm', { count: x.length })), figure,
    h('p.worked.total', {}, sign('('), operand(from, x[at], look, open), sign('−'), number('μ', n.mean), sign(') ÷'),
      number('σ', spread), sign('×'), number('g', n.weight), sign('+'), number('b', n.bias),
      sign('='), number(symbol(facts.name, facts.index), facts.value)),
    compared(((x[at] - n.mean) / spread) * n.weight + n.bias, payload),
  ];
}

function operand({ name, index }, value, look, open, extra = '') {
  const { learned, colour } = quantity(name);
  const button = numberButton({ symbol: symbol(name, index), value: digits(value), colour, open: learned ? null : () => open({ name, index }), title: called(name, index, look) });
  if (extra) button.classList.add(extra);
  return button;
}

function sum(payload, look, open) {
  const { facts, arrays } = payload, used = arrays.used.data;
  const rows = [...arrays.parts.data].map((value, i) => {
    const { name, start } = facts.sources[i], part = { name, index: start };
    return h('li', {}, used[i] ? (i ? sign('+') : null) : sign('✕'), operand(part, value, look, open, used[i] ? '' : 'off'),
      h('span.note', {}, used[i] ? called(name, start, look) : t('calculator.switched_off', { what: called(name, start, look) })));
  });
  const total = arrays.parts.data.reduce((before, value, i) => before + value * used[i], 0);
  return [h('p.note', {}, t(facts.name === 'tokens' ? 'calculator.sum_tokens' : 'calculator.sum')), h('ul.parts', {}, ...rows), h('p.worked.total', {}, sign('='), number(symbol(facts.name, facts.index), facts.value)), compared(total, payload)];
}

function activation(payload, look, open) {
  const { facts, arrays } = payload, x = arrays.x.data[0], from = { name: facts.sources.x.name, index: facts.sources.x.start };
  return [
    h('p.note', {}, t(`calculator.act_${facts.act}`)),
    h('p.worked.total', {}, sign(facts.act === 'relu' ? 'ReLU(' : 'GELU('), operand(from, x, look, open), sign(') ='), number(symbol(facts.name, facts.index), facts.value)),
    curve(arrays.curve_x.data, arrays.curve_y.data, x, facts.value),
  ];
}

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

function normalise(payload, look) {
  const { facts, arrays } = payload, [channel, y, x] = facts.index, { mean, std } = facts.numbers;
  const axis = patchAxis(look), cell = { left: `${(100 * (x + 0.5)) / look.size}%`, top: `${(100 * (y + 0.5)) / look.size}%` };
  const photo = h('div.pixel-photo', {}, h('img', { src: picture('seen', look), alt: '' }), h('span.pixel-mark', { style: cell }));
  photo.style.aspectRatio = `${axis.cols} / ${axis.rows}`;
  return [
    h('p.note', {}, t('calculator.normalise', { channel: t(`calculator.channel_${channel}`), x: x + 1, y: y + 1 })), photo,
    h('p.worked.total', {}, sign('('), number(t('calculator.brightness'), arrays.x.data[0]), sign('÷ 255 −'), number('μ', mean), sign(') ÷'),
      number('σ', std), sign('='), number(symbol(facts.name, facts.index), facts.value)),
    compared((arrays.x.data[0] / 255 - mean) / std, payload),
    h('p.lead.end', {}, t('calculator.end')),
  ];
}

function parameter({ facts }) {
  const end = h('p.lead.end');
  end.innerHTML = html('calculator.parameter');
  return [h('p.worked.total', {}, number(symbol(facts.name, facts.index), facts.value)), end];
}

const OPERATIONS = { dot, norm, sum, activation, normalise, parameter };
