// A matrix as printed numbers. A wide one is a picture of all its numbers, and under it as many columns of them as fit; every cell can be brought there.

import { peakOf, signedPicture } from '../core/colours.js';
import { h, ink, inkPx, onWidth, sharp } from '../core/dom.js';
import { formulaElement } from '../core/formula.js';
import { probe } from '../core/probe.js';
import { on, state } from '../core/state.js';
import { RAMP_CSS, RAMP_INK } from '../core/ramp.js';
import { hintScroll } from '../core/scroll_hint.js';
import { digits, html, bindLabel, percent, bindText, t, whole } from '../core/text.js';
import { level } from '../instrument/scale.js';
import { turnedTo, turnTo } from './pages.js';

const CELL = 112,
  NAME = 44,
  BAND = 5; // pixels: of a printed number, of a row's name, of a row of the picture
/** The longest number, as −6.05 × 10⁻⁴, in letters' heights. */
const LONGEST = 7.2;

/** A share as it stands in a table whose head says that all are per cent. */
const share = (value) => percent(value).replace('\u00a0%', '');

export class NumberTable {
  id;
  shown;
  drawn = [];
  width = 0;
  first = 0;
  pointed = null;

  symbol = h('span.symbol');
  shape = h('span.shape', { translate: 'no' });
  canvas = h('canvas');
  columns = h('div.column-names', { 'aria-hidden': 'true', translate: 'no' });
  names = h('div.row-names', { 'aria-hidden': 'true', translate: 'no' });
  cells = h('div.cells', { translate: 'no' });
  back = this.pager(-1, '←');
  on = this.pager(1, '→');
  place = h('span.place', { translate: 'no' });
  pages = h('div.pages', {}, this.back, this.place, this.on);
  reading = h('p.reading', { 'data-told': true });

  /**
   * `id` is its name in the address (notes/pages.js), `key` the text that says what the matrix is; `choose(row, column)` hears of a cell that was pressed.
   * @param {{ id: string, key: string, params?: () => Record<string, any>, choose: (row: number, col: number) => void, tone?: string }} how
   */
  constructor({ id, key, params = () => ({}), choose, tone = 'ink' }) {
    this.id = id;
    this.choose = choose;
    this.what = bindText(h('span.what'), key, params);
    this.element = h(
      'figure.number-table',
      { 'data-tone': tone },
      h('figcaption', {}, this.symbol, this.shape, this.what),
      h('div.whole', {}, this.canvas),
      hintScroll(h('div.printed', {}, h('span'), this.columns, this.names, this.cells)),
      h('div.under', {}, this.pages, this.reading),
    );
    bindLabel(this.canvas, 'aria-label', 'notes.picture');
    bindLabel(this.cells, 'aria-label', 'notes.cells');
    /** @type {(index: number | null, count: number, from: number) => [number, number] | null} */
    const at = (index, count, from) => (index === null ? null : [Math.floor(index / count), from + (index % count)]);
    const pointAt = (cell) => {
      this.pointed = cell;
      this.read();
    };
    probe(this.canvas, {
      grid: () => (this.shown ? { cols: this.shown.cols, rows: this.shown.rows.length } : null),
      hover: (index) => pointAt(at(index, this.shown.cols, 0)),
      choose: (index) => this.choose(...at(index, this.shown.cols, 0)),
      start: () => this.shown.held[0] * this.shown.cols + (this.shown.held[1] ?? 0),
    });
    probe(this.cells, {
      grid: () => (this.shown ? { cols: this.count(), rows: this.shown.rows.length } : null),
      hover: (index) => pointAt(at(index, this.count(), this.first)),
      choose: (index) => this.choose(...at(index, this.count(), this.first)),
      start: () => this.shown.held[0] * this.count() + Math.max(0, (this.shown.held[1] ?? 0) - this.first),
    });
    on('notePages', () => {
      if (this.shown && this.width && this.start() !== this.first) this.bring();
    });
    onWidth(this.element, (width) => {
      this.width = width;
      this.bring();
    });
  }

  pager(by, text) {
    const button = h('button.action', { type: 'button', onclick: () => this.turn(by) }, text);
    return bindLabel(button, 'aria-label', by < 0 ? 'notes.page_back' : 'notes.page_on');
  }

  /**
   * What is printed: data [rows, cols], the rows' names, where the columns have names theirs, and the cell that is held ([row, null] where
   * no column is). `scale` is the weight of the lightest colour where the numbers are shares. What is drawn already stays: with another
   * head only that head's matrices are drawn.
   */
  show({ symbol, rows, cols, data, held, columnNames = null, scale = null }) {
    const drawn = [data.buffer, data.byteOffset, data.length, symbol, ...held, scale, ...rows, state.lang, state.theme];
    if (this.drawn.length === drawn.length && this.drawn.every((one, i) => one === drawn[i])) return;
    this.drawn = drawn;
    this.shown = { symbol, rows, cols, data, held, columnNames, scale };
    this.symbol.replaceChildren(formulaElement(symbol));
    this.element.toggleAttribute('data-named', columnNames !== null);
    this.shape.textContent = `${rows.length} × ${whole(cols)}`;
    this.bring();
  }

  count() {
    // Before a room type is larger, and a number needs more of the width.
    const cell = Math.max(CELL, LONGEST * (inkPx('least') || 0)),
      fits = Math.max(2, Math.floor((this.width - NAME) / cell));
    return this.shown.columnNames ? this.shown.cols : Math.min(fits, this.shown.cols);
  }

  /** The first column to be printed: of those that somebody turned to, else of the page that the held one is on. */
  start() {
    const count = this.count(),
      column = this.shown.held[1] ?? null,
      first = turnedTo(this.id, column) ?? Math.floor((column ?? 0) / count) * count;
    return Math.min(first, this.shown.cols - count);
  }

  bring() {
    if (!this.shown || !this.width) return;
    this.first = this.start();
    this.draw();
  }

  turn(by) {
    if (!this.shown) return; // its numbers are still on their way
    const count = this.count();
    turnTo(
      this.id,
      Math.min(this.shown.cols - count, Math.max(0, this.first + by * count)),
      this.shown.held[1] ?? null,
    );
  }

  draw() {
    const { rows, cols, data, held, columnNames, scale } = this.shown,
      count = this.count(),
      wide = cols > count;
    this.canvas.parentElement.hidden = this.pages.hidden = !wide;
    const of = (row, i) => data[row * cols + this.first + i];
    this.element.style.setProperty('--columns', String(count));
    this.element.style.setProperty('--rows', String(rows.length));
    this.columns.replaceChildren(
      ...Array.from({ length: count }, (_, i) => {
        const one = this.first + i;
        return mark(h('span', {}, columnNames?.[one] ?? String(one + 1)), one === held[1]);
      }),
    );
    this.names.replaceChildren(...rows.map((name, row) => mark(h('span', {}, name), row === held[0])));
    this.cells.replaceChildren(
      ...rows.flatMap((_, row) =>
        Array.from({ length: count }, (_, i) => {
          const cell = h('span', { 'aria-hidden': 'true' }, scale ? share(of(row, i)) : digits(of(row, i)));
          if (scale) paint(cell, level(of(row, i), scale));
          if (row === held[0]) cell.classList.add('of-held');
          return mark(cell, row === held[0] && this.first + i === held[1]);
        }),
      ),
    );
    this.back.disabled = this.first === 0;
    this.on.disabled = this.first + count >= cols;
    this.place.textContent = t('notes.columns', { first: this.first + 1, last: this.first + count, cols: whole(cols) });
    if (wide) this.paintWhole(count);
    this.read();
  }

  paintWhole(count) {
    const { rows, cols, data, held } = this.shown,
      width = Math.floor(this.width), // not asked of the page: it would be laid out for each matrix
      height = Math.max(24, rows.length * BAND);
    const context = sharp(this.canvas, width, height),
      step = width / cols,
      band = height / rows.length;
    context.imageSmoothingEnabled = false;
    context.drawImage(signedPicture(data, cols, rows.length, peakOf(data)), 0, 0, width, height);
    context.strokeStyle = ink('ink');
    context.lineWidth = 1.5;
    context.strokeRect(this.first * step, 0.75, Math.max(4, count * step), height - 1.5);
    context.strokeStyle = ink('query');
    context.lineWidth = 2;
    context.strokeRect(0, held[0] * band, width, band);
  }

  /** The number under the pointer, or the one that is held. */
  read() {
    if (!this.shown) return;
    const { rows, cols, data, held, columnNames, scale } = this.shown,
      [row, col] = this.pointed ?? held;
    if (col === null || col === undefined || row >= rows.length || col >= cols) {
      this.reading.textContent = '';
      return;
    }
    const value = data[row * cols + col];
    this.reading.innerHTML = html(columnNames ? 'notes.read_key' : 'notes.read', {
      row: rows[row],
      col: columnNames?.[col] ?? whole(col + 1),
      value: scale ? percent(value) : digits(value),
    });
  }

  speak() {
    if (this.shown && this.width) this.draw();
  }
}

const mark = (element, held) => {
  element.classList.toggle('on', held);
  return element;
};

/** A cell in the colour of its weight, with ink that can be read on it. */
function paint(cell, at) {
  cell.style.background = RAMP_CSS[at];
  cell.style.color = RAMP_INK[at];
}
