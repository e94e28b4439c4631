// Where one number of a token comes from: every pixel times its weight, summed per colour, plus a bias. From the server's own terms.

import { takeable } from '../core/figure.js';
import { peakOf, signedPicture } from '../core/colours.js';
import { h, onWidth, sharp } from '../core/dom.js';
import { equation, inline } from '../core/equation.js';
import { exact, exactTerm } from '../core/exact.js';
import { formulaElement } from '../core/formula.js';
import { probe } from '../core/probe.js';
import { state, update } from '../core/state.js';
import { digits, html, bindText, t, told, whole } from '../core/text.js';
import { asProblem, view } from '../core/wire.js';

const COLOURS = ['red', 'green', 'blue'];
const KINDS = ['pixels', 'weights', 'products'];

export class Products {
  at = null;
  asked;
  photoQuery;
  patch;
  unit;
  name;
  terms;

  title = h('h3');
  story = h('p.note');
  readout = h('p.readout', { 'data-told': 'here' });
  cells = KINDS.map(() => COLOURS.map(() => h('canvas.term')));
  scales = KINDS.map(() => h('span.range', { translate: 'no' }));
  heads = KINDS.map(() => h('span.kind'));
  sums = COLOURS.map(() => h('output.sum', { translate: 'no' }));
  formula = h('p.formula');
  total = h('p.total');
  table = h(
    'div.terms',
    {},
    this.header(),
    ...COLOURS.map((colour, c) => this.line(colour, c)),
    h('span'),
    ...this.scales.flatMap((scale, k) => (k ? [h('span'), scale] : [scale])),
    h('span'),
    h('span'),
  );
  body = h(
    'div.arithmetic-body',
    {},
    this.table,
    h(
      'div.adding',
      {},
      this.formula,
      this.total,
      this.readout,
      this.story,
      h(
        'p.legend',
        {},
        h('span.entry', {}, h('span.swatch.minus'), bindText(h('span'), 'patches.minus')),
        h('span.entry', {}, h('span.swatch.plus'), bindText(h('span'), 'patches.plus')),
      ),
    ),
  );
  element = takeable(h('section.arithmetic', {}, this.title, this.body), () => this.terms);
  probes = this.cells.flat().map((canvas, i) =>
    probe(canvas, {
      grid: () => (state.photoQuery ? { cols: state.photoQuery.patch, rows: state.photoQuery.patch } : null),
      hover: (at) => {
        this.at = at === null ? null : { at, channel: i % 3 };
        this.draw();
      },
    }),
  );

  constructor() {
    onWidth(this.table, () => this.draw());
  }

  header() {
    return h(
      'div.kinds',
      {},
      h('span'),
      ...this.heads.flatMap((head, k) => (k ? [h('span'), head] : [head])),
      h('span'),
      bindText(h('span.kind'), 'patches.products_sum'),
    );
  }

  line(colour, c) {
    const sign = (text) => h('span.sign', { 'aria-hidden': true }, text);
    return h(
      'div.channel',
      {},
      bindText(h('span.channel-name'), `patches.${colour}`),
      this.cells[0][c],
      sign('×'),
      this.cells[1][c],
      sign('='),
      this.cells[2][c],
      sign('Σ'),
      this.sums[c],
    );
  }

  /** Number j of x_p E + b as a sum over the numbers k of the patch. */
  setEquation(j) {
    this.formula.replaceChildren(formulaElement(`(x_p E + b)[${j}] = ∑_m x_p[m] E[m, ${j}] + b[${j}]`));
  }

  /** The terms of one number of a patch; a token without pixels has none. */
  async show(photoQuery, patch, unit, name) {
    const asked = `${photoQuery.photo} ${photoQuery.model} ${photoQuery.size} ${patch} ${unit}`;
    if (asked === this.asked) return;
    this.asked = asked;
    this.photoQuery = photoQuery;
    this.patch = patch;
    this.unit = unit;
    this.name = name;
    if (patch < 0) {
      this.terms = null;
      this.arrived();
      this.speak();
      return;
    }
    this.body.dataset.waiting = ''; // what stands there is of another number
    try {
      const terms = await view('products', photoQuery, { patch, unit });
      if (asked !== this.asked) return;
      this.terms = terms;
      this.at = null;
      this.arrived();
      this.speak();
      this.draw();
    } catch (error) {
      if (asked !== this.asked) return;
      this.asked = null; // the same may be asked again
      delete this.body.dataset.waiting;
      this.body.dataset.outdated = '';
      update({ problem: asProblem(error) });
    }
  }

  arrived() {
    delete this.body.dataset.waiting;
    delete this.body.dataset.outdated;
  }

  speak() {
    if (this.unit === undefined) return;
    const j = this.unit + 1;
    this.body.hidden = !this.terms;
    this.title.textContent =
      this.patch < 0
        ? t('patches.products_prefix', { name: this.name })
        : t('patches.products', { j, patch: this.patch + 1 });
    if (!this.terms) return;
    const { bias, value, sums } = this.terms.facts;
    this.heads.forEach((head, k) => {
      head.textContent = t(`patches.products_${KINDS[k]}`, { j });
    });
    this.cells.forEach((kind, k) =>
      kind.forEach((canvas, c) => {
        canvas.setAttribute(
          'aria-label',
          t('patches.products_figure', { what: this.heads[k].textContent, colour: t(`patches.${COLOURS[c]}`) }),
        );
      }),
    );
    this.sums.forEach((output, c) => {
      output.textContent = exact(sums[c]);
    });
    const addend = (size, name, write = exactTerm) => ({
      value: size,
      write,
      draw: (text) => h('span.addend', {}, h('b', { 'data-term': '' }, text), h('span', {}, name)),
    });
    equation(this.total, {
      parts: [
        ...sums.flatMap((size, c) =>
          c ? ['+', addend(size, t(`patches.${COLOURS[c]}`))] : [addend(size, t(`patches.${COLOURS[c]}`), exact)],
        ),
        '+',
        addend(bias, t('patches.products_bias')),
      ],
      compute: (values) => values.reduce((total, size) => total + size, 0),
      result: addend(value, t('patches.products_value', { j }), exact),
    });
    this.setEquation(j);
    this.story.innerHTML = html('patches.products_story', {
      j,
      numbers: whole(this.terms.arrays.products.data.length),
    });
    this.tell();
  }

  draw() {
    if (!this.terms) return;
    const { arrays } = this.terms,
      side = this.photoQuery.patch,
      n = side * side;
    KINDS.forEach((kind, k) => {
      const peak = peakOf(arrays[kind].data);
      this.scales[k].textContent = t('patches.range', { range: digits(peak) });
      this.cells[k].forEach((canvas, c) => {
        const width = canvas.clientWidth;
        if (!width) return;
        const context = sharp(canvas, width, width),
          cell = width / side;
        context.imageSmoothingEnabled = false;
        context.drawImage(
          signedPicture(arrays[kind].data.subarray(c * n, (c + 1) * n), side, side, peak),
          0,
          0,
          width,
          width,
        );
        if (!this.at) return;
        context.strokeStyle = getComputedStyle(canvas).color;
        context.lineWidth = c === this.at.channel ? 2 : 1;
        context.strokeRect((this.at.at % side) * cell, Math.floor(this.at.at / side) * cell, cell, cell);
      });
    });
    this.tell();
  }

  tell() {
    if (!this.terms) return;
    if (!this.at) {
      this.readout.textContent = '';
      return;
    }
    const { at, channel } = this.at,
      side = this.photoQuery.patch,
      i = channel * side * side + at;
    const [pixel, weight, product] = KINDS.map((kind) => ({ value: this.terms.arrays[kind].data[i] }));
    told(this.readout, 'patches.products_read', {
      colour: t(`patches.${COLOURS[channel]}`),
      row: Math.floor(at / side) + 1,
      col: (at % side) + 1,
      product: inline({ parts: [pixel, '×', weight], compute: ([x, w]) => x * w, result: product }),
    });
  }
}
