// One cell's panel: how strongly every input read so far moves the loss of one word, after training and at its beginning.

import { h, svg } from '../core/dom.js';
import { html, bindLabel, bindText, small, t } from '../core/text.js';
import { LogPlot, text } from './log_plot.js';

const ROOM = { left: 44, right: 10, top: 24, bottom: 82 };
const HEIGHT = 300;
/** A place narrower than this has no word below it, but now and then its number, and no dot on its curve. */
const READABLE = 13,
  NUMBERS_PX = 24,
  EVERY = 20;
/** Letters of a word that fit below its place. */
const LETTERS = 10;
export const WEIGHTS = ['trained', 'first'];

export class Decay {
  cell;
  plot;
  element;
  found;
  inputs;
  powers;
  pointed;

  reach = h('strong.reach', { translate: 'no' });
  before = h('span');

  constructor(cell, { point, start }) {
    this.cell = cell;
    this.plot = new LogPlot({ height: HEIGHT, room: ROOM, hover: point, start, draw: () => this.draw() });
    bindLabel(this.plot.over, 'aria-label', 'before.gradient_figure', () => ({ cell: cell.toUpperCase() }));
    this.element = h(
      'figure.decay',
      { 'data-cell': cell },
      h('h3', {}, cell.toUpperCase()),
      h('p.reach-line', {}, this.reach, bindText(h('span'), 'before.gradient_reach')),
      h('p.note.reach-before', {}, this.before),
      this.plot.element,
    );
  }

  /** norms and reach by weights; inputs: { pieces, source } of all three panels, with the range of powers they share. */
  load(found, inputs) {
    this.plot.probe.forget();
    this.found = found;
    this.inputs = inputs;
    this.powers = Object.fromEntries(
      WEIGHTS.map((weights) => [
        weights,
        Array.from(found[weights].norms, (norm) => (norm > 0 ? Math.log10(norm) : -Infinity)),
      ]),
    );
    this.draw();
  }

  draw() {
    if (!this.found) return;
    const {
      plot,
      inputs: { names, source, low, high },
    } = this;
    this.reach.textContent = share(this.found.trained.reach);
    this.before.innerHTML = html('before.gradient_before', { share: share(this.found.first.reach) });
    const readable = (plot.element.clientWidth - ROOM.left - ROOM.right) / names.length >= READABLE;
    if (!plot.begin({ count: names.length, low, high, bottom: readable ? ROOM.bottom : NUMBERS_PX })) return;
    const border = plot.room.left + source * plot.step,
      end = plot.room.left + plot.inner;
    plot.add(
      svg('path', { class: 'border', d: `M${border} ${ROOM.top - 12}V${plot.floor}` }),
      svg('path', { class: 'asked', d: `M${end} ${ROOM.top}V${plot.floor}` }),
      ...this.ends(border, end),
    );
    if (readable) names.forEach((name, place) => plot.add(this.word(name, place)));
    else this.numbers(names.length);
    for (const weights of [...WEIGHTS].reverse()) plot.curve(this.powers[weights], weights);
    if (readable)
      this.powers.trained.forEach(
        (power, place) =>
          power >= low && plot.add(svg('circle', { class: 'point', cx: plot.x(place), cy: plot.y(power), r: 2.5 })),
      );
    this.mark(this.pointed ?? null);
  }

  /** What the two halves of the axis are; a half without room for its name has none. */
  ends(border, end) {
    const { left } = ROOM,
      [reads, writes] = this.inputs.halves,
      room = (words) => 6.2 * words.length + 6;
    return [
      border - left > room(reads) && text(border - 5, ROOM.top - 4, reads, 'tick end'),
      end - border > room(writes) && text(border + 5, ROOM.top - 4, writes, 'tick'),
    ].filter(Boolean);
  }

  numbers(count) {
    const { plot } = this,
      every = EVERY * Math.ceil(count / (8 * EVERY));
    plot.add(text(ROOM.left, plot.floor + 17, t('before.gradient_input', { number: 1 }), 'tick'));
    for (let number = every; number <= count; number += every)
      if (plot.x(number) - ROOM.left > 60)
        plot.add(text(plot.x(number - 1), plot.floor + 17, String(number), 'tick middle'));
  }

  word(name, place) {
    const x = this.plot.x(place) + 4,
      y = this.plot.floor + 8,
      letters = [...name];
    const element = text(
      x,
      y,
      letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join('')}…` : name,
      'tick word end',
    );
    element.setAttribute('transform', `rotate(-90 ${x} ${y})`);
    return element;
  }

  mark(place) {
    this.pointed = place;
    if (this.found)
      this.plot.mark(
        place,
        [...WEIGHTS].reverse().map((weights) => ({ powers: this.powers[weights], kind: weights })),
      );
  }
}

/** What float32 cannot hold is smaller than its smallest number. */
export const share = (value) => (value > 0 ? small(value) : '< 10⁻³⁸');
