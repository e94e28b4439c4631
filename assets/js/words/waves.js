// The sinusoidal table under the visitor's own words: a row per place, a column per number; beside it how alike places are.

import { signedPicture } from '../core/colours.js';
import { h, ink, onWidth, sharp, smallType } from '../core/dom.js';
import { pieceElement } from '../core/pieces.js';
import { probe } from '../core/probe.js';
import { on, state, update } from '../core/state.js';
import { digits, html, isolated, bindLabel, bindText, t, told, whole } from '../core/text.js';
import { waveEquation } from '../core/wave.js';

const TALL = 26,
  LEAST = 5,
  ROOM = 520;
/** Rows lower than this have no word beside them, but for the one that is held or pointed at. */
const READABLE = 15;

export class Waves {
  pointed = null;
  held = 0;
  probe;
  arrays;
  pieces;
  d;
  own;
  rowTall;
  labels;
  picture;

  canvas = h('canvas');
  box = h('div.waves-canvas', {}, this.canvas);
  names = h('div.row-names', { 'aria-hidden': true, translate: 'no' });
  across = h('span.axis');
  reading = h('p.readout', { 'data-told': 'here' });
  layout = h('input', {
    type: 'checkbox',
    role: 'switch',
    onchange: () => update({ paperOrder: this.layout.checked }),
  });
  story = h('p.note');
  legend = h('div.legend', {}, h('span', {}, '−1'), h('span.ramp.signs'), h('span', {}, '+1'));
  element = h(
    'div.waves',
    {},
    h('div.waves-grid', {}, this.names, this.box, h('span'), this.across),
    this.reading,
    h('div.switches', {}, h('label.switch', {}, this.layout, bindText(h('span'), 'words.paper_order')), this.legend),
    this.story,
  );

  /** `hold(place)` is called on click, tap or Enter. */
  constructor({ hold }) {
    this.probe = probe(this.canvas, {
      grid: () => (this.pieces ? { cols: this.d, rows: this.pieces.length } : null),
      hover: (index) => {
        this.pointed = index;
        this.draw();
      },
      choose: (index) => hold(Math.floor(index / this.d)),
      start: () => this.held * this.d,
    });
    onWidth(this.box, () => this.draw());
    on('paperOrder', () => this.recolour());
  }

  /** What is drawn, as it came. */
  get numbers() {
    return this.arrays ? [this.arrays[this.order]] : [];
  }

  load(sentence, { facts, arrays }, pieces) {
    this.probe.forget();
    this.arrays = arrays;
    this.pieces = pieces;
    this.d = sentence.d_model;
    this.own = facts.layout;
    this.pointed = null;
    this.rowTall = Math.max(LEAST, Math.min(TALL, ROOM / pieces.length));
    this.labels = pieces.map((one) =>
      h('span.row-name', { style: { height: `${this.rowTall}px` } }, pieceElement(one)),
    );
    this.names.replaceChildren(...this.labels);
    this.names.classList.toggle('tight', this.rowTall < READABLE);
    this.recolour();
  }

  /** The order of the columns on screen: the model's, or the paper's where they differ. */
  get order() {
    return state.paperOrder ? 'interleaved' : this.own;
  }

  recolour() {
    if (!this.arrays) return;
    this.picture = signedPicture(this.arrays[this.order].data, this.d, this.pieces.length, 1);
    this.speak();
    this.draw();
  }

  speak() {
    if (!this.arrays) return;
    this.layout.checked = state.paperOrder;
    this.layout.parentElement.hidden = this.own === 'interleaved';
    this.story.innerHTML = html(`words.order_${this.order}`, { half: this.d / 2, d: this.d, next: this.d / 2 + 1 });
    this.across.textContent = t('words.axis_numbers', { d: this.d });
    this.canvas.setAttribute('aria-label', t('words.waves_figure', { places: this.pieces.length, d: this.d }));
  }

  show(held) {
    this.held = held;
    this.draw();
  }

  draw() {
    const width = this.box.clientWidth;
    if (!this.picture || !width) return;
    const tall = this.rowTall,
      height = tall * this.pieces.length;
    const context = sharp(this.canvas, width, height),
      place = this.pointed === null ? null : Math.floor(this.pointed / this.d);
    context.imageSmoothingEnabled = this.canvas.width < this.d;
    context.drawImage(this.picture, 0, 0, width, height);
    const outline = (row, colour) => {
      context.strokeStyle = ink(colour);
      context.lineWidth = 2;
      context.strokeRect(1, row * tall + 1, width - 2, tall - 2);
    };
    if (this.held < this.pieces.length) outline(this.held, 'query');
    if (place !== null) {
      if (place !== this.held) outline(place, 'ink-2');
      context.fillStyle = ink('ink');
      context.fillRect((((this.pointed % this.d) + 0.5) / this.d) * width - 0.5, 0, 1, height);
    }
    this.labels.forEach((name, row) => {
      name.classList.toggle('held', row === this.held);
      name.classList.toggle('pointed', row === place);
    });
    this.tell();
  }

  tell() {
    const { d } = this,
      index = this.pointed ?? Math.min(this.held, this.pieces.length - 1) * d,
      place = Math.floor(index / d),
      column = index % d;
    const halves = this.order === 'halves',
      pair = halves ? column % (d / 2) : Math.floor(column / 2);
    const wave = (halves ? column < d / 2 : column % 2 === 0) ? 'sin' : 'cos';
    told(this.reading, 'words.wave_reading', {
      word: isolated(this.pieces[place].text),
      number: column + 1,
      equation: waveEquation({ wave, place, twice: 2 * pair, d, value: this.arrays[this.order].data[index] }),
    });
  }
}

const HEIGHT = 190,
  TOP = 8,
  BOTTOM = 22,
  STEP = 8;

/** The cosine of the first place with the place k further on. */
export class Apart {
  pointed = null;
  probe;
  values;

  canvas = h('canvas');
  ticks = h('div.ticks', { 'aria-hidden': true });
  box = h('div', {}, this.canvas);
  reading = h('p.readout', { 'data-told': 'here' });
  element = h(
    'div.apart',
    {},
    bindText(h('h4'), 'words.apart'),
    h('div.plot', {}, this.ticks, this.box),
    bindText(h('p.axis.end'), 'words.apart_axis'),
    this.reading,
    bindText(h('p.note'), 'words.apart_note'),
  );

  constructor() {
    bindLabel(this.canvas, 'aria-label', 'words.apart_figure');
    this.probe = probe(this.canvas, {
      grid: () => (this.values ? { cols: this.values.length, rows: 1 } : null),
      hover: (k) => {
        this.pointed = k;
        this.draw();
      },
      start: () => 1,
    });
    onWidth(this.box, () => this.draw());
  }

  load({ arrays }) {
    this.probe.forget();
    this.values = arrays.by_offset.data;
    this.pointed = null;
    this.draw();
  }

  draw() {
    const width = this.box.clientWidth;
    if (!this.values || !width) return;
    const context = sharp(this.canvas, width, HEIGHT),
      { values } = this,
      low = Math.min(0, ...values);
    const x = (k) => ((k + 0.5) / values.length) * width,
      y = (value) => TOP + ((1 - value) / (1 - low)) * (HEIGHT - TOP - BOTTOM);
    this.ticks.replaceChildren(
      ...[1, 0.5, 0].map((value) => h('span', { style: { top: `${y(value)}px` } }, String(value))),
    );
    for (const value of [1, 0.5, 0]) {
      context.fillStyle = ink(value ? 'line' : 'ink-3');
      context.fillRect(0, y(value) - 0.5, width, 1);
    }
    context.fillStyle = ink('ink-2');
    context.font = smallType();
    context.textAlign = 'center';
    for (let k = 0; k < values.length; k += STEP) context.fillText(whole(k), Math.max(6, x(k)), HEIGHT - 6);
    context.strokeStyle = ink('ink');
    context.lineWidth = 2;
    context.beginPath();
    values.forEach((value, k) => context.lineTo(x(k), y(value)));
    context.stroke();
    const k = this.pointed ?? 1;
    if (k < values.length) {
      context.fillStyle = ink('key');
      context.beginPath();
      context.arc(x(k), y(values[k]), 5, 0, 7);
      context.fill();
      this.reading.innerHTML = html('words.apart_reading', { k, value: digits(values[k]) });
    }
  }
}
