// An opened box: what it is in a sentence, its formula and shape in this model, its numbers large and one by one.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { inline, product } from '../core/equation.js';
import { formulaElement } from '../core/formula.js';
import { steady } from '../core/steady.js';
import { digits, html, t, told, whole } from '../core/text.js';
import { Bands } from './bands.js';
import { BoxMatrix } from './head_matrix.js';
import { Spread } from './spread.js';
import { writtenWeight } from './tiles.js';

export class Panel {
  kind;
  box;
  shown;
  sizes;
  off = false; // whether a change takes from the open box what it is for: a sum does without its first summand
  payload;
  tiles;
  lengthTiles;
  map;
  figures;
  element;
  parts;
  lengthRows;

  title = h('h3');
  says = h('p.says');
  formula = h('p.formula');
  facts = h('p.box-facts');
  reading = steady(h('p.note.reading', { 'data-told': true }));
  bands = new Bands({ point: (at) => this.read(at, 'bands'), open: (at) => this.ask(at.row, at.j) });
  spread = new Spread();
  /** Every row of it makes, and of W^O every column, one number of the box. */
  matrix = new BoxMatrix({
    open: ({ row, column }) =>
      this.box.kind === 'heads'
        ? this.ask(this.shown.matrixOf(this.box).head, row)
        : this.ask(this.parts.length - 1, column),
  });
  mapTitle = h('p.note.map-title');

  /** id: of its element; KeyFigure: what draws one number per key and head (tiles.js, word_table.js). */
  constructor(id, KeyFigure) {
    this.tiles = new KeyFigure({ point: (at) => this.read(at, 'tiles'), open: (at) => this.ask(at.row, at.key) });
    this.lengthTiles = new KeyFigure({
      point: (at) => this.read(at, 'lengths'),
      choose: ({ key }) => this.shown.hold(key, this.box),
    });
    this.map = h('div.box-map', {}, this.mapTitle, this.lengthTiles.element);
    this.figures = h(
      'div.box-figures',
      {},
      this.bands.element,
      this.tiles.element,
      this.spread.element,
      this.map,
      this.matrix.element,
    );
    this.element = takeable(
      h(
        'section.opened.card',
        { id, hidden: true },
        this.title,
        this.says,
        h('div.box-line', {}, this.formula, this.facts),
        this.reading,
        this.figures,
      ),
      () => this.payload,
    );
  }

  /**
   * id of the box, or null to close. shown: what is on screen { kind (flow.js), sizes (flow.js), layer, payload }, and of whom it is: `axisOf(box)` of a
   * KEYS box, `keyName(key, box)`, `lengthsOf(box)` of a box for every token, `matrixOf(box)` (head_matrix.js), `hold(key, box)`, `explain(tensor, index)`, `hint(box)`.
   */
  show(id, shown) {
    this.element.hidden = id === null;
    if (id === null) return;
    const { kind, payload } = shown,
      box = kind.boxes.find((one) => one.id === id),
      sizes = shown.sizesOf?.(box) ?? shown.sizes,
      { arrays, facts } = payload,
      of = arrays[box.array].data;
    this.kind = kind;
    this.box = box;
    this.shown = shown;
    this.sizes = sizes;
    this.payload = payload;
    this.title.innerHTML = html(`${box.words}_name`);
    this.off = facts.off.includes(box.without);
    told(this.says, this.off ? `${box.words}_off` : `${box.words}_says`, {
      layer: shown.layer + 1,
      heads: sizes.heads,
      d: sizes.d_head,
      d_model: sizes.d_model,
      d_mlp: sizes.d_mlp,
      tokens: sizes.tokens,
      keys: sizes.tokens,
      product: product([sizes.heads, sizes.d_head]),
    });
    this.formula.replaceChildren(formulaElement(kind.formula(box, sizes, payload)));
    const norm = facts.norms[box.array];
    if (norm) this.formula.append(h('span.constants', {}, `mean ${digits(norm.mean)}, std ${digits(norm.spread)}`));
    const size = kind.shape(box, sizes),
      several = size.length > 1;
    told(
      this.facts,
      several ? 'block.shape' : 'block.count',
      several ? { product: product(size) } : { numbers: whole(size[0]) },
    );
    const more = [
      box.array in facts.lengths ? t('block.length', { length: digits(facts.lengths[box.array]) }) : '',
      // One more means 2.72 times the weight only for what the softmax reads.
      t(`block.unit_${(!box.raw && box.values) || 'number'}`),
    ].filter(Boolean);
    this.facts.append(...more.map((text) => ` · ${text}`));
    this.showBands(of);
    this.showTiles();
    this.showLengths();
    this.matrix.show(box, shown.matrixOf(box));
    this.spread.element.hidden = !box.root;
    if (box.root) this.spread.show({ sizes, before: arrays[box.before], after: arrays[box.array] });
    this.read(null);
  }

  /** What stands in the rows of the bands: lists of a token, or the heads. */
  showBands(of) {
    const {
      box,
      sizes,
      payload: { arrays },
    } = this;
    this.bands.element.hidden = box.kind === 'keys';
    if (box.kind === 'keys') return;
    const label = this.title.textContent;
    if (box.kind === 'heads') {
      const d = sizes.d_head;
      this.parts = Array.from({ length: sizes.heads }, (_, head) => ({
        head,
        array: box.array,
        data: of.subarray(head * d, (head + 1) * d),
        colour: box.tone,
      }));
      const rows = this.parts.map((part) => ({ ...part, label: [t('block.head', { head: part.head + 1 })] }));
      this.bands.show({
        rows,
        common: false,
        tall: Math.max(26, Math.min(44, 260 / sizes.heads)),
        axis: t('block.axis_head'),
        label,
      });
      return;
    }
    const own =
      box.layerScale && arrays[`${box.layerScale}_before`]
        ? [`${box.layerScale}_before`, `${box.layerScale}_gamma`]
        : [];
    this.parts = (box.parts ?? [...own, box.array]).map((array) => ({
      array,
      data: arrays[array].data,
      colour: this.boxOf(array)?.tone ?? 'ink-3',
    }));
    // Where the residual is off the first summand is there, but not added.
    if (box.sum && this.off) this.parts[0].colour = 'line';
    const rows = this.parts.map((part) => ({ ...part, label: [formulaElement(this.symbol(part.array))] }));
    this.bands.show({
      rows,
      common: Boolean(box.sum),
      tall: rows.length > 1 ? 72 : 130,
      axis: t(box.hidden ? 'block.axis_hidden' : 'block.axis'),
      label,
    });
  }

  symbol(array) {
    const { box } = this,
      gamma = box.layerScale === 'attn' ? 1 : 2;
    if (array.endsWith('_gamma')) return `λ_${gamma}`;
    if (array.endsWith('_before')) return gamma === 1 ? 'concat W^O' : 'φ W_2';
    // Where the residual is off the sum is the branch alone.
    if (array === box.array && box.alone && this.off) return box.alone;
    return this.kind.symbols[array] ?? array;
  }

  showTiles() {
    const {
      box,
      sizes,
      shown,
      payload: { arrays },
    } = this;
    this.tiles.element.hidden = box.kind !== 'keys';
    if (box.kind !== 'keys') return;
    const names = Array.from({ length: sizes.heads }, (_, head) => t('block.head', { head: head + 1 }));
    this.tiles.show({
      rows: rowsOf(arrays[box.array]),
      values: box.values,
      names,
      masks: box.mask ? rowsOf(arrays[box.mask]) : null,
      axis: shown.axisOf(box),
      seen: shown.seen,
      label: this.title.textContent,
    });
  }

  boxOf(array) {
    return this.kind.boxes.find((box) => box.array === array);
  }

  /** The same tensor for every token, as its length. */
  showLengths() {
    const {
      box,
      shown,
      payload: { arrays },
    } = this;
    const ofAll = box.lengths ? null : shown.lengthsOf(box),
      rows = box.lengths ? rowsOf(arrays[box.lengths]) : ofAll && [ofAll];
    this.map.hidden = !rows;
    this.lengthRows = rows;
    if (!rows) return;
    this.map.classList.toggle('single', rows.length === 1);
    this.mapTitle.innerHTML = html(box.lengths ? box.lengthsWords : shown.allTokens);
    const names = rows.length > 1 ? rows.map((_, head) => t('block.head', { head: head + 1 })) : [''];
    this.lengthTiles.show({
      rows,
      values: 'length',
      names,
      axis: shown.axisOf(box),
      seen: shown.seen,
      label: this.mapTitle.textContent,
    });
  }

  /** The number pointed at, or how to find one. */
  read(at, where) {
    const { box } = this;
    if (!at) this.reading.innerHTML = html(box.kind === 'keys' ? this.shown.hintKeys : 'block.hint');
    else if (where === 'bands') this.reading.replaceChildren(this.readBand(at));
    else this.reading.textContent = this.readKey(at, where === 'lengths');
  }

  readBand({ row, j }) {
    const { box, parts } = this;
    if (box.kind === 'heads')
      return t('block.read_head', {
        head: row + 1,
        symbol: box.symbol.toLowerCase(),
        j: j + 1,
        value: digits(parts[row].data[j]),
      });
    const of = (part) => `${this.symbol(part.array)}[${j + 1}]`;
    const joined = this.joined();
    if (joined) {
      // Two numbers and what they give, as on paper.
      const value = (part) => ({ value: part.data[j] }),
        [one, other, whole] = parts;
      return h(
        'span',
        {},
        formulaElement(`${of(one)} ${joined.sign} ${of(other)} = ${of(whole)}`),
        ': ',
        inline({ parts: [value(one), joined.sign, value(other)], compute: joined.compute, result: value(whole) }),
      );
    }
    const named = parts.flatMap((part, i) => [i ? ', ' : '', formulaElement(of(part)), ` = ${digits(part.data[j])}`]);
    if (box.joins)
      named.push(
        ` · ${t('block.read_concat', { head: Math.floor(j / this.sizes.d_head) + 1, j: (j % this.sizes.d_head) + 1 })}`,
      );
    return h('span', {}, ...named);
  }

  /** How the first two bands of the open box give the third; null where they do not. */
  joined() {
    if (this.parts.length !== 3 || this.off) return null;
    if (this.box.sum) return { sign: '+', compute: ([x, added]) => x + added };
    return this.box.layerScale || this.box.product ? { sign: '×', compute: ([before, gamma]) => before * gamma } : null;
  }

  readKey({ row, key }, ofLength) {
    const {
        box,
        shown,
        payload: { arrays },
      } = this,
      name = shown.keyName(key, box);
    if (ofLength)
      return t('block.read_length', {
        key: name,
        value: digits(this.lengthRows[row][key]),
        head: this.lengthRows.length > 1 ? t('block.head', { head: row + 1 }) : '',
      });
    const value = (array, values) => writtenWeight(arrays[array].data[row * arrays[array].shape[1] + key], values);
    const now = value(box.array, box.values),
      before = box.before && this.boxOf(box.before);
    const chain = before ? `${value(before.array, before.values)} → ${now}` : now;
    return t('block.read_key', { head: row + 1, key: name, value: chain });
  }

  /** Hand a number to whoever can explain it. */
  ask(row, j) {
    const { box, kind, sizes, payload } = this,
      part = box.kind === 'keys' ? { array: box.array } : this.parts[row];
    const tensor = box.kind === 'keys' ? box.tensor : this.boxOf(part.array)?.tensor;
    if (!tensor) return;
    const at = box.kind === 'vector' ? [j] : [row, j];
    this.shown.explain(tensor, kind.index(box, part.array, payload, sizes, ...at));
  }
}

const rowsOf = ({ shape: [rows, count], data }) =>
  Array.from({ length: rows }, (_, row) => data.subarray(row * count, (row + 1) * count));
