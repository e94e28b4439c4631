// Every head of every layer as a small matrix: layers from top to bottom, heads from left to right. Coarse, for finding one's way.

import { h, ink, pointIn, sharp, smallType } from '../core/dom.js';
import { colourPicture } from '../core/colours.js';
import { RAMP } from '../core/ramp.js';
import { choosingHeads } from './choose_head.js';
import { hatching } from './hatch.js';
import { level } from './scale.js';

const GAP = 6,
  GUTTER = 26,
  HEADLINE = 18;

/** The heads of a payload `heads` as images, of every layer: on the scale of their layer, or each on its own; what is masked is left open. */
export function thumbnails({ shape: [layers, heads, rows, cols], data }, { queries, keys, masked, perHead = false }) {
  const size = rows * cols;
  const never = (row, col) => masked && Math.floor((col * keys) / cols) > Math.floor(((row + 1) * queries) / rows) - 1;
  const peakOf = (from, to) => data.subarray(from, to).reduce((peak, one) => Math.max(peak, one), 0);
  return Array.from({ length: layers * heads }, (_, i) => {
    const layer = Math.floor(i / heads),
      peak = perHead ? peakOf(i * size, (i + 1) * size) : peakOf(layer * heads * size, (layer + 1) * heads * size);
    return colourPicture(cols, rows, (cell) =>
      never(Math.floor(cell / cols), cell % cols)
        ? 0
        : RAMP[level((data[i * size + cell] / 255) ** 2, (peak / 255) ** 2)],
    );
  });
}

export class MatrixAtlas {
  /** @type {[number, number][]} */
  starred = []; // layer and head
  layers;
  heads;
  rows;
  cols;
  queries;
  keys;
  thumbs;

  canvas = h('canvas.atlas', { tabindex: '0', role: 'application' });
  element = h('div.atlas-box', {}, this.canvas);

  /** `held()` is the [layer, head] chosen; for the others see choosingHeads. */
  constructor({ held, choose, explain, hover }) {
    choosingHeads(this.canvas, {
      size: () => (this.thumbs ? [this.layers, this.heads] : null),
      at: (event) => {
        const { x, y, width, height } = pointIn(this.canvas, event);
        const part = (share, first, all, count) => Math.floor(((share - first) / (all - first)) * count);
        return [part(y, HEADLINE, height, this.layers), part(x, GUTTER, width, this.heads)];
      },
      held,
      layersDown: true,
      choose,
      explain,
      hover,
    });
  }

  /** Take over a payload of demo/sentence/views/decoder.py `heads`, of `queries` x `keys` tokens; with a mask what lies above the diagonal is hatched. */
  load({ arrays: { levels }, queries, keys, masked }) {
    const [layers, heads, rows, cols] = levels.shape;
    this.layers = layers;
    this.heads = heads;
    this.rows = rows;
    this.cols = cols;
    this.queries = queries;
    this.keys = keys;
    // One set of images for each scale: the layer's own, or the head's.
    this.thumbs = [false, true].map((perHead) => thumbnails(levels, { queries, keys, masked, perHead }));
  }

  /** Another sentence is coming: what is drawn stays, but is not painted again. */
  forget() {
    this.thumbs = null;
  }

  /** Mark the heads that align words best, each a layer and a head. */
  star(heads) {
    this.starred = heads;
  }

  paint(width, { query, layer, head, perHead }) {
    if (!this.thumbs) return;
    const column = (width - GUTTER) / this.heads,
      side = column - GAP,
      tall = Math.min(1.4, Math.max(0.6, this.queries / this.keys)) * side;
    const height = HEADLINE + (tall + GAP) * this.layers;
    const context = sharp(this.canvas, width, height),
      hatch = hatching(context, ink('paper'), ink('line'));
    context.imageSmoothingEnabled = false;
    context.font = smallType();
    context.textBaseline = 'middle';
    /** @returns {[number, number]} */
    const place = (l, hd) => [GUTTER + hd * column + GAP / 2, HEADLINE + l * (tall + GAP) + GAP / 2];
    this.thumbs[perHead ? 1 : 0].forEach((thumb, i) => {
      const [x, y] = place(Math.floor(i / this.heads), i % this.heads);
      context.fillStyle = hatch;
      context.fillRect(x, y, side, tall);
      context.drawImage(thumb, x, y, side, tall);
    });
    context.textAlign = 'center';
    for (let hd = 0; hd < this.heads; hd++)
      this.name(context, hd + 1, place(0, hd)[0] + side / 2, HEADLINE / 2, hd === head);
    for (let l = 0; l < this.layers; l++) this.name(context, l + 1, GUTTER / 2, place(l, 0)[1] + tall / 2, l === layer);
    // The query's row in every head.
    context.fillStyle = ink('query');
    for (let l = 0; l < this.layers; l++)
      for (let hd = 0; hd < this.heads; hd++)
        context.fillRect(
          place(l, hd)[0] - 3,
          place(l, hd)[1] + (query / this.queries) * tall,
          3,
          Math.max(2, tall / this.queries),
        );
    this.frame(context, place(layer, head), side, tall, ink('ink'), 2.5);
    for (const [l, hd] of this.starred) this.starAt(context, place(l, hd), side);
  }

  name(context, number, x, y, on) {
    context.fillStyle = ink(on ? 'ink' : 'ink-3');
    context.fillText(String(number), x, y);
  }

  frame(context, [x, y], side, tall, colour, width) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(x - 1.5, y - 1.5, side + 3, tall + 3);
  }

  starAt(context, [x, y], side) {
    context.beginPath();
    context.arc(x + side - 9, y + 9, 9, 0, 7);
    context.fillStyle = ink('key');
    context.fill();
    context.fillStyle = ink('paper');
    context.fillText('★', x + side - 9, y + 9.5);
  }
}
