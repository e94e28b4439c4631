// A gate from its smallest part on: one unit of it as a curve over the sentence, then all of its units, a line of colours each.

import { argmax, rankOf } from '../core/argmax.js';
import { colourPicture, peakOf, signColour } from '../core/colours.js';
import { h, inkPx, onWidth, svg } from '../core/dom.js';
import { takeable } from '../core/figure.js';
import { pieceName, readPieces, sourcePieces } from '../core/pieces.js';
import { probe } from '../core/probe.js';
import { RAMP } from '../core/ramp.js';
import { on, state, update } from '../core/state.js';
import { digits, isolated, html, bindLabel, bindText, t } from '../core/text.js';
import { text } from './log_plot.js';
import { legend } from './row_names.js';

const ROOM = { left: 40, right: 8, top: 26 },
  HIGH = 120,
  WORDS = 84 / 13; // of a letter's height
/** A place narrower than this has no word below it, but now and then its number; one as wide as its words has them upright. */
const READABLE = 13,
  LETTER = 8 / 13, // of its height
  LETTERS = 10,
  EVERY = 10;
/** A strip is at least so high, however few its lines are. */
const STRIP = 240;

export class OneUnit {
  facts;
  arrays;
  steps;
  names;
  gate;
  unit;
  order;
  width = 0;
  pitch = 0;
  held = 0;
  looked = null; // { step, unit } under the pointer

  buttons = h('div.segmented', { role: 'group' });
  back = h('button.action', { type: 'button', onclick: () => this.by(-1) }, '←');
  onward = h('button.action', { type: 'button', onclick: () => this.by(1) }, '→');
  number = h('output.unit-number', { translate: 'no' });
  most = h('button.action', { type: 'button', onclick: () => update({ chainUnit: null }) });
  curve = svg('svg', { 'aria-hidden': 'true' });
  over = h('div.unit-over');
  means = h('p.note');
  readout = h('p.readout', { 'data-told': true });
  scale = h('div.strip-scale');
  canvas = h('canvas.strip-cells');
  line = h('div.strip-line');
  stripOver = h('div.strip-over');
  heads = [1, 2, 3].map((number) => [h('h3', { 'data-step-of': number }), h('p.unit-told')]);

  /** `hold(step)` of a chosen step, `open({ name, step, place })` of a chosen number, `choose()` after another unit was. */
  constructor({ hold, open, choose }) {
    this.hold = hold;
    this.open = open;
    this.choose = choose;
    bindLabel(this.buttons, 'aria-label', 'before.unit_gates');
    bindLabel(this.back, 'aria-label', 'before.unit_back');
    bindLabel(this.onward, 'aria-label', 'before.unit_on');
    bindText(this.most, 'before.unit_most');
    bindLabel(this.over, 'aria-label', 'before.unit_figure');
    bindLabel(this.stripOver, 'aria-label', 'before.strip_figure');
    const cols = () => (this.facts ? this.steps[0] + this.steps[1] + 1 : 0);
    this.curveProbe = probe(this.over, {
      grid: () => (cols() ? { cols: cols(), rows: 1 } : null),
      hover: (col) => this.pointAt(col === null ? null : { step: this.stepAt(col), place: this.place }),
      choose: (col) => this.chosen(this.stepAt(col)),
      start: () => this.colOf(this.held),
    });
    this.stripProbe = probe(this.stripOver, {
      grid: () => (cols() ? { cols: cols(), rows: this.facts.d_hidden } : null),
      hover: (cell) => this.pointAt(cell === null ? null : this.cellAt(cell)),
      choose: (cell) => {
        update({ chainGate: this.gate, chainUnit: this.order[this.cellAt(cell).place] });
      },
      start: () => this.place * cols() + this.colOf(this.held),
    });
    const [one, all, every] = this.heads;
    this.element = h(
      'div.one-unit',
      {},
      ...one,
      h('div.unit-controls', {}, this.buttons, h('div.unit-steps', {}, this.back, this.number, this.onward), this.most),
      takeable(
        h(
          'figure.unit-figure',
          { translate: 'no' },
          this.means,
          h('div.unit-plot', {}, this.curve, this.over),
          this.readout,
        ),
        () => this.drawn(),
        { title: () => one[0].textContent },
      ),
      ...all,
      takeable(
        h('figure.unit-strip', {}, this.scale, h('div.strip-box', {}, this.canvas, this.line, this.stripOver)),
        () => this.drawn(),
        { title: () => all[0].textContent },
      ),
      ...every,
    );
    // Before a room one of the two figures is seen, the other hidden.
    for (const box of [this.curve, this.canvas]) onWidth(box.parentElement, () => this.draw());
    on('chainGate chainUnit', () => {
      if (!this.facts) return;
      this.settle();
      this.draw();
      this.choose();
    });
  }

  /** Lay the figures out anew for a reading. */
  load({ facts, arrays }) {
    this.facts = facts;
    this.arrays = arrays;
    this.steps = [facts.source.length, facts.target.length];
    this.order = arrays.order.data;
    this.pieces = [...sourcePieces(facts), ...readPieces(facts)];
    this.looked = null;
    this.curveProbe.forget();
    this.stripProbe.forget();
    this.names = Object.keys(arrays)
      .filter((key) => key.startsWith('moves_'))
      .map((key) => key.slice('moves_'.length));
    this.buttons.replaceChildren(
      ...this.names.map((name) =>
        h(
          'button',
          { type: 'button', 'data-gate': name, onclick: () => update({ chainGate: name, chainUnit: null }) },
          t(`before.name_${name}`),
        ),
      ),
    );
    this.buttons.hidden = this.names.length < 2;
    this.settle();
    this.draw();
  }

  /** Which gate and unit are shown: those chosen, where this cell has them, else the one that moves most. */
  settle() {
    const { names } = this,
      most = (name) => argmax(this.moves(name));
    const gate = names.includes(state.chainGate)
      ? state.chainGate
      : names.reduce((a, b) => (this.moves(b)[most(b)] > this.moves(a)[most(a)] ? b : a));
    const chosen = state.chainUnit;
    this.gate = gate;
    this.unit = chosen !== null && chosen < this.facts.d_hidden ? chosen : most(gate);
    this.place = this.order.indexOf(this.unit);
  }

  /** The numbers of both figures. */
  drawn() {
    const { arrays, gate } = this;
    return arrays ? ['order', `moves_${gate}`, `encoder_${gate}`, `decoder_${gate}`].map((name) => arrays[name]) : null;
  }
  moves(name) {
    return this.arrays[`moves_${name}`].data;
  }
  /** The unit before or after in the order of the strip. */
  by(places) {
    const to = this.place + places;
    if (to >= 0 && to < this.order.length) update({ chainGate: this.gate, chainUnit: this.order[to] });
  }
  half(step) {
    return step < this.steps[0] ? ['encoder', step] : ['decoder', step - this.steps[0]];
  }
  /** Between encoder and decoder one column is empty; it counts as the step before it. */
  stepAt(col) {
    return col < this.steps[0] ? col : Math.max(this.steps[0] - 1, col - 1);
  }
  colOf(step) {
    return step < this.steps[0] ? step : step + 1;
  }
  cellAt(cell) {
    const cols = this.steps[0] + this.steps[1] + 1;
    return { step: this.stepAt(cell % cols), place: Math.floor(cell / cols) };
  }
  value(step, unit) {
    const [side, row] = this.half(step);
    return this.arrays[`${side}_${this.gate}`].data[row * this.facts.d_hidden + unit];
  }
  x(step) {
    return ROOM.left + (this.colOf(step) + 0.5) * this.pitch;
  }
  /** Of a share 0..1; the state lies between −1 and 1. */
  y(value) {
    const low = this.gate === 'state' ? -1 : 0;
    return ROOM.top + HIGH * (1 - (value - low) / (1 - low));
  }

  draw() {
    if (!this.facts) return;
    const width = this.curve.parentElement.clientWidth || this.canvas.parentElement.clientWidth;
    if (!width) return;
    const [sources, targets] = this.steps,
      cols = sources + targets + 1,
      inner = width - ROOM.left - ROOM.right,
      floor = ROOM.top + HIGH;
    this.pitch = inner / cols;
    const type = inkPx('small'),
      readable = this.pitch >= READABLE,
      flat = this.pieces.every((piece) => LETTER * type * Math.min(LETTERS, [...pieceName(piece)].length) < this.pitch),
      height = floor + (flat || !readable ? 26 : WORDS * type);
    const ends = this.gate === 'state' ? [1, 0, -1] : [1, 0.5, 0];
    const path = (from, to) =>
      Array.from({ length: to - from }, (_, i) => {
        const step = from + i;
        return `${i ? 'L' : 'M'}${this.x(step).toFixed(1)} ${this.y(this.value(step, this.unit)).toFixed(1)}`;
      }).join('');
    const border = ROOM.left + (sources + 0.5) * this.pitch;
    this.band = svg('rect', { class: 'held', y: ROOM.top - 6, height: HIGH + 12, width: this.pitch, rx: 5 });
    this.spot = svg('circle', { class: 'spot', r: 5 });
    this.curve.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.curve.setAttribute('height', String(height));
    this.curve.replaceChildren(
      ...ends.flatMap((value) => [
        svg('path', { class: 'grid', d: `M${ROOM.left} ${this.y(value)}H${width - ROOM.right}` }),
        text(ROOM.left - 8, this.y(value) + 4, String(value).replace('-', '−'), 'tick end'),
      ]),
      this.band,
      text(ROOM.left + 4, ROOM.top - 12, t('before.gradient_reads'), 'tick'),
      text(border + 6, ROOM.top - 12, t('before.gradient_writes'), 'tick'),
      svg('path', { class: 'border', d: `M${border} ${ROOM.top - 6}V${floor + 6}` }),
      svg('path', { class: 'curve', d: path(0, sources) + path(sources, sources + targets) }),
      ...this.pieces.map((_, step) =>
        svg('circle', { class: 'point', cx: this.x(step), cy: this.y(this.value(step, this.unit)), r: 3 }),
      ),
      ...this.pieces.map((piece, step) => readable && this.word(piece, step, floor, flat)).filter(Boolean),
      ...(readable ? [] : this.counts(floor)),
      this.spot,
    );
    Object.assign(this.over.style, {
      left: `${ROOM.left}px`,
      width: `${inner}px`,
      height: `${height}px`,
    });
    this.paint(inner);
    this.tell();
    this.show(this.held);
  }

  word(piece, step, floor, flat) {
    const letters = [...pieceName(piece)],
      name = letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join('')}…` : letters.join(''),
      x = this.x(step);
    if (flat) return text(x, floor + 22, name, 'tick word middle');
    const element = text(x + 4, floor + 12, name, 'tick word end');
    element.setAttribute('transform', `rotate(-90 ${x + 4} ${floor + 12})`);
    return element;
  }
  counts(floor) {
    const every = EVERY * Math.ceil(this.pieces.length / (8 * EVERY));
    return this.pieces
      .map((_, step) => (step + 1) % every === 0 && text(this.x(step), floor + 20, String(step + 1), 'tick middle'))
      .filter(Boolean);
  }

  /** The strip: a line for every unit, a column for every step, as wide as the curve's. */
  paint(inner) {
    const { d_hidden: units } = this.facts,
      [sources, targets] = this.steps,
      cols = sources + targets + 1,
      tall = Math.max(1, Math.round(STRIP / units));
    const all = ['encoder', 'decoder'].map((side) => this.arrays[`${side}_${this.gate}`].data),
      peak = this.gate === 'state' ? Math.max(...all.map(peakOf)) : null;
    const colour = peak === null ? (value) => RAMP[Math.round(255 * value)] : (value) => signColour(value / peak);
    const cells = colourPicture(cols, units, (i) => {
      const col = i % cols;
      return col === sources ? 0 : colour(this.value(this.stepAt(col), this.order[Math.floor(i / cols)]));
    });
    Object.assign(this.canvas, { width: cols, height: units });
    this.canvas.getContext('2d').drawImage(cells, 0, 0);
    this.scale.replaceChildren(legend(this.gate, peak));
    const size = { left: `${ROOM.left}px`, width: `${inner}px`, height: `${units * tall}px` };
    Object.assign(this.canvas.style, { marginInlineStart: size.left, width: size.width, height: size.height });
    Object.assign(this.stripOver.style, size);
    Object.assign(this.line.style, {
      left: `${ROOM.left - 4}px`,
      width: `${inner + 8}px`,
      top: `${this.place * tall - 3}px`,
      height: `${tall + 6}px`,
    });
  }

  tell() {
    const { gate, unit, names } = this,
      { d_hidden: units } = this.facts,
      moves = this.moves(gate),
      most = names.map((name) => Math.max(...this.moves(name)));
    const rank = rankOf(moves, unit, digits),
      first = rank === 1 && digits(moves[unit]) === digits(Math.max(...most));
    const gates = gate !== 'state',
      params = { name: t(`before.name_${gate}`), unit: unit + 1, units, moves: digits(moves[unit]), rank };
    const [one, all, every] = this.heads;
    one[0].innerHTML = html(gates ? 'before.one_title' : 'before.one_title_state');
    one[1].innerHTML = html(`before.one_${gates ? (first ? 'first' : 'ranked') : 'state'}`, params);
    all[0].innerHTML = html(gates ? 'before.all_title' : 'before.all_title_state');
    all[1].innerHTML = html('before.all_told', params);
    every[0].innerHTML = html(gates ? 'before.every_title' : 'before.every_title_state');
    every[1].innerHTML = html('before.every_told', params);
    this.means.innerHTML = html(`before.means_${gate}`);
    this.number.innerHTML = html('before.unit_number', params);
    this.back.toggleAttribute('disabled', this.place === 0);
    this.onward.toggleAttribute('disabled', this.place === units - 1);
    this.most.toggleAttribute('disabled', state.chainUnit === null || rank === 1);
    for (const button of this.buttons.children)
      button.setAttribute('aria-pressed', String(/** @type {HTMLElement} */ (button).dataset.gate === gate));
  }

  pointAt(at) {
    this.looked = at;
    this.show(this.held);
  }
  /** A step chosen once is held; chosen again, its number opens. */
  chosen(step) {
    if (step === this.held) this.open({ name: this.gate, step, place: this.place });
    else this.hold(step);
  }

  /** The step held, or the number under the pointer. */
  show(held) {
    this.held = held;
    if (!this.pitch) return;
    const { step, place } = this.looked ?? { step: held, place: this.place },
      unit = this.order[place],
      value = this.value(step, unit);
    this.band.setAttribute('x', String(this.x(held) - this.pitch / 2));
    this.spot.setAttribute('cx', String(this.x(step)));
    this.spot.setAttribute('cy', String(this.y(this.value(step, this.unit))));
    this.readout.toggleAttribute('data-told', !this.looked);
    this.readout.innerHTML = html('before.unit_reading', {
      name: t(`before.name_${this.gate}`),
      unit: unit + 1,
      word: isolated(pieceName(this.pieces[step])),
      value: digits(value),
    });
  }
}
