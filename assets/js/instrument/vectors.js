// A token as the sum that made it, number under number: after E (or learned), plus position, is the token.

import { peakOf } from '../core/colours.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { bare, inline } from '../core/equation.js';
import { exact, exactTerm } from '../core/exact.js';
import { formulaElement } from '../core/formula.js';
import { shown } from '../core/held.js';
import { symbolOfPrefix } from '../core/notation.js';
import { on, state, update } from '../core/state.js';
import { steady } from '../core/steady.js';
import { digits, bindLabel, bindText, t, told } from '../core/text.js';
import { Units } from './units.js';

const BAND = 60;
const NAMES = ['content', 'position', 'tokens'];
const PARTS = ['c e x b', 'p', 'z'];

/** What stands before the strips of a token of a photo; to one without a place, as a register, nothing is added. */
export function patchSymbols(token, photoQuery, { placed }) {
  const name = photoQuery.prefix[token];
  return [name === undefined ? 'x_p E + b' : symbolOfPrefix(name), placed.data[token] ? '+ E_pos' : '+ 0', '= z_0'];
}

export class Vectors extends Units {
  formulas;
  first;
  symbols;
  ranges;
  hint;
  element;
  probe;
  arrays;
  token;
  values;

  canvas = h('canvas.bars');
  box = h('div.bars-box', {}, this.canvas);
  readout = steady(h('p.readout', { 'data-told': 'here' }));
  same = h('input', { type: 'checkbox', role: 'switch', onchange: () => update({ sameScale: this.same.checked }) });

  /**
   * `hover(number or null)` and `choose(number)` or `open(number)` hear of the pointer (core/probe.js); `hint` is the text under the strips. `symbols(token, photoQuery, arrays)` gives the three
   * formulas before them, `figure` the name of the figure, `first(number, content)` what the position is added to, as a sum's parts.
   */
  constructor({
    hover,
    choose = undefined,
    open = undefined,
    hint,
    figure = 'patches.vectors_figure',
    symbols = patchSymbols,
    first = /** @type {(number: number, content: number) => import('../core/equation.js').Sum} */ (
      (number, content) => ({ parts: [bare(content, exact)], compute: ([value]) => value })
    ),
  }) {
    super();
    this.formulas = symbols;
    this.first = first;
    bindLabel(this.canvas, 'aria-label', figure);
    this.symbols = NAMES.map((_, i) => h('span.symbol', { 'data-shows': PARTS[i] }));
    this.ranges = NAMES.map(() => h('span.range', { translate: 'no' }));
    this.hint = bindText(h('p.note'), hint, () => ({ d: this.photoQuery?.d_model ?? '' }));
    this.element = h(
      'div.vectors',
      {},
      h('div.symbols', {}, ...this.symbols),
      this.box,
      h('div.ranges', {}, ...this.ranges),
      this.readout,
      this.hint,
      h('label.switch', {}, this.same, bindText(h('span'), 'patches.same_scale')),
    );
    this.probe = this.listen(this.canvas, { hover, choose, open }, (units) => ({ cols: units, rows: 1 }));
    onWidth(this.box, () => this.draw());
    on('sameScale', () => this.draw());
  }

  /** Another model's vectors may be shorter: a number held or pointed at may not exist any more. */
  setPayload(photoQuery, { arrays }) {
    this.probe.forget();
    this.photoQuery = photoQuery;
    this.arrays = arrays;
    this.token = null;
    this.values = null;
    this.pointed = null;
    this.held = Math.min(this.held, photoQuery.d_model - 1);
    this.hint.respeak();
  }

  /** The numbers of one token: [content, position, token]. */
  rows(token = shown()) {
    const d = this.photoQuery.d_model;
    return NAMES.map((name) => this.arrays[name].data.subarray(token * d, (token + 1) * d));
  }

  show(token) {
    if (token === this.token) return;
    this.token = token;
    this.values = this.rows(token);
    this.formulas(token, this.photoQuery, this.arrays).forEach((formula, i) =>
      this.symbols[i].replaceChildren(formulaElement(formula)),
    );
    this.draw();
  }

  /** @override */
  draw() {
    const width = this.box.clientWidth;
    if (!this.values || !width) return;
    this.same.checked = state.sameScale;
    const height = 3 * BAND;
    const context = sharp(this.canvas, width, height),
      step = width / this.photoQuery.d_model;
    const peaks = this.values.map(peakOf),
      common = Math.max(...peaks);
    const [plus, minus, stream] = ['plus', 'minus', 'residual'].map(ink);
    this.mark(context, this.held, step, height, 'sunken', 9);
    if (this.pointed !== null) this.mark(context, this.pointed, step, height, 'line', 5);
    this.values.forEach((values, band) => {
      const middle = (band + 0.5) * BAND,
        peak = state.sameScale ? common : peaks[band];
      const scale = peak > 0 ? (BAND / 2 - 4) / peak : 0;
      context.fillStyle = ink('line');
      context.fillRect(0, middle - 0.5, width, 1);
      for (let i = 0; i < values.length; i++) {
        const tall = values[i] * scale;
        context.fillStyle = band === 2 ? stream : values[i] < 0 ? minus : plus;
        context.fillRect(
          i * step,
          tall > 0 ? middle - tall : middle,
          Math.max(0.7, step * 0.8),
          Math.max(0.5, Math.abs(tall)),
        );
      }
      this.ranges[band].textContent = t('patches.range', { range: digits(peak) });
    });
    this.tell();
  }

  /** A soft column behind one number, through all three rows. */
  mark(context, unit, step, height, colour, least) {
    context.fillStyle = ink(colour);
    const wide = Math.max(least, step);
    context.fillRect((unit + 0.5) * step - wide / 2, 0, wide, height);
  }

  tell() {
    const unit = this.pointed ?? this.held,
      [content, position, token] = this.values.map((values) => values[unit]);
    const { parts, compute } = this.first(unit, content);
    const all = { j: unit + 1, d: this.photoQuery.d_model };
    if (isNothing(this.values[1])) {
      const result = bare(token, exact),
        sum = parts.length > 1 ? inline({ parts, compute, result }) : exact(token);
      told(this.readout, 'patches.vectors_read_unplaced', { ...all, sum });
      return;
    }
    const sum = inline({
      parts: [...parts, '+', bare(position, exactTerm)],
      compute: (values) => compute(values.slice(0, -1)) + values.at(-1),
      result: bare(token, exact),
    });
    told(this.readout, 'patches.vectors_read', { ...all, sum });
  }
}

/** Whether a position adds nothing to its token: switched off, or a token that this model gives none. "+ 0.0000" would look like a small one. */
export const isNothing = (position) => position.every((value) => value === 0);
