// Every head of every layer as a thumbnail: layers from left to right, heads from top to bottom. Coarse, for finding one's way.

import { h, ink, sharp } from '../core/dom.js';
import { RAMP } from '../core/ramp.js';
import { choosingHeads } from './choose_head.js';
import { level } from './scale.js';

const GAP = 3;

export class Atlas {
  layers;
  heads;
  queries;
  keys;
  cells;
  only;
  levels;
  peak;
  strip;
  stripContext;
  image;
  pixels;
  height;

  canvas = h('canvas.atlas', { tabindex: '0', role: 'application' });
  element = h('div.atlas-box', {}, this.canvas);

  /** `held()` is the [layer, head] chosen; for the others see choosingHeads. */
  constructor({ held, choose, explain, hover }) {
    choosingHeads(this.canvas, {
      size: () => (this.levels ? [this.layers, this.heads] : null),
      at: (event) => {
        const box = this.canvas.getBoundingClientRect();
        return [
          Math.floor(((event.clientX - box.left) / box.width) * this.layers),
          Math.floor(((event.clientY - box.top) / box.height) * this.heads),
        ];
      },
      held,
      layersDown: false,
      choose,
      explain,
      hover,
    });
  }

  /** Take over a payload of demo/photo/views/attention.py `atlas`: all queries, or the one it was asked for. */
  load({ facts, arrays: { levels, peak } }) {
    const [layers, heads, queries, keys] = levels.shape;
    this.layers = layers;
    this.heads = heads;
    this.queries = queries;
    this.keys = keys;
    this.cells = facts.cells;
    this.only = facts.query;
    this.levels = levels.data;
    this.peak = peak.data;
    const [rows, cols] = this.cells;
    // All thumbnails, one pixel per cell, one above the other: a single upload per frame.
    this.strip = new OffscreenCanvas(cols, rows * layers * heads);
    this.stripContext = this.strip.getContext('2d');
    this.image = this.stripContext.createImageData(this.strip.width, this.strip.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** Another photo query is coming: what is drawn stays, but is not painted again. */
  forget() {
    this.levels = null;
  }

  /** Draw at a width in CSS pixels; nothing happens when only another query's atlas is here. */
  paint(width, { query, layer, head, perHead }) {
    if (!this.levels || (this.only !== null && this.only !== query)) return;
    const column = width / this.layers,
      [rows, cols] = this.cells,
      side = column - GAP,
      tall = (side * rows) / cols;
    const height = (tall + GAP) * this.heads,
      perTile = rows * cols;
    const context = sharp(this.canvas, width, height);
    context.imageSmoothingEnabled = false;
    const at = (l, hd) => (l * this.heads + hd) * this.queries + (this.only === null ? query : 0);
    for (let l = 0; l < this.layers; l++) {
      // One scale per layer, as in the large heads: otherwise one strong layer would leave all others dark.
      let shared = 0;
      for (let hd = 0; hd < this.heads; hd++) shared = Math.max(shared, this.peak[at(l, hd)]);
      for (let hd = 0; hd < this.heads; hd++) {
        const row = at(l, hd),
          scale = perHead ? this.peak[row] : shared;
        const from = row * this.keys,
          to = (l * this.heads + hd) * perTile;
        for (let i = 0; i < perTile; i++) {
          const share = this.levels[from + i] / 255;
          this.pixels[to + i] = RAMP[level(share * share * this.peak[row], scale)];
        }
      }
    }
    this.stripContext.putImageData(this.image, 0, 0);
    for (let l = 0; l < this.layers; l++) {
      for (let hd = 0; hd < this.heads; hd++) {
        context.drawImage(
          this.strip,
          0,
          (l * this.heads + hd) * rows,
          cols,
          rows,
          l * column + GAP / 2,
          hd * (tall + GAP) + GAP / 2,
          side,
          tall,
        );
      }
    }
    context.strokeStyle = ink('query');
    context.lineWidth = 2;
    context.strokeRect(layer * column + 1, 1, column - 2, height - 2);
    context.lineWidth = 3;
    context.strokeRect(layer * column + 1.5, head * (tall + GAP) + 1, column - 3, tall + GAP - 2);
  }
}
