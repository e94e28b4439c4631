// The sentence and its translation in one line, and below it the way from a word read to a word written in three kinds of network.

import { wordAxis } from '../core/axes.js';
import { closest, h, inkPx, onWidth, oncePerFrame, svg } from '../core/dom.js';
import { choosing } from '../core/pick.js';
import { pieceElement, pieceName, sourcePieces, writtenPieces } from '../core/pieces.js';
import { hintScroll } from '../core/scroll_hint.js';
import { bindLabel, bindText } from '../core/text.js';

const HIGH = 84,
  FADES = 48, // shared.css, [data-more]
  BASE = HIGH - 12,
  GAP = 34,
  NAMES_EM = 8.2, // a network's name and what stands around it, in sizes of its type
  LEAST = 46,
  LEAST_NARROW = 62,
  LEAST_UPRIGHT = 26, // what a finger has to meet, and a little between
  MOST = 88,
  LARGE = 17,
  SMALL = 13,
  UPRIGHT = 15,
  WIDE = 0.66; // of a letter's height, in wide words
export const KINDS = ['recurrent', 'attention', 'transformer'];

const arrow = (sign) => h('span', { 'aria-hidden': true }, sign);

export class PathFigure {
  lines;
  rows;
  grid;
  facts;
  scroll;
  ends;
  element;
  source;
  target;
  pitch;

  held = { from: 0, to: 0 };
  shown = false;
  /** @type {{ end: 'from' | 'to', element: HTMLButtonElement, word: HTMLElement, before: HTMLElement, after: HTMLElement }[]} */
  marks;

  /** `hold({ from })` or `hold({ to })` hears of a chosen word, counted from 0 on its side. */
  constructor({ hold }) {
    const side = (key, which, end) => {
      const element = bindLabel(
        h('div.path-words', { tabindex: '0', role: 'application', translate: 'no' }),
        'aria-label',
        key,
      );
      choosing(element, {
        axis: () => (this[which]?.length ? wordAxis(this[which]) : null),
        tokenAt: (event) => {
          const word = closest(event, '[data-token]');
          return word ? Number(word.dataset.token) : null;
        },
        held: () => this.held[end],
        preview: () => {},
        hold: (token) => {
          if (token !== null) hold({ [end]: token });
        },
      });
      return element;
    };
    this.lines = {
      from: side('before.path_sources', 'source', 'from'),
      to: side('before.path_targets', 'target', 'to'),
    };
    this.rows = KINDS.map((kind) => ({
      kind,
      count: h('strong.path-count', { translate: 'no' }),
      unit: h('span'),
      words: h('p.note.path-told'),
      box: h('div'),
    }));
    this.grid = h(
      'div.path-grid',
      {},
      h('div.path-corner'),
      h('div.path-line', {}, this.lines.from, this.lines.to),
      ...this.rows.flatMap(({ kind, count, unit, words, box }) => [
        h('div.path-name', {}, bindText(h('h3'), `before.path_${kind}`), h('p', {}, count, ' ', unit)),
        h('div.path-way', {}, box, words),
      ]),
    );
    this.scroll = hintScroll(h('div.chain-scroll.path-scroll', {}, this.grid));
    this.scroll.addEventListener(
      'scroll',
      oncePerFrame(() => this.point()),
      { passive: true },
    );
    this.marks = /** @type {const} */ (['from', 'to']).map((end) => {
      const [word, before, after] = [h('bdi', { translate: 'no' }), arrow('←'), arrow('→')];
      const element = bindLabel(
        h('button.path-mark', { type: 'button', onclick: () => this.bring(end) }, before, word, after),
        'title',
        `before.path_bring_${end}`,
      );
      return { end, element, word, before, after };
    });
    this.ends = h('div.path-ends', {}, ...this.marks.map(({ element }) => element));
    this.element = h('div.chain-figure.path-figure', {}, this.ends, this.scroll);
    onWidth(this.element, () => {
      if (!this.facts) return;
      this.load(this.facts);
      this.show(this.held);
    });
  }

  load(facts) {
    this.facts = facts;
    this.source = sourcePieces(facts);
    this.target = writtenPieces(facts);
    const count = this.source.length + this.target.length,
      room = this.element.clientWidth,
      narrow = room < 640,
      names = narrow ? 114 : Math.max(172, Math.round(NAMES_EM * inkPx('text')));
    const each = Math.floor((room - names - GAP - 20) / count);
    // All of a line in sight is worth more than words that lie.
    this.pitch =
      each >= LEAST_UPRIGHT && each < LEAST ? each : Math.max(narrow ? LEAST_NARROW : LEAST, Math.min(MOST, each));
    // A broken word is no word: where the longest is wider than its column, all stand upright.
    const longest = Math.max(...[...this.source, ...this.target].map(({ text }) => [...text].length)),
      type = inkPx('least') || 0,
      letters = [LARGE, SMALL].find((size) => longest * Math.max(size, type) * WIDE + 8 <= this.pitch);
    this.grid.classList.toggle('upright', letters === undefined);
    this.grid.style.setProperty('--pitch', `${this.pitch}px`);
    this.grid.style.setProperty('--letters', `${letters ?? UPRIGHT}px`);
    this.grid.style.setProperty('--names', `${names}px`);
    // What stands still while the line scrolls ends before the line fades out.
    const scrolls = names + count * this.pitch + GAP > room;
    this.grid.style.setProperty('--room', `${room - names - (scrolls ? FADES : 20)}px`);
    this.grid.style.setProperty('--path-gap', `${GAP}px`);
    const words = (pieces) =>
      pieces.map((piece, token) => h('div.path-word', { 'data-token': token, title: piece.text }, pieceElement(piece)));
    this.lines.from.replaceChildren(...words(this.source));
    this.lines.to.replaceChildren(...words(this.target));
  }

  /** The middle of a node: places of the source, then of the target. */
  x(place) {
    return (place + 0.5) * this.pitch + (place < this.source.length ? 0 : GAP);
  }

  /** Where in the figure the two ends of the path lie. */
  places() {
    return { from: this.x(this.held.from), to: this.x(this.source.length + this.held.to) };
  }

  /** How much of the line is in sight beside the names. */
  get room() {
    return this.scroll.clientWidth - Number.parseFloat(this.grid.style.getPropertyValue('--names'));
  }

  /** Both ends of the path are in sight where the figure has room for both, else the one that was chosen last. */
  reveal(chosen) {
    const { scroll, pitch } = this,
      room = this.room - pitch,
      { from, to } = this.places(),
      [first, last] = [from, to].sort((one, other) => one - other);
    if (last - first > room) this.bring(chosen);
    else scroll.scrollLeft = Math.min(first - pitch / 2, Math.max(scroll.scrollLeft, last - room));
    this.point();
  }

  /** One end comes into sight, and as much of the way to the other as there is room for. */
  bring(end) {
    const at = this.places()[end],
      other = this.places()[end === 'from' ? 'to' : 'from'],
      { scroll, pitch } = this;
    scroll.scrollLeft = at < other ? at - pitch / 2 : at + pitch / 2 + FADES - this.room;
  }

  /** An end that is out of sight is named on the side on which it lies; pressed, it comes. */
  point() {
    const { scroll, pitch, room } = this,
      { scrollLeft } = scroll;
    this.ends.hidden = scroll.scrollWidth <= scroll.clientWidth;
    for (const { end, element, word, before, after } of this.marks) {
      const at = this.places()[end] - scrollLeft,
        left = at < pitch / 4,
        right = at > room - pitch / 4;
      element.hidden = !(left || right);
      element.dataset.side = left ? 'before' : 'after';
      before.hidden = !left;
      after.hidden = !right;
      word.textContent = pieceName(end === 'from' ? this.source[this.held.from] : this.target[this.held.to]);
    }
  }

  show(held) {
    const chosen = this.shown && held.to !== this.held.to && held.from === this.held.from ? 'to' : 'from';
    this.held = held;
    this.shown = true;
    [
      ['from', this.lines.from],
      ['to', this.lines.to],
    ].forEach(([end, line]) =>
      [...line.children].forEach((word, token) => word.classList.toggle('held', token === held[end])),
    );
    const start = held.from,
      end = this.source.length + held.to,
      count = this.source.length + this.target.length;
    const chain = (from, to) => Array.from({ length: to - from }, (_, i) => [from + i, from + i + 1]);
    const others = this.source.map((_, place) => place).filter((place) => place !== start);
    // Strong: the way of this word. Faint: what else one step (or the encoder's chain) reaches.
    const ways = {
      recurrent: { strong: chain(start, end), faint: [] },
      attention: { strong: [[start, end]], faint: chain(0, start) },
      transformer: { strong: [[start, end]], faint: others.map((place) => [place, start]) },
    };
    this.rows.forEach(({ kind, box }) =>
      box.replaceChildren(this.draw(ways[kind], kind !== 'transformer', [start, end], count)),
    );
    this.reveal(chosen);
  }

  draw({ strong, faint }, chained, ends, count) {
    const width = count * this.pitch + GAP;
    const arc = ([from, to], name) => {
      const [a, b] = [this.x(from), this.x(to)].sort((one, other) => one - other),
        top = Math.max(4, BASE - Math.max(14, (b - a) * 0.34));
      return svg('path', {
        class: name,
        ...(name === 'faint' && { opacity: Math.min(0.55, 7 / faint.length) }),
        d: `M${a} ${BASE}C${a + (b - a) * 0.12} ${top} ${b - (b - a) * 0.12} ${top} ${b} ${BASE}`,
      });
    };
    return svg(
      'svg',
      { class: 'path-drawing', width, height: HIGH, 'aria-hidden': 'true' },
      ...(chained ? [svg('line', { class: 'links', x1: this.x(0), x2: this.x(count - 1), y1: BASE, y2: BASE })] : []),
      ...faint.map((pair) => arc(pair, 'faint')),
      ...strong.map((pair) => arc(pair, 'strong')),
      ...Array.from({ length: count }, (_, place) =>
        svg('circle', {
          class: ends.includes(place) ? 'end' : 'node',
          cx: this.x(place),
          cy: BASE,
          r: ends.includes(place) ? 6 : 4,
        }),
      ),
    );
  }
}
