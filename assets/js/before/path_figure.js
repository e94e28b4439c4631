// The sentence and its translation in one line, and below it the way from a word read to a word written in three kinds of network.

import { wordAxis } from '../core/axes.js';
import { closest, h, svg } from '../core/dom.js';
import { choosing } from '../core/pick.js';
import { pieceElement, sourcePieces, writtenPieces } from '../core/pieces.js';
import { hintScroll } from '../core/scroll_hint.js';
import { bindLabel, bindText } from '../core/text.js';

const HIGH = 84,
  BASE = HIGH - 12,
  GAP = 34,
  LEAST = 46,
  LEAST_NARROW = 62,
  MOST = 88,
  LARGE = 17,
  SMALL = 13,
  UPRIGHT = 15,
  WIDE = 0.66; // of a letter's height, in wide words
export const KINDS = ['recurrent', 'attention', 'transformer'];

export class PathFigure {
  lines;
  rows;
  grid;
  scroll;
  element;
  source;
  target;
  pitch;

  held = { from: 0, to: 0 };

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
    this.element = h('div.chain-figure.path-figure', {}, this.scroll);
  }

  load(facts) {
    this.source = sourcePieces(facts);
    this.target = writtenPieces(facts);
    const count = this.source.length + this.target.length,
      room = this.element.clientWidth,
      narrow = room < 640,
      names = narrow ? 114 : 172;
    this.pitch = Math.max(narrow ? LEAST_NARROW : LEAST, Math.min(MOST, Math.floor((room - names - GAP - 20) / count)));
    // A broken word is no word: where the longest is wider than its column, all stand upright.
    const longest = Math.max(...[...this.source, ...this.target].map(({ text }) => [...text].length)),
      letters = [LARGE, SMALL].find((size) => longest * size * WIDE + 8 <= this.pitch);
    this.grid.classList.toggle('upright', letters === undefined);
    this.grid.style.setProperty('--pitch', `${this.pitch}px`);
    this.grid.style.setProperty('--letters', `${letters ?? UPRIGHT}px`);
    this.grid.style.setProperty('--names', `${names}px`);
    this.grid.style.setProperty('--room', `${room - names - 20}px`);
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

  /** Both ends of the path are in sight where the figure has room for both. */
  reveal() {
    const { scroll, source, held } = this,
      names = Number.parseFloat(this.grid.style.getPropertyValue('--names')),
      room = scroll.clientWidth - names - this.pitch,
      [first, last] = [this.x(held.from), this.x(source.length + held.to)].sort((one, other) => one - other);
    if (last - first > room) return;
    scroll.scrollLeft = Math.min(first - this.pitch / 2, Math.max(scroll.scrollLeft, last - room));
  }

  show(held) {
    this.held = held;
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
    this.reveal();
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
