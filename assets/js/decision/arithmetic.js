// The arithmetic behind one bar: its probability from its logit, its logit from what the head reads. Every number comes from the server.

import { takeable } from '../core/figure.js';
import { h, onWidth } from '../core/dom.js';
import { equation, given, inline, raised, sign, silent, term } from '../core/equation.js';
import { explain } from '../core/explain.js';
import { state } from '../core/state.js';
import { steady } from '../core/steady.js';
import { digits, html, magnitude, percent, t, told, whole } from '../core/text.js';
import { drawBarcode, valueRange, tellSlider, walk } from '../core/barcode.js';
import { nameOf } from '../core/class_names.js';
import { signedNumber, thousandths } from './numbers.js';

const HEIGHT = 92;

export class Arithmetic {
  pointed = null;
  index;
  shown;
  terms;
  payload;

  title = h('h3', { 'data-told': true });
  share = h('p.sum');
  score = h('p.sum');
  canvas = h('canvas', { tabindex: '0', role: 'slider', 'aria-valuemin': 1 });
  high = h('span.high', { translate: 'no' });
  low = h('span.low', { translate: 'no' });
  reading = steady(h('p.note.reading', { 'data-told': true }));
  figure = h('div.logit-products', {}, this.high, this.low, h('div.strip-box', {}, this.canvas));
  element = takeable(
    h('section.class-arithmetic.card', {}, this.title, this.share, this.score, this.figure, this.reading),
    () => this.terms,
  );

  constructor() {
    walk(this.canvas, () => this.terms?.arrays.terms.data.length ?? 0, {
      point: (place) => {
        this.pointed = place;
        this.read();
      },
      open: (place) => this.explain(place),
    });
    onWidth(this.figure, () => this.paint());
  }

  /**
   * Where a number that the head reads comes from: the mean of the patches stands in no one token, unless it is normalised itself, as the
   * only row there is then.
   */
  explain(place) {
    const { d_model: d, norm_of_mean: only, prefix } = state.photoQuery,
      j = this.terms.arrays.order.data[place];
    const token = only ? 0 : prefix.indexOf(this.shown.facts.parts[Math.floor(j / d)]);
    if (token >= 0) explain('ln_final', [token, j % d], { photoQuery: state.photoQuery });
  }

  /** The probability of a class from its logit; known at once. Its terms may arrive later, the old ones stay dimmed until then. */
  show(payload, names, index) {
    this.index = index;
    this.shown = payload;
    const { arrays, facts } = payload,
      logit = arrays.logits.data[index],
      p = facts.numbers ? digits(logit) : percent(arrays.probabilities.data[index]);
    this.title.innerHTML = html('decision.how', { name: nameOf(names, index), probability: p });
    // The same class of another photo has other terms.
    this.figure.toggleAttribute('data-waiting', this.terms?.facts.class !== index || this.payload !== payload);
    this.share.hidden = Boolean(facts.numbers);
    if (facts.numbers) return; // what is not weighed is the answer itself
    const probability = {
      value: arrays.probabilities.data[index],
      write: percent,
      draw: (text) => cell('p', [h('var', {}, 'p')], [term(text)]),
    };
    const power = () => raised('e', [t('decision.word_logit')]);
    const known = facts.sum_exp !== null,
      over = (numbers) => cell('all', ['Σ ', power()], numbers, t('decision.over_classes', { classes: facts.classes }));
    if (facts.each) {
      const below = (text) => cell('logit', ['1 + ', raised('e', ['−', t('decision.word_logit')])], [term(text)]);
      equation(this.share, {
        leads: true,
        parts: [
          given(1),
          '÷',
          { value: 1 + (arrays.exponentials.data[index] ?? Math.exp(-logit)), write: magnitude, draw: below },
        ],
        compute: ([one, all]) => one / all,
        result: probability,
      });
    } else
      equation(this.share, {
        leads: true,
        parts: known
          ? [
              {
                value: arrays.exponentials.data[index],
                write: magnitude,
                of: eTo(logit),
                draw: (text, [exp, exponent, end]) =>
                  cell('logit', [power()], [equals(exp, raised('e', [exponent]), end, sign(' = '), term(text))]),
              },
              '÷',
              { value: facts.sum_exp, write: magnitude, draw: (text) => over([term(text)]) },
            ]
          : [
              // Powers too large to be written out.
              silent('exp('),
              {
                value: logit,
                write: thousandths,
                draw: (text) => cell('logit', [power()], [raised('e', [term(text)])]),
              },
              silent('-'),
              h('span.sign', {}, '÷'),
              { value: facts.log_sum_exp, write: thousandths, draw: (text) => over([raised('e', [term(text)])]) },
              silent(')'),
            ],
        compute: ([top, all]) => (known ? top / all : Math.exp(top - all)),
        result: probability,
      });
  }

  /** The products that make the logit. */
  load(terms) {
    if (this.terms !== terms) {
      this.terms = terms;
      this.pointed = null;
    }
    this.payload = this.shown;
    this.figure.removeAttribute('data-waiting');
    this.speak();
    this.paint();
  }

  speak() {
    if (!this.terms) return;
    const { facts, arrays } = this.terms,
      bare = this.shown.facts.numbers > 0,
      count = arrays.terms.data.length,
      { low, high } = valueRange(arrays.terms.data);
    const added = ([one, other]) => one + other,
      coloured = (kind) => (text) => h(`span.${kind}`, {}, term(text));
    equation(this.score, {
      leads: true,
      parts: [
        {
          value: facts.sum,
          write: thousandths,
          of: {
            parts: [
              { value: facts.positive, write: signedNumber, draw: coloured('plus') },
              silent('+'),
              { value: facts.negative, write: signedNumber, draw: coloured('minus') },
            ],
            compute: added,
          },
          draw: (text, [plus, and, minus]) =>
            cell(
              'products',
              ['Σ ', h('var', {}, 'W'), '·', h('var', {}, 'y')],
              [equals(plus, and, ' ', minus, sign(' = '), term(text))],
              t('decision.over_products', { count: whole(count) }),
            ),
        },
        '+',
        { value: facts.bias, draw: (text) => cell('bias', [h('var', {}, 'b')], [term(text)]) },
      ],
      compute: added,
      result: {
        value: facts.logit,
        write: thousandths,
        draw: (text) =>
          cell('logit', [t(bare ? 'decision.word_output' : 'decision.word_logit')], [this.opener(facts.class, text)]),
      },
    });
    [this.high.textContent, this.low.textContent] = [signedNumber(high), signedNumber(low)];
    this.canvas.setAttribute(
      'aria-label',
      t(bare ? 'decision.products_label_number' : 'decision.products_label', {
        count,
        positive: signedNumber(facts.positive),
        negative: signedNumber(facts.negative),
      }),
    );
    this.read();
  }

  /** The logit as a button: the calculator works it out. */
  opener(index, logit) {
    return h(
      'button.opens',
      {
        type: 'button',
        title: t('calculator.open'),
        onclick: () => explain('logits', [index], { photoQuery: state.photoQuery }),
      },
      term(logit),
    );
  }

  /** The product under the pointer, or what there is to see. */
  read() {
    if (!this.terms) return;
    const { inputs, weights, terms, order } = this.terms.arrays;
    const hint = this.shown.facts.numbers ? 'decision.products_hint_number' : 'decision.products_hint';
    if (this.pointed === null) this.reading.innerHTML = html(hint, { count: terms.data.length });
    else {
      const j = order.data[this.pointed];
      const made = inline({
        parts: [{ value: inputs.data[j], write: thousandths }, '·', { value: weights.data[j], write: thousandths }],
        compute: ([x, w]) => x * w,
        result: { value: terms.data[j], write: signedNumber },
      });
      told(this.reading, 'decision.product', { j: j + 1, product: made });
    }
    tellSlider(this.canvas, this.pointed, terms.data.length, this.reading.textContent);
    this.paint();
  }

  paint() {
    const width = this.canvas.parentElement.clientWidth;
    if (!this.terms || !width) return;
    const { terms, order } = this.terms.arrays;
    drawBarcode(this.canvas, terms.data, { width, height: HEIGHT, order: order.data, lit: this.pointed ?? -1 });
  }
}

/** A power of e as an equation of its own, in the decimals of logits. */
const eTo = (logit) => ({
  parts: [silent('exp('), { value: logit, write: thousandths }, silent(')')],
  compute: ([exponent]) => Math.exp(exponent),
});
const equals = (...parts) => h('span', { 'data-equation': '' }, ...parts);

/** A symbol over its numbers; pointing at it lights up the same numbers elsewhere on the screen (see decision.css). */
function cell(of, symbol, numbers, small = '') {
  const light = (on) => (event) => event.currentTarget.closest('.decision').toggleAttribute(`data-lit-${of}`, on);
  return h(
    'span.cell',
    { onpointerenter: light(true), onpointerleave: light(false) },
    h('span.symbol', {}, ...symbol, small ? h('small', {}, ` ${small}`) : null),
    h('span.number', {}, ...numbers),
  );
}
