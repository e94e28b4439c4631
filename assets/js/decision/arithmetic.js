// The arithmetic behind one bar: its probability from its logit, its logit from what the head reads. Every number comes from the server.

import { h, onWidth } from '../core/dom.js';
import { explain } from '../core/explain.js';
import { state } from '../core/state.js';
import { digits, html, percent, t, whole } from '../core/text.js';
import { drawBarcode, range, tellSlider, walk } from '../core/barcode.js';
import { nameOf } from '../core/class_names.js';
import { magnitude, signed, thousandths } from './numbers.js';

const HEIGHT = 92;

export class Arithmetic {
  pointed = null;
  index;
  shown;
  terms;
  payload;

  title = h('h3');
  share = h('p.sum', { 'data-told': true });
  score = h('p.sum');
  canvas = h('canvas', { tabindex: '0', role: 'slider', 'aria-valuemin': 1 });
  high = h('span.high', { translate: 'no' });
  low = h('span.low', { translate: 'no' });
  reading = h('p.note.reading', { 'data-told': true });
  figure = h('div.logit-products', {}, this.high, this.low, h('div.strip-box', {}, this.canvas));
  element = h('section.class-arithmetic.card', {}, this.title, this.share, this.score, this.figure, this.reading);

  constructor() {
    walk(this.canvas, () => this.terms?.arrays.terms.data.length || 0, {
      point: (place) => {
        this.pointed = place;
        this.read();
      },
      choose: (place) => this.explain(place),
    });
    onWidth(this.figure, () => this.paint());
  }

  /** Where a number that the head reads comes from; the mean of the patches, which some heads read too, stands in no one token. */
  explain(place) {
    const d = state.look.d_model,
      j = this.terms.arrays.order.data[place];
    const token = state.look.prefix.indexOf(this.shown.facts.parts[Math.floor(j / d)]);
    if (token >= 0) explain('ln_final', [token, j % d], { look: state.look });
  }

  /** The probability of a class from its logit; known at once. Its terms may arrive later, the old ones stay dimmed until then. */
  show(payload, names, index) {
    this.index = index;
    this.shown = payload;
    const { arrays, facts } = payload,
      logit = arrays.logits.data[index],
      p = percent(arrays.probabilities.data[index]);
    this.title.innerHTML = html('decision.how', { name: nameOf(names, index), probability: p });
    const power = (value) => h('span', {}, 'e', h('sup', {}, value));
    const known = facts.sum_exp !== null,
      top = [power(thousandths(logit)), ...(known ? [` = ${magnitude(arrays.exponentials.data[index])}`] : [])],
      all = [known ? magnitude(facts.sum_exp) : power(thousandths(facts.log_sum_exp))];
    this.share.replaceChildren(
      cell('', 'p', [h('var', {}, 'p')], [p]),
      cell('=', 'logit', [power(t('decision.word_logit'))], top),
      cell(
        '÷',
        'all',
        ['Σ ', power(t('decision.word_logit'))],
        all,
        t('decision.over_classes', { classes: facts.classes }),
      ),
    );
    // The same class of another photo has other terms.
    this.figure.classList.toggle('waiting', this.terms?.facts.class !== index || this.payload !== payload);
  }

  /** The products that make the logit. */
  load(terms) {
    if (this.terms !== terms) {
      this.terms = terms;
      this.pointed = null;
    }
    this.payload = this.shown;
    this.figure.classList.remove('waiting');
    this.speak();
    this.paint();
  }

  speak() {
    if (!this.terms) return;
    const { facts, arrays } = this.terms,
      count = arrays.terms.data.length,
      { low, high } = range(arrays.terms.data);
    this.score.replaceChildren(
      cell('', 'logit', [t('decision.word_logit')], [this.opener(facts)]),
      cell(
        '=',
        'products',
        ['Σ ', h('var', {}, 'w'), '·', h('var', {}, 'x')],
        [
          h('span.plus', {}, signed(facts.positive)),
          ' ',
          h('span.minus', {}, signed(facts.negative)),
          ` = ${thousandths(facts.sum)}`,
        ],
        t('decision.over_products', { count: whole(count) }),
      ),
      cell('+', 'bias', [h('var', {}, 'b')], [digits(facts.bias)]),
    );
    [this.high.textContent, this.low.textContent] = [signed(high), signed(low)];
    this.canvas.setAttribute(
      'aria-label',
      t('decision.products_label', { count, positive: signed(facts.positive), negative: signed(facts.negative) }),
    );
    this.read();
  }

  /** The logit as a button: the calculator works it out. */
  opener({ class: index, logit }) {
    return h(
      'button.opens',
      { type: 'button', title: t('calculator.open'), onclick: () => explain('logits', [index], { look: state.look }) },
      thousandths(logit),
    );
  }

  /** The product under the pointer, or what there is to see. */
  read() {
    if (!this.terms) return;
    const { inputs, weights, terms, order } = this.terms.arrays;
    if (this.pointed === null) this.reading.innerHTML = html('decision.products_hint', { count: terms.data.length });
    else {
      const j = order.data[this.pointed];
      this.reading.textContent = t('decision.product', {
        j: j + 1,
        x: thousandths(inputs.data[j]),
        w: thousandths(weights.data[j]),
        product: signed(terms.data[j]),
      });
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

/** A sign, then a symbol over its numbers; pointing at it lights up the same numbers elsewhere on the screen (see decision.css). */
function cell(sign, of, symbol, numbers, small = '') {
  const light = (on) => (event) => event.currentTarget.closest('.decision').toggleAttribute(`data-lit-${of}`, on);
  return h(
    'span.operand',
    {},
    sign ? h('span.sign', {}, sign) : null,
    h(
      'span.cell',
      { onpointerenter: light(true), onpointerleave: light(false) },
      h('span.symbol', {}, ...symbol, small ? h('small', {}, ` ${small}`) : null),
      h('span.number', {}, ...numbers),
    ),
  );
}
