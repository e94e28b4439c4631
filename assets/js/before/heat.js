// One quantity of a chain as heat strips: for every step a block of cells, one per unit of the state, the same place for the same unit everywhere.

import { colourPicture, signColour } from '../core/colours.js';
import { h, ink, pointIn } from '../core/dom.js';
import { RAMP } from '../core/ramp.js';

/** Cells of a block side by side, and the gap behind it, in cells. */
export const ACROSS = 16,
  GAP = 4;
const PITCH = ACROSS + GAP;

/** How a block of so many units lies. */
export const heatRows = (units) => Math.ceil(units / ACROSS);

/** A small drawing of ours as a CSS background that repeats with every step. */
const tile = (width, height, inside) =>
  `url("data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${inside}</svg>`)}")`;

export class Heat {
  values;
  steps;
  units;
  order;
  peak;
  cell;
  rows;
  canvas;
  element;

  mark = h('div.heat-mark', { hidden: true });

  /** values [steps, units] are drawn in `order`; peak is the full colour of numbers with a sign, null for shares 0..1. */
  constructor({ values, steps, units, order, peak, cell, arrows = false }) {
    this.values = values;
    this.steps = steps;
    this.units = units;
    this.order = order;
    this.peak = peak;
    this.cell = cell;
    this.rows = heatRows(units);
    const size = { width: `${steps * PITCH * cell}px`, height: `${this.rows * cell}px` };
    this.canvas = h('canvas.heat-cells', { width: steps * PITCH, height: this.rows, style: size });
    this.element = h(
      'div.heat',
      {},
      this.canvas,
      arrows
        ? h('div.heat-arrows', { style: { backgroundImage: this.arrow(), backgroundSize: `${PITCH * cell}px 100%` } })
        : null,
      this.mark,
    );
    this.draw();
  }

  draw() {
    const { values, steps, units, order, peak, rows } = this,
      width = steps * PITCH;
    const colour =
      peak === null ? (value) => RAMP[Math.round(255 * value)] : (value) => signColour(peak > 0 ? value / peak : 0);
    const cells = colourPicture(width, rows, (i) => {
      const x = i % width,
        across = x % PITCH,
        place = Math.floor(i / width) * ACROSS + across;
      return across < ACROSS && place < units ? colour(values[Math.floor(x / PITCH) * units + order[place]]) : 0;
    });
    const context = this.canvas.getContext('2d');
    context.clearRect(0, 0, width, rows);
    context.drawImage(cells, 0, 0);
  }

  /** An arrow in the gap behind every block: the state moves on. */
  arrow() {
    const [left, right, middle] = [ACROSS * this.cell + 2, PITCH * this.cell - 3, (this.rows * this.cell) / 2],
      colour = ink('residual');
    return tile(
      PITCH * this.cell,
      this.rows * this.cell,
      `<path d="M${left} ${middle}H${right}M${right - 4} ${middle - 4}L${right} ${middle}L${right - 4} ${middle + 4}" fill="none" stroke="${colour}" stroke-width="1.8"/>`,
    );
  }

  /** Outline one place of every block; null for none. */
  outline(place) {
    this.mark.hidden = place === null;
    if (place === null) return;
    const { cell } = this,
      x = (place % ACROSS) * cell,
      y = Math.floor(place / ACROSS) * cell,
      side = cell + 2;
    // A background is stretched to its size: the tile is as wide as the way from block to block.
    Object.assign(this.mark.style, {
      backgroundImage: tile(
        PITCH * cell,
        side + 2,
        `<rect x="1" y="1" width="${side}" height="${side}" fill="none" stroke="${ink('query')}" stroke-width="2"/>`,
      ),
      backgroundSize: `${PITCH * cell}px ${side + 2}px`,
      backgroundRepeat: 'repeat-x',
      left: `${x - 2}px`,
      top: `${y - 2}px`,
      width: `${(this.steps - 1) * PITCH * cell + side + 4}px`,
      height: `${side + 2}px`,
    });
  }

  /** The step and the place within its block under a pointer; null in a gap. */
  under(event) {
    const at = pointIn(this.canvas, event),
      x = Math.floor(at.x / this.cell),
      y = Math.floor(at.y / this.cell);
    const place = y * ACROSS + (x % PITCH);
    if (x < 0 || y < 0 || y >= this.rows || x % PITCH >= ACROSS || place >= this.units || x >= this.steps * PITCH)
      return null;
    return { step: Math.floor(x / PITCH), place };
  }

  /** One step's block as a canvas of its own. */
  block(step) {
    const canvas = h('canvas', { width: ACROSS, height: this.rows });
    canvas.getContext('2d').drawImage(this.canvas, step * PITCH, 0, ACROSS, this.rows, 0, 0, ACROSS, this.rows);
    return canvas;
  }
}
