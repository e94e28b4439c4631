// The photo as a board of patches: what lies where, what is held, what is in the hand. hands.js moves it.

import { patchAxis } from '../core/axes.js';
import { h, ink, oncePerFrame, onWidth, sharp } from '../core/dom.js';
import { calm } from '../core/flight.js';
import { drawGrid, outlinePatch, patchSize } from '../core/photo_grid.js';
import { unshuffled } from '../core/order.js';

const FLIGHT_MS = 260;
/** Side of the pictures that are laid under the heads. */
const SMALL = 224;

export class Board {
  order = [];
  held = null; // the place outlined
  carried = null; // { place, x, y } of the patch in the hand
  target = null; // where it would land
  cursor = null; // where the keys are
  axis;
  image;
  from;
  started;

  canvas = h('canvas', { tabindex: '0', role: 'application' });
  element = h('div.board', {}, this.canvas);
  repaint = oncePerFrame(() => this.draw());

  constructor() {
    onWidth(this.element, () => this.draw());
  }

  /** Another photo or another grid: every patch lies at its place. */
  setPhotoQuery(photoQuery, image) {
    this.axis = patchAxis(photoQuery);
    this.image = image;
    this.order = unshuffled(photoQuery.rows * photoQuery.cols);
    this.from = null;
    this.held = null;
    this.carried = null;
    this.target = null;
    this.cursor = null;
    this.element.style.aspectRatio = `${photoQuery.cols} / ${photoQuery.rows}`;
    this.repaint();
  }

  /** Lay the patches in an order; those whose place changes fly there, but for the one that the pointer has just dropped. */
  lay(order, dropped = null) {
    const places = this.places();
    if (!calm()) {
      this.from = order.map((patch) => (patch === dropped ? null : places[patch]));
      this.started = performance.now();
    }
    this.order = order;
    this.repaint();
  }

  /** Change any of held, carried, target, cursor. */
  show({ held = this.held, carried = this.carried, target = this.target, cursor = this.cursor }) {
    this.held = held;
    this.carried = carried;
    this.target = target;
    this.cursor = cursor;
    this.repaint();
  }

  /** Where every patch lies: place by patch. */
  places() {
    const places = [];
    this.order.forEach((patch, place) => {
      places[patch] = place;
    });
    return places;
  }

  /** The board as a small picture, without marks. */
  picture() {
    const { rows, cols } = this.axis,
      small = document.createElement('canvas');
    [small.width, small.height] = [SMALL, Math.round((SMALL * rows) / cols)];
    const context = small.getContext('2d');
    this.order.forEach((patch, place) =>
      this.patch(context, patch, place % cols, Math.floor(place / cols), small.width / cols, small.height / rows),
    );
    return small.toDataURL('image/jpeg', 0.85);
  }

  /** Draw one patch of the photo with its corner at a column and row of cells. */
  patch(context, patch, col, row, w, tall) {
    const { rows, cols } = this.axis,
      { naturalWidth, naturalHeight } = this.image,
      sw = naturalWidth / cols,
      sh = naturalHeight / rows;
    context.drawImage(
      this.image,
      (patch % cols) * sw,
      Math.floor(patch / cols) * sh,
      sw,
      sh,
      col * w,
      row * tall,
      w,
      tall,
    );
  }

  draw() {
    const width = this.element.clientWidth;
    if (!this.axis || !width) return;
    const { axis, order } = this,
      { rows, cols } = axis,
      height = (width * rows) / cols,
      size = patchSize(axis, width, height),
      [w, tall] = size;
    const context = sharp(this.canvas, width, height);
    const share = this.from ? Math.min(1, (performance.now() - this.started) / FLIGHT_MS) : 1,
      eased = 1 - (1 - share) ** 3;
    const flying = [];
    order.forEach((patch, place) => {
      const before = share < 1 ? (this.from[place] ?? place) : place;
      if (before !== place) flying.push([patch, before, place]);
      else this.patch(context, patch, place % cols, Math.floor(place / cols), w, tall);
    });
    drawGrid(context, axis, width, height);
    order.forEach((patch, place) => {
      if (patch !== place) corner(context, (place % cols) * w, Math.floor(place / cols) * tall, w);
    });
    for (const [patch, a, b] of flying) {
      const at = (i, side) => (side ? Math.floor(i / cols) : i % cols),
        mix = (side) => at(a, side) + (at(b, side) - at(a, side)) * eased;
      this.patch(context, patch, mix(0), mix(1), w, tall);
    }
    const mark = (place, colour, line) => {
      if (place !== null) outlinePatch(context, axis, axis.first + place, size, ink(colour), line);
    };
    if (!this.carried) mark(this.held, 'query', 3);
    if (document.activeElement === this.canvas && this.canvas.matches(':focus-visible'))
      mark(this.cursor ?? this.held, 'key', 2);
    if (this.carried) this.drawCarried(context, mark, w, tall);
    if (share < 1) this.repaint();
    else this.from = null;
  }

  /** The patch in the hand, enlarged, and where it would land. */
  drawCarried(context, mark, w, tall) {
    const { place, x, y } = this.carried,
      scale = Math.max(1.25, 40 / w),
      wide = w * scale,
      high = tall * scale;
    context.fillStyle = 'rgb(0 0 0 / 0.55)';
    context.fillRect((place % this.axis.cols) * w, Math.floor(place / this.axis.cols) * tall, w, tall);
    mark(this.target, 'key', 3);
    context.save();
    context.shadowColor = 'rgb(0 0 0 / 0.5)';
    context.shadowBlur = 14;
    context.translate(x - wide / 2, y - high / 2);
    context.fillRect(0, 0, wide, high);
    context.shadowBlur = 0;
    this.patch(context, this.order[place], 0, 0, wide, high);
    context.strokeStyle = ink('query');
    context.lineWidth = 3;
    context.strokeRect(0, 0, wide, high);
    context.restore();
  }

  /** The middle of a place, in pixels of the page. */
  middle(place) {
    const { cols } = this.axis,
      side = this.element.clientWidth / cols;
    return { x: ((place % cols) + 0.5) * side, y: (Math.floor(place / cols) + 0.5) * side };
  }
}

/** A patch that is not at its own place has a cut corner. */
function corner(context, x, y, w) {
  const side = Math.max(4, Math.min(10, w * 0.24));
  for (const [grow, colour] of [
    [1.5, 'rgb(0 0 0 / 0.55)'],
    [0, '#fff'],
  ]) {
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + side + grow, y);
    context.lineTo(x, y + side + grow);
    context.fill();
  }
}
