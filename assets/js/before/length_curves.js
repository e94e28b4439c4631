// Quality against the number of source words: a line for each model with its 95 % interval, and where the visitor's sentence stands.

import { h, onWidth, keptApart, svg } from '../core/dom.js';
import { probe } from '../core/probe.js';
import { bindLabel, t, whole } from '../core/text.js';
import { markAt } from './compared.js';

/** Below this the names at the ends of the lines are the short ones. */
const NARROW = 620;
const WIDE_ROOM = { left: 38, right: 178, top: 30, bottom: 56 },
  NARROW_ROOM = { left: 30, right: 90, top: 30, bottom: 56 };
const LINE_PX = 18; // names at the ends of lines keep this distance

export class LengthCurves {
  pointed = null;
  lit = null;
  probe;
  table;
  x;
  y;
  room;
  right;
  floor;
  narrow;
  width;
  groups;

  svg = svg('svg', { class: 'length-curves', 'aria-hidden': 'true' });
  plot = bindLabel(h('div.curves-plot'), 'aria-label', 'before.curves_figure');
  up = h('p.axis');
  element = h('div.curves-box', {}, this.up, h('div.curves-drawing', {}, this.svg, this.plot));

  /** `hover(bucket or null)` hears of pointer and keys. */
  constructor({ hover }) {
    this.probe = probe(this.plot, {
      grid: () => (this.table?.buckets.length ? { cols: this.table.buckets.length, rows: 1 } : null),
      hover: (bucket) => {
        this.pointed = bucket;
        hover(bucket);
        this.draw();
      },
      start: () => this.table.inside ?? 0,
    });
    onWidth(this.element, () => this.draw());
  }

  /** table: of one kind of text and one measure (bottleneck_table.js). */
  load(table) {
    if (table.kind !== this.table?.kind) {
      this.probe.forget();
      this.pointed = null;
    }
    this.table = table;
    this.draw();
  }

  /** One model before the others; null for none. */
  light(model) {
    this.lit = model;
    this.groups?.forEach((group) => group.classList.toggle('faint', model !== null && group.dataset.model !== model));
  }

  draw() {
    const width = this.element.clientWidth,
      { table } = this;
    if (!table || !width) return;
    const narrow = width < NARROW,
      room = narrow ? NARROW_ROOM : WIDE_ROOM,
      height = narrow ? 342 : 412;
    const least = table.buckets[0].fewest - 0.5,
      most = table.buckets.at(-1).most + 0.5,
      right = width - room.right,
      floor = height - room.bottom;
    const x = (words) => room.left + ((words - least) / (most - least)) * (right - room.left);
    const y = (score) => floor - (score / table.top) * (floor - room.top);
    Object.assign(this.plot.style, {
      left: `${room.left}px`,
      top: `${room.top}px`,
      width: `${right - room.left}px`,
      height: `${floor - room.top}px`,
    });
    this.x = x;
    this.y = y;
    this.room = room;
    this.right = right;
    this.floor = floor;
    this.narrow = narrow;
    this.width = width;
    this.svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.svg.setAttribute('height', String(height));
    this.up.textContent = t(`before.curves_up_${table.metric}`);
    this.groups = table.models.map((model) => this.curve(model));
    const names = table.models.map((model) => ({
      model,
      at: y(model.points.at(-1).value),
      from: y(model.points.at(-1).value),
      x: x(model.points.at(-1).middle),
    }));
    this.svg.replaceChildren(
      ...this.axes(),
      ...this.own(),
      ...this.groups,
      ...apart(names, room.top, floor).map((name) => this.name(name)),
    );
    keptApart(this.svg.querySelectorAll('.strong'));
    this.groups.push(...this.svg.querySelectorAll('.curve-name'));
    this.light(this.lit);
  }

  axes() {
    const { table, x, y, room, right, floor } = this,
      parts = [];
    for (let score = 0; score <= table.top; score += 10) {
      parts.push(
        svg('path', { class: score ? 'grid' : 'floor', d: `M${room.left} ${y(score)}H${right}` }),
        text(room.left - 7, y(score) + 4, String(score), 'tick end'),
      );
    }
    table.buckets.forEach(({ fewest, most, n, few }, i) => {
      const middle = x((fewest + most) / 2);
      if (i === this.pointed)
        parts.unshift(
          svg('rect', {
            class: 'pointed',
            x: x(fewest - 0.5),
            y: room.top,
            width: x(most + 0.5) - x(fewest - 0.5),
            height: floor - room.top,
          }),
        );
      parts.push(
        svg('path', { class: 'grid', d: `M${x(most + 0.5)} ${floor}v5` }),
        text(middle, floor + 18, `${fewest}–${most}`, 'tick middle strong'),
        text(
          middle,
          floor + 34,
          n ? (this.narrow ? whole(n) : t('before.curves_count', { count: n })) : '–',
          few ? 'tick middle few' : 'tick middle',
        ),
      );
    });
    if (this.narrow) parts.push(text(0, floor + 34, t('before.curves_texts'), 'tick few'));
    parts.push(text(right, floor + 51, t('before.curves_across'), 'tick end'));
    return parts;
  }

  /** The visitor's own sentence: a line at its number of words, at the edge with an arrow where nothing as long was measured. */
  own() {
    const { table, x, room, right, floor } = this,
      beyond = table.words > table.buckets.at(-1).most,
      at = beyond ? right : x(Math.max(table.words, table.buckets[0].fewest));
    const words = t(beyond ? 'before.curves_beyond' : 'before.curves_own', { words: table.words });
    return [
      svg('path', { class: 'own', d: `M${at} ${room.top - 6}V${floor}`, ...(beyond && { 'stroke-dasharray': '3 5' }) }),
      text(at, room.top - 11, words, `own-words ${this.sideOf(at)}`),
    ];
  }

  /** How words over a line lie to it: in the middle where there is room on both sides, else on the side that has more. */
  sideOf(at) {
    const { room, right, narrow, width } = this;
    if (narrow) return at > width / 2 ? 'end' : '';
    if (at > right - 130) return 'end';
    return at < room.left + 60 ? '' : 'middle';
  }

  curve(model) {
    const { x, y } = this,
      points = model.points.map((point) => ({ ...point, x: x(point.middle) })),
      at = (key) => (point) => `${point.x.toFixed(1)} ${y(point[key]).toFixed(1)}`;
    const band = [...points.map(at('high')), ...points.map(at('low')).reverse()].join('L');
    return svg(
      'g',
      { class: 'curve', 'data-model': model.key },
      svg('path', { class: 'band', d: `M${band}Z` }),
      svg('path', { class: 'line', d: `M${points.map(at('value')).join('L')}`, 'stroke-dasharray': model.dash }),
      ...points.map((point) => markAt(model, point.x, y(point.value), point.few)),
    );
  }

  name({ model, at, from, x }) {
    const { right, narrow } = this;
    return svg(
      'g',
      { class: 'curve-name', 'data-model': model.key },
      svg('path', { class: 'leader', d: `M${x + 9} ${from}L${right + 4} ${at}` }),
      text(right + 8, at + 4.5, t((narrow && model.short) || model.named), 'name'),
    );
  }
}

function text(x, y, words, name) {
  return svg('text', { x: x.toFixed(1), y: y.toFixed(1), class: name }, words);
}

/** Names at heights at which none covers another, as near to their lines as can be. */
function apart(names, top, floor) {
  const sorted = [...names].sort((a, b) => a.at - b.at);
  sorted.forEach((name, i) => {
    if (i) name.at = Math.max(name.at, sorted[i - 1].at + LINE_PX);
  });
  sorted.reverse().forEach((name, i) => {
    name.at = Math.min(name.at, i ? sorted[i - 1].at - LINE_PX : floor);
  });
  return sorted.map((name) => ({ ...name, at: Math.max(name.at, top) }));
}
