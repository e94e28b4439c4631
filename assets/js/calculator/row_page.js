// One head's answer to one query, worked out: q·k, ÷ √d, softmax, × V, Σ = z. Another key or another number of z is chosen here without asking anyone.

import { patchAxis } from '../core/axes.js';
import { h } from '../core/dom.js';
import { digits, html, percent, scientific, t } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { picture } from '../core/wire.js';
import { rowPeak } from '../instrument/scale.js';
import { makeTile } from '../instrument/tiles.js';
import { numberButton, plain, sign, strip, Terms } from './terms.js';
import { called, symbol } from './quantities.js';

const NOTHING = new Set();
/** A power of e, which may be large. */
const power = (value) => (value >= 1e6 ? scientific(value, 3) : digits(value));

export class RowPage {
  /** at: { layer, head, query, key, dim }; key and dim may be null. `open({ name, index })` goes on to an operand; `unscale(on)` switches √d. */
  constructor(payload, look, at, { open, unscale, choose }) {
    const { arrays, facts } = payload;
    const rows = Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));
    Object.assign(this, { rows, facts, look, at, open, choose });
    this.keys = rows.scores.length;
    this.d = rows.q.length;
    this.key = at.key ?? rows.weights.indexOf(Math.max(...rows.weights));
    this.dim = at.dim ?? [...rows.z.keys()].reduce((best, i) => (Math.abs(rows.z[i]) > Math.abs(rows.z[best]) ? i : best), 0);
    this.axis = patchAxis(look);
    this.tile = makeTile(this.axis, picture('seen', look));
    this.tile.paint(rows.weights, rowPeak(rows.weights, NOTHING, this.axis.first), NOTHING);
    this.tile.element.addEventListener('click', (event) => this.chooseKey(this.tile.keyAt(event)));
    this.head = h('p.note');
    this.steps = h('ol.steps');
    this.switch = h('input', { type: 'checkbox', role: 'switch', onchange: () => unscale(!this.switch.checked) });
    this.switch.checked = facts.divisor !== 1;
    this.element = h('div.row-page', {},
      h('div.row-top', {}, this.tile.element, h('div', {}, this.head, h('p.note', {}, t('calculator.choose_key')),
        ...this.prefixButtons(), h('label.switch', {}, this.switch, h('span', {}, t('calculator.scale'))))),
      this.steps);
    this.build();
  }

  prefixButtons() {
    return [h('div.prefix-tokens', {}, ...this.look.prefix.map((name, key) => h('button.prefix-token', { type: 'button', onclick: () => this.chooseKey(key) }, name)))];
  }

  chooseKey(key) { this.key = key; this.choose({ key }); this.build(); }
  chooseDim(dim) { this.dim = dim; this.choose({ dim }); this.build(); }

  full(kind, index) { return { name: `blocks.${this.at.layer}.attn.${kind}`, index }; }

  build() {
    const { rows, facts, key, look, at } = this, weight = rows.weights[key];
    this.tile.point(key);
    this.head.innerHTML = html('calculator.row', { head: at.head + 1, layer: at.layer + 1, query: tokenName(at.query, look), key: tokenName(key, look), weight: percent(weight) });
    this.element.querySelectorAll('.prefix-token').forEach((button, token) => button.setAttribute('aria-pressed', String(token === key)));
    const products = this.products(), raw = products.sum;
    const exponent = (score) => (facts.shift ? `${digits(score)} − ${digits(facts.shift)}` : digits(score));
    const e = (score) => h('span', {}, 'e', h('sup', {}, exponent(score)));
    const shifted = facts.shift ? [h('p.note', {}, t('calculator.shift', { shift: digits(facts.shift) }))] : [];
    const mix = this.mix();
    this.steps.replaceChildren(
      this.step('dot_step', [products.element]),
      facts.divisor === 1
        ? this.step('unscaled_step', [])
        : this.step('scale_step', [this.worked(plain('q·k', digits(raw)), sign('÷'), plain(`√${this.d}`, digits(facts.divisor)), sign('='), plain('s', digits(rows.scores[key])))]),
      this.step('mask_step', []),
      this.step('softmax_step', [...shifted, strip(rows.weights.map(Math.sqrt), key, (i) => this.chooseKey(i), t('calculator.weights_figure')),
        this.worked(plain(e(rows.scores[key]), power(rows.exponentials[key])), sign('÷'), plain(t('calculator.sum_of', { count: this.keys }), power(facts.sum_exp)), sign('='), plain('w', percent(weight)))]),
      this.step('value_step', [strip(rows.z, this.dim, (i) => this.chooseDim(i), t('calculator.z_figure')), mix.element,
        this.worked(plain(t('calculator.sum_of', { count: this.keys }), digits(mix.sum)), sign('='), this.number('z', [at.head, at.query, this.dim], rows.z[this.dim], 'value', false))]));
  }

  step(key, children) { const text = h('p'); text.innerHTML = html(`calculator.${key}`, { d: this.d, count: this.keys, dim: this.dim + 1 }); return h('li', {}, text, ...children); }

  worked(...parts) { return h('p.worked', {}, ...parts); }

  number(kind, index, value, colour, opens = true) {
    const { name } = this.full(kind, index);
    return numberButton({ symbol: symbol(name, index), value: digits(value), colour, open: opens && (() => this.open({ name, index })), title: called(name, index, this.look) });
  }

  /** The side of a product that is a row of q, k, v or weights; `index(i)` is where the i-th stands. */
  side(kind, values, colour, index) {
    const at = (i) => this.full(kind, index(i));
    return {
      values, colour,
      symbol: (i) => (i === undefined ? kind === 'pattern' ? 'w' : kind : symbol(at(i).name, at(i).index)),
      open: kind === 'pattern' ? null : (i) => this.open(at(i)),
      title: (i) => called(at(i).name, at(i).index, this.look),
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
      b: this.side('v', Float32Array.from({ length: this.keys }, (_, s) => rows.v[s * d + dim]), 'value', (i) => [at.head, i, dim]),
      name: 'calculator.mix_figure',
      pinned: this.key,
      pointed: (key) => this.tile.point(key),
      pin: (key) => this.chooseKey(key),
    });
  }
}
