// Every head of every layer as a thumbnail: layers from left to right, heads from top to bottom. Coarse, for finding one's way.

import { h, ink, sharp } from '../core/dom.js';
import { ARROWS, keysOf } from '../core/keys.js';
import { RAMP } from '../core/ramp.js';
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
  layer;
  head;
  height;

  canvas = h('canvas.atlas', { tabindex: '0', role: 'application' });
  element = h('div.atlas-box', {}, this.canvas);

  /** `choose(layer, head)` is called by click, `explain(layer, head)` by double click and Enter, `hover(layer, head or null)` by the pointer. */
  constructor({ choose, explain, hover }) {
    const at = (event) => {
      const box = this.canvas.getBoundingClientRect();
      const layer = Math.floor(((event.clientX - box.left) / box.width) * this.layers);
      const head = Math.floor(((event.clientY - box.top) / box.height) * this.heads);
      return [Math.min(this.layers - 1, Math.max(0, layer)), Math.min(this.heads - 1, Math.max(0, head))];
    };
    this.canvas.addEventListener('click', (event) => choose(...at(event)));
    this.canvas.addEventListener('dblclick', (event) => explain(...at(event)));
    this.canvas.addEventListener('pointermove', (event) => hover(...at(event)));
    this.canvas.addEventListener('pointerleave', () => hover(null, null));
    keysOf(this.canvas, { keys: 'Enter', says: 'keys.arithmetic', act: () => explain(this.layer, this.head) });
    keysOf(this.canvas, {
      keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown',
      says: 'keys.atlas',
      act: ({ key }) => {
        const [dl, dh] = ARROWS[key];
        // The next key may come before the next frame.
        this.layer = Math.min(this.layers - 1, Math.max(0, this.layer + dl));
        this.head = Math.min(this.heads - 1, Math.max(0, this.head + dh));
        choose(this.layer, this.head);
      },
    });
  }

  /** Take over a payload of demo/views/attention.py `atlas`: all queries, or the one it was asked for. */
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

  /** Another look is coming: what is drawn stays, but is not painted again. */
  forget() {
    this.levels = null;
  }

  /** Draw at a width in CSS pixels; nothing happens when only another query's atlas is here. */
  paint(width, { query, layer, head, perHead }) {
    if (!this.levels || (this.only !== null && this.only !== query)) return;
    this.layer = layer;
    this.head = head;
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
