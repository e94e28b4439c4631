// A sum of products, term by term: two rows of numbers, their products, and the one that is pointed at as a little calculation.

import { argmax } from '../core/argmax.js';
import { peakOf } from '../core/colours.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { atNumber } from '../core/formula.js';
import { drawBarcode } from '../core/barcode.js';
import { equation, raised, sign, silent, term } from '../core/equation.js';
import { probe } from '../core/probe.js';
import { digits, bindLabel, magnitude, percent, t } from '../core/text.js';

const BAND = 46;
const STRIP = 60;

/** The place of the product that gives most, for a start. */
const strongest = (products) => argmax(products, Math.abs);

/** A number that opens: a button with its symbol over its value (a text, or a `term` of an equation); one that was learned is told from those that were computed. */
export function numberButton({ symbol, value, colour, open = null, title = null, learned = false }) {
  const inside = [h('span.symbol', {}, atNumber(symbol)), h('span.number', {}, value)];
  const style = { color: `var(--${colour})` };
  if (!open) return h('span.operand.closed', { style, title }, ...inside);
  return h(
    learned ? 'button.operand-learned' : 'button.operand',
    { type: 'button', style, title, onclick: open },
    ...inside,
  );
}

/** A number with three significant digits, or what the mask makes of a score. */
export const real = (value) => (value === -Infinity ? '−∞' : digits(value));

/** A number that leads nowhere: its symbol over its value. */
export const plain = (symbol, value) => numberButton({ symbol, value, colour: 'ink' });

/** A term of an equation that is such a number. */
export const number = (symbol, value, write = undefined) => ({
  value,
  write,
  draw: (text) => plain(symbol, term(text)),
});

/** The same, printed under how it is worked out: `symbol(parts)` draws that. */
export const under = (symbol, { value, write, of }) => ({
  value,
  write,
  of,
  draw: (text, parts) => {
    const drawn = plain(symbol(parts), h('span', {}, silent('='), term(text)));
    drawn.setAttribute('data-equation', '');
    return drawn;
  },
});

/** e to the power of a score, from which the largest was taken off where they are large, over its value. */
export const powerOfE = (score, value, shift = 0) =>
  under((parts) => raised('e', parts), {
    value,
    write: magnitude,
    of: {
      parts: [silent('exp('), { value: score }, ...(shift ? [sign(' − '), { value: shift }] : []), silent(')')],
      compute: ([exponent, off = 0]) => Math.exp(exponent - off),
    },
  });

/** A weight, which prints as per cent. */
export const weight = (symbol, value) => number(symbol, value, percent);

/** A row of numbers in which one is lit and any can be chosen. */
export function strip(values, lit, choose, name) {
  const canvas = h('canvas', { 'aria-label': name }),
    box = h('div.terms-box', {}, canvas);
  const draw = (at) => {
    if (box.clientWidth) drawBarcode(canvas, values, { width: box.clientWidth, height: STRIP, lit: at });
  };
  probe(canvas, {
    grid: () => ({ cols: values.length, rows: 1 }),
    hover: (i) => draw(i ?? lit),
    choose,
    start: () => lit,
  });
  onWidth(box, () => draw(lit));
  return box;
}

export class Terms {
  a;
  b;
  pointed;
  pin;
  total;
  products;
  sum;
  pinned;
  element;
  at;

  canvas = h('canvas.terms');
  reading = h('p.worked', { 'data-told': true });

  /**
   * a and b: { values, colour, symbol(i), open(i) or null, title(i) }. `name` says what the figure is to a screen reader; `pointed(i)` hears which term is
   * on screen; `pinned` is the term to begin with, `pin(i)` hears which one was chosen; `total` writes the
   * sum beside it.
   * @param {object} sum
   * @param {Record<string, any>} sum.a
   * @param {Record<string, any>} sum.b
   * @param {string} sum.name
   * @param {(i: number) => void} [sum.pointed]
   * @param {number | null} [sum.pinned]
   * @param {(i: number) => void} [sum.pin]
   * @param {boolean} [sum.total]
   */
  constructor({ a, b, name, pointed = () => {}, pinned = null, pin = () => {}, total = false }) {
    this.a = a;
    this.b = b;
    this.pointed = pointed;
    this.pin = pin;
    this.total = total;
    this.products = Float64Array.from(a.values, (value, i) => value * b.values[i]);
    this.sum = this.products.reduce((total, value) => total + value, 0);
    this.pinned = pinned ?? strongest(this.products);
    bindLabel(this.canvas, 'aria-label', name);
    const bands = [a.symbol(), b.symbol(), `${a.symbol()} × ${b.symbol()}`].map((text) =>
      h('span', {}, atNumber(text)),
    );
    this.element = h(
      'div.terms-figure',
      {},
      h('div.band-names', {}, ...bands),
      h('div.terms-box', {}, this.canvas),
      this.reading,
    );
    probe(this.canvas, {
      grid: () => ({ cols: this.products.length, rows: 1 }),
      hover: (i) => this.show(i),
      choose: (i) => {
        this.pinned = i;
        this.pin(i);
        this.show(i);
      },
      start: () => this.pinned,
    });
    onWidth(this.canvas.parentElement, () => this.draw());
    this.show(null);
  }

  /** Show a term, or the chosen one. */
  show(i) {
    this.at = i ?? this.pinned;
    const { a, b, at } = this;
    const place = t('calculator.term_of', { place: at + 1, count: this.products.length });
    this.reading.replaceChildren(
      equation(h('span.one-product'), {
        parts: [this.operand(a), '×', this.operand(b)],
        compute: ([one, other]) => one * other,
        result: number(place, this.products[at]),
      }),
      ...(this.total
        ? [h('span.operand.closed.sum', {}, h('span.symbol', {}, 'Σ'), h('span.number', {}, digits(this.sum)))]
        : []),
    );
    this.pointed(at);
    this.draw();
  }

  operand(side) {
    const { at } = this;
    return {
      value: side.values[at],
      draw: (text) =>
        numberButton({
          symbol: side.symbol(at),
          value: term(text),
          colour: side.colour,
          open: side.open && (() => side.open(at)),
          title: side.title?.(at),
          learned: side.learned,
        }),
    };
  }

  draw() {
    const width = this.canvas.parentElement.clientWidth;
    if (!width) return;
    const rows = [
      [this.a.values, this.a.colour],
      [this.b.values, this.b.colour],
      [this.products, null],
    ];
    const context = sharp(this.canvas, width, BAND * rows.length),
      step = width / this.products.length,
      wide = Math.max(7, step);
    context.fillStyle = ink('sunken');
    context.fillRect((this.at + 0.5) * step - wide / 2, 0, wide, BAND * rows.length);
    rows.forEach(([values, colour], band) => {
      const middle = (band + 0.5) * BAND,
        peak = peakOf(values),
        scale = peak > 0 ? (BAND / 2 - 4) / peak : 0;
      context.fillStyle = ink('line');
      context.fillRect(0, middle - 0.5, width, 1);
      for (let i = 0; i < values.length; i++) {
        const tall = values[i] * scale;
        context.fillStyle = i === this.at ? ink('ink') : ink(colour ?? (tall < 0 ? 'minus' : 'plus'));
        context.fillRect(
          i * step,
          Math.min(middle, middle - tall),
          Math.max(i === this.at ? 2 : 0.7, step * 0.8),
          Math.max(0.5, Math.abs(tall)),
        );
      }
    });
  }
}
