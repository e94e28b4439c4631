// One head's answer to one query, worked out: q·k, ÷ √d, softmax, × V, Σ = head. Another key or another number of head is chosen here without asking anyone.

import { argmax } from '../core/argmax.js';
import { h } from '../core/dom.js';
import { formulaElement } from '../core/formula.js';
import { equation, sign, term } from '../core/equation.js';
import { digits, html, magnitude, percent, t, told } from '../core/text.js';
import { NO_KEYS, rowPeak } from '../instrument/scale.js';
import { makeTile } from '../instrument/tiles.js';
import { maskTable } from './mask_step.js';
import { attentionOf } from './subject.js';
import { number, numberButton, plain, powerOfE, strip, Terms, weight } from './terms.js';
import { called, quantitySymbol } from './quantities.js';

const quotient = ([above, below]) => above / below;

export class RowPage {
  rows;
  facts;
  subject;
  of;
  at;
  open;
  choose;
  keys;
  d;
  key;
  dim;
  axis;
  tile;
  element;
  names;

  head = h('p.note');
  steps = h('ol.steps');

  /**
   * `of` is the quantity asked for, at: { head, query, key, dim }; key and dim may be null. `open({ name, index })` goes on to an operand,
   * `choose({ key, dim })` hears what was chosen here; `unscale(off)` switches √d, where that can be done.
   */
  constructor(payload, subject, of, at, { open, unscale, choose }) {
    const { arrays, facts } = payload;
    const rows = Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));
    this.rows = rows;
    this.facts = facts;
    this.subject = subject;
    this.of = of;
    this.at = at;
    this.open = open;
    this.choose = choose;
    this.keys = rows.scores.length;
    this.d = rows.q.length;
    this.key = at.key ?? argmax(rows.weights);
    this.dim = at.dim ?? argmax(rows.z, Math.abs);
    this.axis = subject.axisOf(of, 'key');
    this.tile = makeTile(this.axis, subject.picture);
    this.tile.paint(
      rows.weights,
      rowPeak(rows.weights, NO_KEYS, this.axis.first),
      NO_KEYS,
      rows.allowed && ((key) => !rows.allowed[key]),
    );
    this.tile.element.addEventListener('click', (event) => this.chooseKey(this.tile.keyAt(event)));
    this.element = h(
      'div.row-page',
      {},
      h(
        `div.row-top.over-${this.axis.kind}`,
        {},
        this.tile.element,
        h(
          'div',
          {},
          this.head,
          h('p.note', {}, t(`calculator.choose_${this.axis.kind}`)),
          this.prefixButtons(),
          unscale ? this.rootSwitch(unscale) : null,
        ),
      ),
      this.steps,
    );
    this.build();
  }

  prefixButtons() {
    return h(
      'div.prefix-tokens',
      {},
      ...this.axis.prefix.map((name, key) =>
        h('button.prefix-token', { type: 'button', onclick: () => this.chooseKey(key) }, name),
      ),
    );
  }

  rootSwitch(unscale) {
    const input = h('input', { type: 'checkbox', role: 'switch', onchange: () => unscale(!input.checked) });
    input.checked = this.facts.divisor !== 1;
    return h('label.switch', {}, input, told(h('span'), 'calculator.scale', {}));
  }

  chooseKey(key) {
    if (key === null) return;
    this.key = key;
    this.choose({ key });
    this.build();
  }
  chooseDim(dim) {
    this.dim = dim;
    this.choose({ dim });
    this.build();
  }

  /** The full name of another quantity of the same attention. */
  full(kind, index) {
    return { name: this.of.name.replace(/\w+$/, kind), index };
  }

  build() {
    const { rows, facts, key, subject, at, of } = this,
      share = rows.weights[key];
    this.tile.point(key);
    this.names = {
      head: at.head + 1,
      layer: of.layer + 1,
      query: subject.token('token', at.query, of),
      key: subject.token('key', key, of),
      weight: percent(share),
    };
    this.head.innerHTML = html('calculator.row', this.names);
    this.element
      .querySelectorAll('.prefix-token')
      .forEach((button, token) => button.setAttribute('aria-pressed', String(token === key)));
    const products = this.products(),
      raw = products.sum,
      score = raw / facts.divisor,
      masked = rows.allowed && !rows.allowed[key];
    const shifted = facts.shift ? [h('p.note', {}, t('calculator.shift', { shift: digits(facts.shift) }))] : [];
    const mix = this.mix();
    this.steps.replaceChildren(
      this.step('dot_step', [products.element]),
      facts.divisor === 1
        ? this.step('unscaled_step', [])
        : this.step('scale_step', [
            equation(h('p.worked'), {
              parts: [number('q·k', raw), '÷', number(formulaElement(`√${this.d}`), facts.divisor)],
              compute: quotient,
              result: number('s', masked ? score : rows.scores[key]),
            }),
          ]),
      this.maskStep(masked, score),
      this.step('softmax_step', [
        ...shifted,
        strip(rows.weights.map(Math.sqrt), key, (i) => this.chooseKey(i), t('calculator.weights_figure')),
        equation(h('p.worked'), {
          parts: [
            powerOfE(rows.scores[key], rows.exponentials[key], facts.shift),
            '÷',
            number(t('calculator.sum_of', { count: this.keys }), facts.sum_exp, magnitude),
          ],
          compute: quotient,
          result: weight('A', share),
        }),
      ]),
      this.step('value_step', [
        strip(rows.z, this.dim, (i) => this.chooseDim(i), t('calculator.z_figure')),
        mix.element,
        equation(h('p.worked'), {
          parts: [number(t('calculator.sum_of', { count: this.keys }), mix.sum)],
          compute: ([sum]) => sum,
          result: this.answer([at.head, at.query, this.dim]),
        }),
      ]),
    );
  }

  /** The score through the mask; where there is none, that there is none, and why. */
  maskStep(masked, score) {
    const { rows, subject, of, key } = this;
    if (!rows.allowed) return this.step(subject.sentence ? `mask_none_${attentionOf(of)}` : 'mask_step', []);
    const through = masked
      ? [
          plain('s', digits(score)),
          sign('→'),
          h(
            'span.operand.closed.masked',
            {},
            h('span.symbol', {}, t('calculator.mask_no')),
            h('span.number', {}, '−∞'),
          ),
        ]
      : [plain('s', digits(score)), sign('→'), plain(t('calculator.mask_yes'), digits(score))];
    const why =
      attentionOf(of) === 'decoder' ? (masked ? 'mask_later' : 'mask_earlier') : masked ? 'mask_padding' : 'mask_word';
    return this.step(why, [
      h('p.worked', {}, ...through),
      maskTable({ ...rows, divisor: this.facts.divisor }, this.axis, key, (i) => this.chooseKey(i)),
    ]);
  }

  step(key, children) {
    const text = h('p');
    text.innerHTML = html(`calculator.${key}`, { ...this.names, d: this.d, count: this.keys, dim: this.dim + 1 });
    return h('li', {}, text, ...children);
  }

  /** A number of what the head brings, as a term. */
  answer(index) {
    const { name } = this.full('z', index),
      title = called(name, index, this.subject),
      its = quantitySymbol(name, index, this.subject);
    return {
      value: this.rows.z[index[2]],
      draw: (text) => numberButton({ symbol: its, value: term(text), colour: 'value', title }),
    };
  }

  /** The side of a product that is a row of q, k, v or weights; `index(i)` is where the i-th stands. */
  side(kind, values, colour, index) {
    const at = (i) => this.full(kind, index(i));
    return {
      values,
      colour,
      symbol: (i) =>
        i === undefined ? (kind === 'pattern' ? 'A' : kind) : quantitySymbol(at(i).name, at(i).index, this.subject),
      open: kind === 'pattern' ? null : (i) => this.open(at(i)),
      title: (i) => called(at(i).name, at(i).index, this.subject),
    };
  }

  products() {
    const { rows, d, key, at } = this;
    return new Terms({
      a: this.side('q', rows.q, 'query', (i) => [at.head, at.query, i]),
      b: this.side('k', rows.k.subarray(key * d, (key + 1) * d), 'key', (i) => [at.head, key, i]),
      name: 'calculator.qk_figure',
      total: true,
    });
  }

  /** Weights times one number of every value; pointing at a term points at its key on the photo. */
  mix() {
    const { rows, d, dim, at } = this;
    return new Terms({
      a: this.side('pattern', rows.weights, 'key', (i) => [at.head, at.query, i]),
      b: this.side(
        'v',
        Float32Array.from({ length: this.keys }, (_, s) => rows.v[s * d + dim]),
        'value',
        (i) => [at.head, i, dim],
      ),
      name: 'calculator.mix_figure',
      pinned: this.key,
      pointed: (key) => this.tile.point(key),
      pin: (key) => this.chooseKey(key),
    });
  }
}
