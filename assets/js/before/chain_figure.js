// The unrolled network: a column per step, what it reads on top, its gates and its state below, at the foot what it writes.

import { peakOf } from '../core/colours.js';
import { closest, h, inkPx, onWidth, onWindow, ownPixels } from '../core/dom.js';
import { calm } from '../core/flight.js';
import { keysOf } from '../core/keys.js';
import { pieceElement, readPieces, sourcePieces, writtenPieces } from '../core/pieces.js';
import { hintScroll } from '../core/scroll_hint.js';
import { Taps } from '../core/taps.js';
import { bindLabel, percent } from '../core/text.js';
import { arcs } from './arcs.js';
import { bridgeOf, handed } from './handed.js';
import { ACROSS, GAP, Heat } from './heat.js';
import { curveRow, legend, name } from './row_names.js';

const SIDES = ['encoder', 'decoder'],
  CARRY_MS = 260;
/** Room in front of the first block for the frame around it, and behind the last. */
const LEAD = 6,
  BEHIND = 14;

export class ChainFigure {
  pointed = null;
  facts;
  arrays;
  steps;
  pitch;
  block;
  places;
  heats;
  arcs;
  words;
  feet;
  holding;
  future;
  held;
  bridge;
  looked = null; // what was shown last

  grid = h('div.chain-grid', { translate: 'no' });
  scroll = bindLabel(
    hintScroll(h('div.chain-scroll', { tabindex: '0', role: 'application' }, this.grid)),
    'aria-label',
    'before.chain_figure',
  );
  element = h('div.chain-figure', {}, this.scroll);

  /** `point({ step, place })` hears of the pointer (null: away), `hold(step)` of a chosen step, `open({ name, step, place })` of a chosen number. */
  constructor({ point, hold, open }) {
    const pointAt = (at) => {
      if (at?.step !== this.pointed?.step || at?.place !== this.pointed?.place || at?.name !== this.pointed?.name) {
        this.pointed = at;
        point(at);
      }
    };
    const taps = new Taps(),
      placeOf = (at) => (at?.name ? `${at.name} ${at.step} ${at.place}` : null);
    this.grid.addEventListener('pointermove', (event) => {
      const at = this.under(event);
      if (!taps.moved(event, placeOf(at))) pointAt(at);
    });
    this.grid.addEventListener('pointerdown', (event) => {
      const at = this.under(event);
      if (!taps.down(event, placeOf(at), placeOf(this.pointed))) pointAt(at);
    });
    this.grid.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'mouse') pointAt(null);
    });
    this.grid.addEventListener('click', (event) => {
      const at = this.pointed ?? this.under(event),
        opens = taps.clicked();
      if (!at) return;
      hold(at.step);
      if (at.name && opens) open(at);
    });
    keysOf(this.scroll, { keys: 'Enter', says: 'keys.arithmetic', act: () => open(null) });
    // What is handed over has more room, or less, in another width.
    onWidth(this.element, () => {
      if (!this.facts || bridgeOf(this.spare()) === this.bridge) return;
      const { facts, arrays, looked } = this;
      this.load({ facts, arrays });
      if (looked) this.show({ ...looked, pointed: null });
    });
  }

  /** Lay the figure out anew for a reading. */
  load({ facts, arrays }) {
    const { d_hidden: units, attention } = facts,
      steps = [facts.source.length, facts.target.length];
    this.facts = facts;
    this.arrays = arrays;
    this.steps = steps;
    this.pointed = null;
    const room = this.element.clientWidth,
      narrow = room > 0 && room < 640, // it may be out of sight yet
      wide = (cell) => 160 + LEAD + bridgeOf(0) + (steps[0] + steps[1]) * (ACROSS + GAP) * cell;
    const cell = narrow || wide(4) <= room ? 4 : 3,
      pitch = (this.pitch = (ACROSS + GAP) * cell);
    this.bridge = bridgeOf(this.spare());
    this.block = ACROSS * cell;
    const place = (step) => this.left(step) + this.block / 2;
    this.places = Array.from({ length: steps[0] + steps[1] }, (_, step) => place(step));
    const common = { units, order: arrays.order.data, cell };
    this.heats = this.names().map((name) => {
      const peak = name.endsWith('_gate')
        ? null
        : Math.max(...SIDES.map((side) => peakOf(arrays[`${side}_${name}`].data)));
      return {
        name,
        peak,
        halves: SIDES.map(
          (side, i) =>
            new Heat({
              ...common,
              values: arrays[`${side}_${name}`].data,
              steps: steps[i],
              peak,
              arrows: name === 'state',
            }),
        ),
      };
    });
    this.arcs = attention ? arcs({ places: this.places, sources: steps[0], width: this.width() }) : null;
    this.words = this.readWords();
    this.feet = this.writtenWords();
    this.holding = h('div.chain-held');
    this.future = h('div.chain-future', { hidden: true });
    const cells = (elements, i) =>
      h('div.chain-steps', { 'data-side': SIDES[i] }, ...(i ? elements.slice(steps[0]) : elements.slice(0, steps[0])));
    this.heats.forEach(({ halves }) =>
      halves.forEach(({ element }, i) => {
        element.dataset.side = SIDES[i];
      }),
    );
    const bridge = h(
      'div.chain-bridge',
      { style: { gridRow: `${attention ? 3 : 2} / span ${this.heats.length}` } },
      handed({ facts, arrays }),
    );
    this.grid.style.setProperty('--pitch', `${pitch}px`);
    this.grid.style.setProperty('--block', `${this.block}px`);
    this.grid.style.setProperty('--bridge', `${this.bridge}px`);
    this.grid.style.setProperty('--letters', `${cell === 4 ? 17 : Math.max(13.5, inkPx('tiny'))}px`);
    this.grid.replaceChildren(
      ...(this.arcs ? [name('row_attention'), h('div.chain-whole', {}, this.arcs.drawing)] : []),
      name('row_reads'),
      cells(this.words, 0),
      cells(this.words, 1),
      ...this.heats.flatMap(({ name: quantity, peak, halves: [encoder, decoder] }) => [
        legend(quantity, peak),
        encoder.element,
        decoder.element,
      ]),
      bridge,
      ...this.curve(),
      name(attention ? 'row_weights' : 'row_writes'),
      cells(this.feet, 0),
      cells(this.feet, 1),
      this.future,
      this.holding,
    );
  }

  /** The quantities drawn, from the gates to the state; a plain RNN's candidate is its state. */
  names() {
    return [
      ...this.facts.gates.filter(() => this.facts.gates.length > 1),
      ...(this.arrays.encoder_cell ? ['cell'] : []),
      'state',
    ];
  }
  /** What the steps and their names leave of the figure's width, in its own pixels. */
  spare() {
    const { grid, element } = this,
      names = Number.parseFloat(getComputedStyle(grid).gridTemplateColumns) || 0; // it may be out of sight yet
    return (
      ownPixels(grid, onWindow(element, element.clientWidth)) -
      names -
      LEAD -
      BEHIND -
      (this.steps[0] + this.steps[1]) * this.pitch
    );
  }
  left(step) {
    return LEAD + step * this.pitch + (step < this.steps[0] ? 0 : this.bridge);
  }
  width() {
    return this.left(this.steps[0] + this.steps[1]);
  }
  /** Which half a step belongs to, and its number there. */
  half(step) {
    return step < this.steps[0] ? [0, step] : [1, step - this.steps[0]];
  }
  /** A number of the chain: value('state', step, place of the unit as it is drawn). */
  value(name, step, place) {
    const [i, row] = this.half(step),
      { d_hidden: n } = this.facts;
    return this.arrays[`${SIDES[i]}_${name}`].data[row * n + this.unit(place)];
  }
  unit(place) {
    return this.arrays.order.data[place];
  }

  readWords() {
    const words = [...sourcePieces(this.facts), ...readPieces(this.facts)];
    return words.map((piece, step) => h('div.chain-word', { 'data-step': step }, pieceElement(piece)));
  }

  /** What a step writes and how sure it was; under the source words, with attention, how much of each is looked at. */
  writtenWords() {
    const [sources, targets] = this.steps,
      written = writtenPieces(this.facts),
      shares = this.arrays.written.data;
    const source = Array.from({ length: sources }, (_, step) =>
      h('div.chain-foot.source', { 'data-step': step }, h('span.weight-bar'), h('span.share')),
    );
    const target = Array.from({ length: targets }, (_, t) =>
      h(
        'div.chain-foot',
        { 'data-step': sources + t },
        pieceElement(written[t]),
        h('span.sure', {}, h('span', { style: { width: `${100 * shares[t]}%` } })),
        h('span.share', {}, percent(shares[t])),
      ),
    );
    return [...source, ...target];
  }

  /** How much stays from step to step, with its axis. */
  curve() {
    return curveRow({
      arrays: this.arrays,
      places: this.places,
      width: this.width(),
      gated: Boolean(this.facts.keeps),
    });
  }

  /** The number or the step under a pointer. */
  under(event) {
    for (const { name, halves } of this.heats ?? []) {
      const i = halves.findIndex(({ canvas }) => canvas === event.target);
      if (i < 0) continue;
      const at = halves[i].under(event);
      return at && { name, place: at.place, step: at.step + i * this.steps[0] };
    }
    const word = closest(event, '[data-step]');
    return word ? { step: Number(word.dataset.step), place: null, name: null } : null;
  }

  /** Mark the step held, the unit pointed at or else the one at `place`, and while it plays what has not been read yet. */
  show({ held, pointed, place = null, playing }) {
    this.looked = { held, place, playing };
    const step = pointed?.step ?? held,
      moved = held - this.held;
    this.words.forEach((word, i) => {
      word.classList.toggle('held', i === held);
      word.classList.toggle('pointed', i === step && i !== held);
    });
    this.holding.style.transform = `translateX(${this.left(held) - 4}px)`;
    this.future.hidden = !playing;
    this.future.style.insetInlineStart = `calc(var(--names) + ${this.left(held) + this.pitch - 6}px)`;
    for (const { halves } of this.heats) for (const heat of halves) heat.outline(pointed?.place ?? place);
    this.attend(step);
    if (moved === 1) this.carry(held);
    if (held !== this.held) this.reveal(held);
    this.held = held;
  }

  /** Where a decoder's step looks, where there is attention. */
  attend(step) {
    if (!this.arcs) return;
    const [i, t] = this.half(step),
      sources = this.steps[0];
    const row = i ? this.arrays.pattern.data.subarray(t * sources, (t + 1) * sources) : null;
    this.arcs.draw(step, row);
    this.weigh(row);
  }

  /** Under every source word, how much of it the step takes. */
  weigh(row) {
    this.feet.slice(0, this.steps[0]).forEach((foot, s) => {
      foot.firstChild.style.width = row ? `${100 * row[s]}%` : '0';
      foot.lastChild.textContent = row ? percent(row[s]) : '';
    });
  }

  /** The state of the step before slides into the step that reads it. */
  carry(step) {
    const [i, row] = this.half(step),
      { halves } = this.heats.at(-1);
    if (calm()) return;
    const [j, before] = this.half(step - 1),
      block = halves[j].block(before),
      { element } = halves[i],
      from = this.left(step - 1) - this.left(step);
    block.className = 'carried';
    Object.assign(block.style, { left: `${row * this.pitch}px`, width: `${this.block}px`, height: '100%' });
    element.append(block);
    const gone = () => block.remove();
    Object.assign(
      block.animate([{ translate: `${from}px` }, { translate: '0', opacity: 1 }, { translate: '0', opacity: 0 }], {
        duration: CARRY_MS,
        easing: 'ease-in-out',
      }),
      { onfinish: gone, oncancel: gone },
    );
  }

  /** The held step is in sight, whoever moved it. */
  reveal(...steps) {
    const { scroll } = this,
      names = /** @type {HTMLElement} */ (this.grid.firstElementChild).offsetWidth;
    const to = steps.reduce((at, step) => {
      const left = this.left(step),
        least = left + names - scroll.clientWidth + 2 * this.pitch;
      return Math.min(Math.max(at, least), left - this.pitch);
    }, scroll.scrollLeft);
    if (to !== scroll.scrollLeft) scroll.scrollTo({ left: Math.max(0, to), behavior: calm() ? 'auto' : 'smooth' });
  }
}
