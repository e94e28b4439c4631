// The photo as a board of patches: drag one onto another, or pick it up and drop it with the keys.

import { patchAxis } from '../core/axes.js';
import { h, ink, oncePerFrame, onWidth, sharp } from '../core/dom.js';
import { calm } from '../core/flight.js';
import { drawGrid, outlinePatch, patchSize } from '../core/photo_grid.js';
import { inOrder } from './order.js';

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FLIGHT_MS = 260;
/** A press that moves less than this is a click. */
const DRAG_PX = 5;
/** Side of the pictures that are laid under the heads. */
const SMALL = 224;

export class Board {
  /** events: swap(place, place), hold(place), tell() when what a screen reader should hear has changed. */
  constructor(events) {
    this.events = events;
    this.canvas = h('canvas', { tabindex: '0', role: 'application' });
    this.element = h('div.board', {}, this.canvas);
    this.order = [];
    this.carried = null; // { place, x, y, by: 'pointer' | 'keys' }
    this.target = null;
    this.cursor = null;
    this.repaint = oncePerFrame(() => this.draw());
    onWidth(this.element, () => this.draw());
    this.listen();
  }

  /** Another photo or another grid: every patch lies at its place. */
  setLook(look, image) {
    Object.assign(this, { axis: patchAxis(look), image, order: inOrder(look.rows * look.cols), from: null, carried: null, target: null, cursor: null });
    this.element.style.aspectRatio = `${look.cols} / ${look.rows}`;
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

  hold(place) { this.held = place; this.repaint(); }

  /** Where every patch lies: place by patch. */
  places() {
    const places = [];
    this.order.forEach((patch, place) => { places[patch] = place; });
    return places;
  }

  /** The board as a small picture, without marks. */
  picture() {
    const { rows, cols } = this.axis, small = document.createElement('canvas');
    [small.width, small.height] = [SMALL, Math.round((SMALL * rows) / cols)];
    const context = small.getContext('2d');
    this.order.forEach((patch, place) => this.patch(context, patch, place % cols, Math.floor(place / cols), small.width / cols, small.height / rows));
    return small.toDataURL('image/jpeg', 0.85);
  }

  /** Draw one patch of the photo with its corner at a column and row of cells. */
  patch(context, patch, col, row, w, tall) {
    const { rows, cols } = this.axis, { naturalWidth, naturalHeight } = this.image, sw = naturalWidth / cols, sh = naturalHeight / rows;
    context.drawImage(this.image, (patch % cols) * sw, Math.floor(patch / cols) * sh, sw, sh, col * w, row * tall, w, tall);
  }

  draw() {
    const width = this.element.clientWidth;
    if (!this.axis || !width) return;
    const { axis, order } = this, { rows, cols } = axis, height = (width * rows) / cols, size = patchSize(axis, width, height), [w, tall] = size;
    const context = sharp(this.canvas, width, height);
    const share = this.from ? Math.min(1, (performance.now() - this.started) / FLIGHT_MS) : 1, eased = 1 - (1 - share) ** 3;
    const flying = [];
    order.forEach((patch, place) => {
      const before = share < 1 ? this.from[place] ?? place : place;
      if (before !== place) flying.push([patch, before, place]);
      else this.patch(context, patch, place % cols, Math.floor(place / cols), w, tall);
    });
    drawGrid(context, axis, width, height);
    order.forEach((patch, place) => { if (patch !== place) corner(context, (place % cols) * w, Math.floor(place / cols) * tall, w); });
    for (const [patch, a, b] of flying) {
      const at = (i, side) => (side ? Math.floor(i / cols) : i % cols), mix = (side) => at(a, side) + (at(b, side) - at(a, side)) * eased;
      this.patch(context, patch, mix(0), mix(1), w, tall);
    }
    const mark = (place, colour, line) => { if (place !== null && place !== undefined) outlinePatch(context, axis, axis.first + place, size, ink(colour), line); };
    if (!this.carried) mark(this.held, 'query', 3);
    if (document.activeElement === this.canvas && this.canvas.matches(':focus-visible')) mark(this.cursor ?? this.held, 'key', 2);
    if (this.carried) this.drawCarried(context, mark, w, tall);
    if (share < 1) this.repaint();
    else this.from = null;
  }

  /** The patch in the hand, enlarged, and where it would land. */
  drawCarried(context, mark, w, tall) {
    const { place, x, y } = this.carried, scale = Math.max(1.25, 40 / w), wide = w * scale, high = tall * scale;
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

  /** The middle of a place, in CSS pixels of the board. */
  middle(place) {
    const { cols } = this.axis, side = this.element.clientWidth / cols;
    return { x: ((place % cols) + 0.5) * side, y: (Math.floor(place / cols) + 0.5) * side };
  }

  listen() {
    const { canvas } = this;
    let pressed = null;
    const placeAt = (event) => this.axis.under(event, canvas) - this.axis.first;
    const at = (event) => { const box = canvas.getBoundingClientRect(); return { x: event.clientX - box.left, y: event.clientY - box.top }; };
    const inside = ({ x, y }) => x >= 0 && y >= 0 && x < canvas.clientWidth && y < canvas.clientHeight;
    canvas.addEventListener('pointerdown', (event) => {
      if (!this.axis || event.button) return;
      canvas.setPointerCapture(event.pointerId);
      this.putBack();
      this.cursor = null;
      pressed = { place: placeAt(event), ...at(event) };
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!pressed) return;
      const here = at(event);
      if (!this.carried && Math.hypot(here.x - pressed.x, here.y - pressed.y) < DRAG_PX) return;
      this.carried = { place: pressed.place, ...here };
      this.target = inside(here) ? placeAt(event) : null;
      this.repaint();
    });
    canvas.addEventListener('pointerup', () => {
      if (!pressed) return;
      if (this.carried) this.drop(true);
      else this.events.hold(pressed.place);
      pressed = null;
    });
    canvas.addEventListener('pointercancel', () => { pressed = null; this.putBack(); });
    for (const type of ['focus', 'blur']) canvas.addEventListener(type, () => { if (!pressed) this.putBack(); this.repaint(); });
    canvas.addEventListener('keydown', (event) => this.key(event));
  }

  key(event) {
    if (!this.axis || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = this.cursor ?? this.held ?? 0, last = this.order.length - 1, first = this.axis.first;
    if (event.key === 'Escape' && this.carried) this.putBack();
    else if (event.key === 'Enter' || event.key === ' ') {
      if (this.carried) this.drop(false);
      else {
        this.cursor = this.target = here;
        this.carried = { place: here, ...this.middle(here) };
        this.events.hold(here);
      }
    } else {
      const to = { Home: 0, End: last }[event.key] ?? (ARROWS[event.key] ? this.axis.step(here + first, ...ARROWS[event.key]) - first : undefined);
      if (to === undefined) return;
      this.cursor = Math.max(0, to);
      if (this.carried) { this.target = this.cursor; Object.assign(this.carried, this.middle(this.cursor)); }
    }
    event.preventDefault();
    event.stopPropagation();
    this.repaint();
    this.events.tell();
  }

  drop(byPointer) {
    const { carried: { place }, target } = this;
    this.putBack();
    if (target !== null && target !== place) this.events.swap(place, target, byPointer ? this.order[place] : null);
    else this.events.hold(place);
  }

  putBack() {
    if (!this.carried) return;
    Object.assign(this, { carried: null, target: null });
    this.repaint();
    this.events.tell();
  }
}

/** A patch that is not at its own place has a cut corner. */
function corner(context, x, y, w) {
  const side = Math.max(5, Math.min(12, w * 0.3));
  for (const [grow, colour] of [[1.5, 'rgb(0 0 0 / 0.55)'], [0, '#fff']]) {
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + side + grow, y);
    context.lineTo(x, y + side + grow);
    context.fill();
  }
}
