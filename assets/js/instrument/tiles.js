// One head's attention for one query, drawn on what the keys are: patches over the photo, or words in a line.

import { closest, h } from '../core/dom.js';
import { pieceElement } from '../core/pieces.js';
import { RAMP, RAMP_CSS, RAMP_INK } from '../core/ramp.js';
import { level } from './scale.js';

/** How strongly the heat covers the photo, 0..255: enough to read the colour, little enough to see what lies under it. */
const COVER = 190;

/** Keys that are patches: a grid of colours over the photo; keys without a place (CLS) are told by the caption. */
export class PatchTile {
  axis;
  canvas;
  element;
  context;
  image;
  pixels;
  hatched;

  mark = h('span.key-mark');

  constructor(axis, picture) {
    this.axis = axis;
    this.canvas = h('canvas.heat', { width: axis.cols, height: axis.rows });
    this.element = h(
      'span.tile.patches',
      {},
      h('img.under', { src: picture, alt: '', draggable: 'false' }),
      this.canvas,
      this.mark,
    );
    this.element.style.aspectRatio = `${axis.cols} / ${axis.rows}`;
    this.context = this.canvas.getContext('2d');
    this.image = this.context.createImageData(axis.cols, axis.rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  paint(row, scale, hidden) {
    const { first } = this.axis,
      { pixels } = this;
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = hidden.has(i + first) ? 0 : (RAMP[level(row[i + first], scale)] & 0xffffff) | (COVER << 24);
    }
    this.context.putImageData(this.image, 0, 0);
    this.hatch(hidden);
  }

  /** Hidden keys are hatched, never just dark: a dark patch has little weight, a hatched one is not shown. */
  hatch(hidden) {
    if (hidden === this.hatched) return;
    this.hatched = hidden;
    this.element.querySelectorAll('.hatched').forEach((mark) => mark.remove());
    for (const key of hidden) {
      const mark = h('span.hatched');
      if (this.place(mark, key)) this.element.append(mark);
    }
  }

  /** Put an element over a key's patch; false for a key without a place. */
  place(element, key) {
    const cell = this.axis.cell(key),
      { rows, cols } = this.axis;
    if (cell)
      Object.assign(element.style, {
        left: `${(100 * cell.col) / cols}%`,
        top: `${(100 * cell.row) / rows}%`,
        width: `${100 / cols}%`,
        height: `${100 / rows}%`,
      });
    return Boolean(cell);
  }

  /** Outline a key; null takes the outline away. */
  point(key) {
    this.mark.hidden = key === null || !this.place(this.mark, key);
  }

  /** The key under a pointer event. */
  keyAt(event) {
    return this.axis.under(event, this.element);
  }
}

/** Keys that are words: the sentence itself, every word on its colour. */
export class WordTile {
  words;
  element;
  painted = [];
  pointed = null;

  constructor(axis) {
    this.words = axis.pieces.map((piece, key) => wordElement(piece, { 'data-key': key }));
    this.element = h('span.tile.words', {}, ...this.words);
  }

  /** `masked(key)` tells the keys this query may not attend to: hatched, like those that are hidden, but with nothing behind. */
  paint(row, scale, hidden, masked) {
    this.words.forEach((word, key) => {
      const off = masked?.(key) ? 'masked' : hidden.has(key) ? 'hidden-sink' : '',
        i = level(row[key], scale),
        now = off || i;
      if (this.painted[key] === now) return;
      this.painted[key] = now;
      word.style.background = off ? '' : RAMP_CSS[i];
      word.style.color = off ? '' : RAMP_INK[i];
      word.classList.toggle('masked', off === 'masked');
      word.classList.toggle('hidden-sink', off === 'hidden-sink');
    });
  }

  point(key) {
    if (key === this.pointed) return;
    this.words[this.pointed]?.classList.remove('pointed');
    this.words[key]?.classList.add('pointed');
    this.pointed = key;
  }

  keyAt(event) {
    const key = closest(event, '[data-key]')?.dataset.key;
    return key === undefined ? this.pointed : Number(key); // between two words it stays the one before
  }
}

/** A token of a sentence; the pieces of one word are joined. */
export function wordElement(piece, attributes) {
  const element = h(
    'span.word',
    { ...attributes, title: piece.text.length > 14 ? piece.text : null },
    pieceElement(piece),
  );
  element.classList.toggle('goes-on', !piece.begins);
  element.classList.toggle('special', Boolean(piece.special));
  return element;
}

export const makeTile = (axis, picture) =>
  axis.kind === 'patches' ? new PatchTile(axis, picture) : new WordTile(axis);
