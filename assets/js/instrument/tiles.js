// One head's attention for one query, drawn on what the keys are: patches over the photo, or words in a line.

import { h } from '../core/dom.js';
import { RAMP, RAMP_CSS } from '../core/ramp.js';
import { level } from './scale.js';

/** How strongly the heat covers the photo, 0..255: enough to read the colour, little enough to see what lies under it. */
const COVER = 190;

/** Keys that are patches: a grid of colours over the photo; keys without a place (CLS) are told by the caption. */
export class PatchTile {
  constructor(axis, picture) {
    this.axis = axis;
    this.canvas = h('canvas.heat', { width: axis.cols, height: axis.rows });
    this.mark = h('span.key-mark');
    this.element = h('span.tile.patches', {}, h('img.under', { src: picture, alt: '', draggable: 'false' }), this.canvas, this.mark);
    this.element.style.aspectRatio = `${axis.cols} / ${axis.rows}`;
    this.context = this.canvas.getContext('2d');
    this.image = this.context.createImageData(axis.cols, axis.rows);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  paint(row, scale, hidden) {
    const { first } = this.axis, { pixels } = this;
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
    const cell = this.axis.cell(key), { rows, cols } = this.axis;
    if (cell) Object.assign(element.style, { left: `${(100 * cell.col) / cols}%`, top: `${(100 * cell.row) / rows}%`, width: `${100 / cols}%`, height: `${100 / rows}%` });
    return Boolean(cell);
  }

  /** Outline a key; null takes the outline away. */
  point(key) {
    this.mark.hidden = key === null || !this.place(this.mark, key);
  }

  /** The key under a pointer event. */
  keyAt(event) { return this.axis.under(event, this.element); }
}

/** Keys that are words: the sentence itself, every word on its colour. */
class WordTile {
  constructor(axis) {
    this.words = axis.words.map((word) => h('span.word', {}, word));
    this.element = h('span.tile.words', {}, ...this.words);
    this.words.forEach((word, key) => { word.dataset.key = key; });
  }

  paint(row, scale, hidden) {
    this.words.forEach((word, key) => {
      const i = level(row[key], scale);
      word.style.background = RAMP_CSS[i];
      word.style.color = i > 140 ? '#101316' : '#f6f5f1';
      word.classList.toggle('hidden-sink', hidden.has(key));
    });
  }

  point(key) { this.words.forEach((word, i) => word.classList.toggle('pointed', i === key)); }

  keyAt(event) {
    const key = event.target.closest?.('[data-key]')?.dataset.key;
    return key === undefined ? null : Number(key);
  }
}

export const makeTile = (axis, picture) => (axis.kind === 'patches' ? new PatchTile(axis, picture) : new WordTile(axis));
