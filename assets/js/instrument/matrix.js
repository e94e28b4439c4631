// One head as a whole: every query (row) on every key (column), words on both axes, a crosshair where the pointer is.

import { h, ink, inkPx, oncePerFrame, onWidth, sharp } from '../core/dom.js';
import { probe } from '../core/probe.js';
import { RAMP_CSS } from '../core/ramp.js';
import { hintScroll } from '../core/scroll_hint.js';
import { bindLabel } from '../core/text.js';
import { hatching } from './hatch.js';
import { level } from './scale.js';

// A cell is large enough for a name of 11 pixels and no larger than a thumb; a matrix that is wider scrolls in its own box.
const LEAST = 12,
  MOST = 42;
/** Pixels that many rows share, so that a long text is seen at once. */
const TALL = 900;

export class HeadMatrix {
  canvas;
  element;
  probe;
  width;
  queries;
  keys;
  painted;
  cell;

  row = h('span.cross.query');
  column = h('span.cross.key');
  columns = h('div.matrix-columns', { 'aria-hidden': 'true' });
  rows = h('div.matrix-rows', { 'aria-hidden': 'true' });
  marked = [0, null];

  /** hover(query, key) hears of the pointer and the arrow keys (null, null when it leaves), choose(query, key) of a click, explain() of a double click. */
  constructor({ hover, choose, explain, name }) {
    this.canvas = h('canvas', { ondblclick: () => explain() });
    bindLabel(this.canvas, 'aria-label', name);
    this.element = h(
      'div.matrix-box.head-matrix',
      {},
      h(
        'div.matrix',
        {},
        h('span.corner'),
        this.columns,
        this.rows,
        h('div.matrix-cells', {}, this.canvas, this.column, this.row),
      ),
    );
    const at = (index) => (index === null ? [null, null] : [Math.floor(index / this.keys), index % this.keys]);
    this.probe = probe(this.canvas, {
      grid: () => (this.keys ? { cols: this.keys, rows: this.queries } : null),
      hover: (index) => hover(...at(index)),
      choose: (index) => choose(...at(index)),
      start: () => this.marked[0] * this.keys + (this.marked[1] ?? 0),
    });
    hintScroll(this.element);
    onWidth(this.element, (width) => {
      this.width = width;
      this.size();
    });
  }

  /** What rows and columns stand for. */
  lay(queryAxis, keyAxis) {
    this.queries = queryAxis.length;
    this.keys = keyAxis.length;
    this.painted = null;
    this.marked = [0, null];
    this.probe.forget();
    const names = (axis) => axis.words.map((word) => h('bdi', { title: word }, word));
    this.rows.replaceChildren(...names(queryAxis));
    this.columns.replaceChildren(...names(keyAxis));
    this.cell = 0;
    this.sizeSoon();
  }

  /** How wide the names are is read in the next frame: at once the page would be laid out for that alone. */
  sizeSoon = oncePerFrame(() => {
    this.element.scrollLeft = 0;
    this.size();
  });

  size() {
    if (!this.width || !this.keys) return;
    const names = this.rows.offsetWidth || 100;
    this.cell = Math.min(
      MOST,
      Math.max(LEAST, Math.floor(Math.min((this.width - names - 2) / this.keys, TALL / this.queries))),
    );
    this.element.style.setProperty('--cell', `${this.cell}px`);
    this.element.style.setProperty('--name', `${Math.min(Math.max(13, inkPx('tiny')), this.cell - 1.5)}px`);
    if (this.painted) this.paint(...this.painted);
    this.mark(...this.marked);
  }

  /**
   * Paint weights [query · key]; `scale` is the weight of the lightest colour, masked(query, key) and hidden keys are hatched, and of each
   * row the cell ringed(query) is marked.
   */
  paint(weights, scale, hidden, masked, ringed) {
    this.painted = [weights, scale, hidden, masked, ringed];
    if (!this.cell) return; // as soon as it is known how large
    const { cell, keys, queries } = this,
      context = sharp(this.canvas, cell * keys, cell * queries);
    this.canvas.style.width = `${cell * keys}px`;
    const gap = cell > 20 ? 1.5 : 1;
    const never = hatching(context, ink('paper'), ink('line')),
      covered = hatching(context, ink('sunken'), ink('ink-3'));
    for (let query = 0; query < queries; query++) {
      for (let key = 0; key < keys; key++) {
        context.fillStyle = masked?.(query, key)
          ? never
          : hidden.has(key)
            ? covered
            : RAMP_CSS[level(weights[query * keys + key], scale)];
        context.fillRect(key * cell, query * cell, cell - gap, cell - gap);
      }
    }
    if (!ringed) return;
    context.strokeStyle = ink('query');
    context.lineWidth = 2;
    for (let query = 0; query < queries; query++) {
      context.strokeRect(ringed(query) * cell + 1.5, query * cell + 1.5, cell - gap - 3, cell - gap - 3);
    }
  }

  /** Show which query and which key are pointed at or held; the key may be none. */
  mark(query, key) {
    const {
      cell,
      marked: [oldQuery, oldKey],
    } = this;
    this.rows.children[oldQuery]?.classList.remove('on');
    this.columns.children[oldKey]?.classList.remove('on');
    this.marked = [query, key];
    this.rows.children[query]?.classList.add('on');
    this.columns.children[key]?.classList.add('on');
    if (!cell) return;
    this.row.style.transform = `translateY(${query * cell}px)`;
    this.column.hidden = key === null;
    this.column.style.transform = `translateX(${(key ?? 0) * cell}px)`;
  }
}
