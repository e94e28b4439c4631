// Ribbons from words of the translation to the words of the sentence they looked at. They run between the real places of the words, in however many
// lines these stand, and pass the lines in between where no word stands. A ribbon's width is its weight: at the word that looks the ribbons lie side by side, and together they are as wide as 100 %.

import { ownPixels, svg } from '../core/dom.js';
import { linesBetween, passage } from './between_words.js';

/** Width of 100 %, in pixels; of the steps that are not shown. */
const FULL = 30,
  FAINT = 7;
/** What stays free of the card's edge. */
const EDGE = 2;
/** Thinner ribbons are left out; in the background of a long sentence all but the strongest. */
const LEAST = 0.01,
  LEAST_FAINT = 0.1,
  LEAST_OF_MANY = 0.3,
  MANY = 26;

export class Ribbons {
  box;
  measured;
  sources;
  targets;
  shown;
  from;
  to;
  /** The lines of the sentence and of its translation. */
  above;
  below;

  svg = svg('svg', { class: 'ribbons', 'aria-hidden': 'true' });
  gradient = svg('linearGradient', { id: 'ribbon-colour', gradientUnits: 'userSpaceOnUse', x1: 0, x2: 0 });
  faint = svg('g', { class: 'faint' });
  lit = svg('g', { class: 'lit' });

  /** `box` holds the words; the ribbons lie behind them. */
  constructor(box) {
    this.box = box;
    this.gradient.append(svg('stop', { class: 'at-key', offset: 0 }), svg('stop', { class: 'at-query', offset: 1 }));
    const defs = svg('defs');
    defs.append(this.gradient);
    this.svg.append(defs, this.faint, this.lit);
    box.prepend(this.svg);
    new ResizeObserver(() => {
      this.measured = false;
      if (this.shown) this.show(this.shown);
    }).observe(box);
  }

  setWords(sources, targets) {
    this.sources = sources;
    this.targets = targets;
    this.measured = false;
    this.shown = null;
  }

  /** Ribbons of the step `row`, or all ribbons to the source word `column`; those of the other steps are faint. */
  show(shown) {
    const { row, column, weights, rows } = shown,
      changed = this.shown?.weights !== weights;
    this.shown = shown;
    if (!this.measured || changed) {
      if (!this.measure()) return;
      this.faint.replaceChildren(...Array.from({ length: rows }, (_, step) => this.fan(step, weights(step))));
    }
    const paths =
      column === null
        ? this.side(row, weights(row))
        : Array.from({ length: rows }, (_, step) => this.one(step, column, weights(step)[column]));
    this.lit.replaceChildren(...paths.filter(Boolean));
    const top = Math.min(...this.from.map(({ y }) => y)),
      bottom = column === null ? this.to[row].y : Math.max(...this.to.map(({ y }) => y));
    this.gradient.setAttribute('y1', String(top));
    this.gradient.setAttribute('y2', String(bottom));
  }

  measure() {
    const { width, height, left, top } = this.box.getBoundingClientRect();
    if (!width) return false;
    const px = (distance) => ownPixels(this.box, distance);
    this.svg.setAttribute('viewBox', `0 0 ${px(width)} ${px(height)}`);
    const placed = (elements) =>
      elements.map((element) => {
        const box = element.getBoundingClientRect();
        return {
          left: px(box.left - left),
          right: px(box.right - left),
          top: px(box.top - top),
          bottom: px(box.bottom - top),
          word: element.parentElement,
        };
      });
    const read = placed(this.sources),
      written = placed(this.targets),
      middle = (box) => (box.left + box.right) / 2;
    // As far as the card is painted.
    const card = this.box.closest('.translation-figure').getBoundingClientRect(),
      within = { left: px(card.left - left) + EDGE, right: px(card.right - left) - EDGE };
    this.above = linesBetween(read, within);
    this.below = linesBetween(written, within);
    this.from = read.map((box) => ({ x: middle(box), y: box.bottom }));
    this.to = written.map((box) => ({ x: middle(box), y: box.top }));
    this.measured = true;
    return true;
  }

  /** All of a step side by side, in the order in which their words stand. */
  side(step, row) {
    const order = [...row.keys()].filter((s) => row[s] >= LEAST).sort((a, b) => this.from[a].x - this.from[b].x);
    let across = (-FULL / 2) * order.reduce((sum, s) => sum + row[s], 0);
    return order.map((s) => {
      const wide = row[s] * FULL,
        path = this.one(step, s, row[s], across + wide / 2);
      across += wide;
      return path;
    });
  }

  one(step, s, weight, aside = 0) {
    if (weight < LEAST) return null;
    return svg('path', {
      d: this.curve(s, step, weight * FULL, aside),
      'stroke-width': Math.max(0.8, weight * FULL).toFixed(2),
      'data-source': s,
      'data-step': step,
      'data-weight': weight.toFixed(4),
    });
  }

  /** The strongest ribbons of a step as they lie in the background. */
  fan(step, row) {
    const group = svg('g', { 'data-step': step });
    row.forEach((weight, s) => {
      if (weight >= (this.to.length > MANY ? LEAST_OF_MANY : LEAST_FAINT))
        group.append(
          svg('path', { d: this.curve(s, step, weight * FAINT), 'stroke-width': (weight * FAINT).toFixed(2) }),
        );
    });
    return group;
  }

  /** Down from the word that is looked at, past the lines below it, over to the lines above the word that looks, and past these; so wide. */
  curve(s, step, wide, aside = 0) {
    const from = this.from[s],
      to = this.to[step],
      passes = this.above
        .filter(({ top }) => top > from.y - 1)
        .map((line) => ({ ...line, x: passage(line, from.x, wide) }))
        .concat(
          this.below
            .filter(({ bottom }) => bottom < to.y + 1)
            .map((line) => ({ ...line, x: passage(line, to.x, wide) })),
        );
    let [x, y] = [from.x, from.y],
      way = `M${at(x)} ${at(y)}`;
    const over = (toX, toY) => {
      const bend = (toY - y) * 0.55;
      way += `C${at(x)} ${at(y + bend)} ${at(toX)} ${at(toY - bend)} ${at(toX)} ${at(toY)}`;
      [x, y] = [toX, toY];
    };
    // Straight down past the shares below the word's own line, where another line follows.
    const own = this.above.find((line) => line.top < from.y && from.y <= line.bottom);
    if (own && passes.length) {
      y = Math.max(y, own.bottom);
      way += `V${at(y)}`;
    }
    for (const line of passes) {
      over(line.x, line.top);
      y = line.bottom;
      way += `V${at(y)}`;
    }
    over(to.x + aside, to.y);
    return way;
  }
}

const at = (value) => value.toFixed(1);
