// What a head has learned of the matrix behind an opened box, as a picture of all its numbers: whoever asks where q, k and v come from sees it.

import { peakOf, signedPicture } from '../core/colours.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { formulaElement } from '../core/formula.js';
import { probe } from '../core/probe.js';
import { isRecorded } from '../core/recorded.js';
import { on, update } from '../core/state.js';
import { steady } from '../core/steady.js';
import { digits, html, bindLabel, bindText, t, whole } from '../core/text.js';
import { asProblem } from '../core/wire.js';

/** Of the boxes that a matrix makes: what it is called. */
const SYMBOLS = { q: 'W^Q', k: 'W^K', v: 'W^V', proj: 'W^O' };
const roleOf = ({ role, id }) => role ?? id;

/** Pixels of a row of numbers. */
const BAND = 4;

export class BoxMatrix {
  shown = null; // of what is drawn: { weights, count, width, peak, which, symbol, head }
  asked = null;
  pointed = null;
  width = 0;

  title = h('p.matrix-title');
  heads = bindLabel(h('div.segmented.head-choice', { role: 'group' }), 'aria-label', 'block.matrix_heads');
  canvas = h('canvas');
  low = h('span', { translate: 'no' });
  high = h('span', { translate: 'no' });
  legend = h('div.legend', {}, this.low, h('span.ramp'), this.high);
  reading = steady(h('p.note.matrix-reading', { 'data-told': true }));
  box = h('div.matrix-canvas', {}, this.canvas);
  element = h(
    'div.head-matrix-figure',
    { hidden: true },
    this.title,
    this.heads,
    this.box,
    this.legend,
    this.reading,
    bindText(h('p.note'), 'block.matrix_learned'),
  );

  /** open({ row, column }) hears of a number that is pressed. */
  constructor({ open }) {
    bindLabel(this.canvas, 'aria-label', 'block.matrix_figure');
    const at = (index) =>
      index === null ? null : { row: Math.floor(index / this.shown.width), column: index % this.shown.width };
    this.probe = probe(this.canvas, {
      grid: () => (this.shown && !this.waits ? { cols: this.shown.width, rows: this.shown.count } : null),
      hover: (index) => {
        this.pointed = at(index);
        this.read();
        this.draw();
      },
      open: (index) => open(at(index)),
    });
    onWidth(this.box, (width) => {
      this.width = width;
      this.draw();
    });
    on('theme', () => this.draw());
  }

  /**
   * Of a box that a matrix makes, its numbers; any other box has none, and neither has a page without a server.
   * @param {any} box
   * @param {{ head: number, heads: number, load: (which: string) => Promise<any>, choose: (head: number) => void } | null} source
   */
  async show(box, source) {
    const which = roleOf(box),
      symbol = SYMBOLS[which];
    this.element.hidden = !symbol || !source || isRecorded();
    this.asked = this.element.hidden ? null : source;
    this.waits = !this.element.hidden;
    if (this.element.hidden) return;
    this.layHeads(source);
    try {
      const { weights } = (await source.load(which)).arrays;
      if (this.asked !== source) return;
      const [count, width] = weights.shape;
      // The same matrix again, as after something else on screen has changed: what is pointed at stays.
      if (this.shown?.weights !== weights) {
        this.probe.forget();
        this.pointed = null;
      }
      this.shown = { weights, count, width, which, symbol, head: source.head, peak: peakOf(weights.data) };
      this.tell();
      this.draw();
    } catch (error) {
      if (this.asked === source) update({ problem: asProblem(error) });
    } finally {
      if (this.asked === source) this.waits = false;
    }
  }

  /** Whether what stands here is still another box's: then nothing of it is pointed at. */
  get waits() {
    return this.element.hasAttribute('data-waiting');
  }
  set waits(does) {
    this.element.toggleAttribute('data-waiting', does);
  }

  layHeads({ head, heads, choose }) {
    while (this.heads.children.length > heads) this.heads.lastChild.remove();
    for (let one = this.heads.children.length; one < heads; one++)
      this.heads.append(h('button', { type: 'button' }, String(one + 1)));
    [...this.heads.children].forEach((child, one) => {
      const button = /** @type {HTMLButtonElement} */ (child);
      button.setAttribute('aria-pressed', String(one === head));
      button.setAttribute('aria-label', t('block.head', { head: one + 1 }));
      button.onclick = () => choose(one);
    });
  }

  tell() {
    const { symbol, head, count, width, which, peak } = this.shown;
    this.title.replaceChildren(
      formulaElement(symbol),
      ' ',
      h('span', {}, t(which === 'proj' ? 'block.matrix_rows' : 'block.matrix_columns', this.params())),
    );
    this.low.textContent = digits(-peak);
    this.high.textContent = digits(peak);
    this.canvas.setAttribute(
      'aria-label',
      `${symbol.replace('^', ' ')}, ${t('block.head', { head: head + 1 })}: ${count} × ${width}`,
    );
    this.read();
  }

  params() {
    const { head, count, width } = this.shown;
    return { head: head + 1, count, width: whole(width), numbers: whole(count * width) };
  }

  read() {
    const { which, symbol, weights, width } = this.shown;
    if (!this.pointed) {
      this.reading.innerHTML = html(which === 'proj' ? 'block.matrix_hint_rows' : 'block.matrix_hint', this.params());
      return;
    }
    const { row, column } = this.pointed,
      places = which === 'proj' ? [row, column] : [column, row];
    this.reading.replaceChildren(
      formulaElement(`${symbol}[${places[0] + 1}, ${places[1] + 1}]`),
      ` = ${digits(weights.data[row * width + column])}`,
    );
  }

  draw() {
    if (!this.shown || !this.width) return;
    const { weights, count, width, peak, which } = this.shown,
      height = count * BAND,
      context = sharp(this.canvas, this.width, height);
    context.imageSmoothingEnabled = false;
    context.drawImage(signedPicture(weights.data, width, count, peak), 0, 0, this.width, height);
    if (!this.pointed) return;
    // What makes one number of the result.
    context.strokeStyle = ink('query');
    context.lineWidth = 2;
    const { row, column } = this.pointed,
      step = this.width / width;
    if (which === 'proj') context.strokeRect(column * step - 1, 1, Math.max(3, step + 2), height - 2);
    else context.strokeRect(1, row * BAND - 1, this.width - 2, BAND + 2);
  }
}
