// A plot whose upward axis is logarithmic: the frame that the chapter on the gradient draws its curves into.

import { h, onWidth, svg } from '../core/dom.js';
import { probe } from '../core/probe.js';
import { powerOfTen } from '../core/text.js';

/** At most so many powers of ten have a name. */
const NAMED = 8;

export class LogPlot {
  height;
  room;
  count = 0;
  probe;
  low;
  high;
  width;
  floor;
  inner;
  step;
  marks;

  svg = svg('svg', { 'aria-hidden': 'true' });
  over = h('div.plot-over');
  element = h('div.log-plot', {}, this.svg, this.over);

  /** room: pixels beside the curves; `hover(place or null)` and `choose(place)` hear of pointer and keys; `draw()` draws again when the width changed. */
  constructor({ height, room, hover, choose = () => {}, start = () => 0, draw }) {
    this.height = height;
    this.room = room;
    this.probe = probe(this.over, {
      grid: () => (this.count ? { cols: this.count, rows: 1 } : null),
      hover,
      choose,
      start,
    });
    onWidth(this.element, draw);
  }

  /** Begin anew: `count` places across, powers of ten from `low` to `high`; `bottom` where another room is needed below. False while there is no room to draw in. */
  begin({ count, low, high, bottom = this.room.bottom }) {
    const width = this.element.clientWidth,
      { left, right, top } = this.room,
      height = this.height - this.room.bottom + bottom;
    if (!width) return false;
    this.count = count;
    this.low = low;
    this.high = high;
    this.width = width;
    this.floor = height - bottom;
    this.inner = width - left - right;
    this.step = (width - left - right) / count;
    Object.assign(this.over.style, {
      left: `${left}px`,
      width: `${this.inner}px`,
      top: `${top}px`,
      height: `${this.floor - top}px`,
    });
    this.svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.svg.setAttribute('height', height);
    this.svg.replaceChildren(...this.powers());
    return true;
  }

  x(place) {
    return this.room.left + (place + 0.5) * this.step;
  }
  /** Of a logarithm; nothing stands below the end of the axis. */
  y(power) {
    return (
      this.room.top + ((this.high - Math.max(power, this.low)) / (this.high - this.low)) * (this.floor - this.room.top)
    );
  }

  powers() {
    const { left } = this.room,
      right = left + this.inner,
      every = [1, 2, 4, 5, 10, 20].find((n) => (this.high - this.low) / n <= NAMED) ?? 40,
      parts = [];
    for (let power = Math.floor(this.high / every) * every; power >= this.low; power -= every) {
      parts.push(
        svg('path', { class: power === 0 ? 'grid one' : 'grid', d: `M${left} ${this.y(power)}H${right}` }),
        text(left - 6, this.y(power) + 4, power === 0 ? '1' : powerOfTen(power), 'tick end'),
      );
    }
    return parts;
  }

  curve(powers, kind) {
    // What lies below the axis is not drawn: a line along its end would look like a value.
    const seen = (place) => powers[place] >= this.low,
      point = (power, place) =>
        `${place && seen(place - 1) ? 'L' : 'M'}${this.x(place).toFixed(1)} ${this.y(power).toFixed(1)}`;
    this.svg.append(
      svg('path', {
        class: `curve ${kind}`,
        d: Array.from(powers, (power, place) => (seen(place) ? point(power, place) : '')).join(''),
      }),
    );
  }

  add(...parts) {
    this.svg.append(...parts);
  }

  /** A line through one place and a dot on each of some curves there; null takes it away. */
  mark(place, curves) {
    this.marks?.remove();
    this.marks = null;
    if (place === null || !this.width) return;
    const x = this.x(place),
      { top } = this.room;
    this.marks = svg(
      'g',
      { class: 'marks' },
      svg('path', { class: 'hair', d: `M${x} ${top}V${this.floor}` }),
      ...curves
        .filter(({ powers }) => powers[place] >= this.low)
        .map(({ powers, kind }) => svg('circle', { class: `dot ${kind}`, cx: x, cy: this.y(powers[place]), r: 4 })),
    );
    this.svg.append(this.marks);
  }
}

export function text(x, y, words, kind) {
  return svg('text', { x, y, class: kind }, words);
}
