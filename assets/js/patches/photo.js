// The square the model sees, with the patch grid on it: point, tap or use the arrow keys to take a patch.

import { patchAxis } from '../core/axes.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { state } from '../core/state.js';
import { label, say, t } from '../core/text.js';
import { picture } from '../core/wire.js';
import { held, hold, onShown, point, previewing, shown } from './held.js';

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** From this many pixels per patch on, every patch carries its number. */
const ROOM_FOR_NUMBERS = 56;

export class Photo {
  constructor() {
    this.image = h('img', { alt: '', draggable: 'false' });
    this.model = h('canvas.model-pixels', { hidden: true });
    this.canvas = h('canvas.grid');
    this.surface = h('div.surface', { tabindex: '0', role: 'application' }, this.image, this.model, this.canvas);
    this.asPhoto = h('button', { type: 'button', 'aria-pressed': 'true', onclick: () => this.view(false) }, say(h('span'), 'patches.view_photo'));
    this.asPixels = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.view(true) }, h('span'));
    const views = h('div.segmented.views', { role: 'group' }, this.asPhoto, this.asPixels);
    label(views, 'aria-label', 'patches.view');
    this.element = h('div.photo-figure', {}, this.surface, views);
    this.listen();
    onWidth(this.surface, () => this.draw());
    onShown(() => this.draw());
  }

  /** A new look: its photo at once, its pixels with `setPixels`. */
  setLook(look) {
    this.axis = patchAxis(look);
    this.image.src = picture('seen', look);
    this.speak();
    this.draw();
  }

  setPixels(square) {
    [this.model.width, this.model.height] = [square.width, square.height];
    this.model.getContext('2d').drawImage(square, 0, 0);
  }

  speak() {
    if (!state.look) return;
    this.asPixels.firstChild.textContent = t('patches.view_pixels', { size: state.look.size });
    this.surface.setAttribute('aria-label', t('patches.photo', state.look));
  }

  view(pixels) {
    this.model.hidden = !pixels;
    this.asPhoto.setAttribute('aria-pressed', String(!pixels));
    this.asPixels.setAttribute('aria-pressed', String(pixels));
  }

  /** Where a token stands in the window; null for a token without a place. */
  boxOf(token) {
    const cell = this.axis.cell(token), box = this.surface.getBoundingClientRect(), { rows, cols } = this.axis;
    if (!cell) return null;
    return new DOMRect(box.left + (cell.col * box.width) / cols, box.top + (cell.row * box.height) / rows, box.width / cols, box.height / rows);
  }

  listen() {
    const at = (event) => {
      const box = this.surface.getBoundingClientRect(), { rows, cols } = this.axis;
      const share = (offset, n) => Math.min(n - 1, Math.max(0, Math.floor(offset * n)));
      return this.axis.at(share((event.clientY - box.top) / box.height, rows), share((event.clientX - box.left) / box.width, cols));
    };
    // A click's own place is cut to whole pixels: what is held is what was pointed at.
    let pointed = null;
    const follow = (event) => { if (this.axis) { pointed = at(event); point(pointed); } };
    this.surface.addEventListener('pointerdown', follow);
    this.surface.addEventListener('pointermove', follow);
    this.surface.addEventListener('pointerleave', () => point(null));
    this.surface.addEventListener('click', () => { if (this.axis && pointed !== null) hold(pointed); });
    this.surface.addEventListener('keydown', (event) => {
      if (!this.axis || event.ctrlKey || event.metaKey || event.altKey) return;
      const to = ARROWS[event.key] ? this.axis.step(held(), ...ARROWS[event.key]) : { Home: 0, End: this.axis.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      hold(to);
    });
  }

  draw() {
    const width = this.surface.clientWidth, height = this.surface.clientHeight;
    if (!width || !this.axis) return;
    const { rows, cols } = this.axis, w = width / cols, tall = height / rows;
    const context = sharp(this.canvas, width, height);
    const lines = () => {
      context.beginPath();
      for (let i = 1; i < cols; i++) { context.moveTo(i * w, 0); context.lineTo(i * w, height); }
      for (let i = 1; i < rows; i++) { context.moveTo(0, i * tall); context.lineTo(width, i * tall); }
      context.stroke();
    };
    // Dark under light, so that the grid is there on snow and at night.
    context.lineWidth = 2; context.strokeStyle = 'rgb(0 0 0 / 0.22)'; lines();
    context.lineWidth = 1; context.strokeStyle = `rgb(255 255 255 / ${w < 30 ? 0.45 : 0.62})`; lines();
    if (w >= ROOM_FOR_NUMBERS) {
      for (let i = 0; i < rows * cols; i++) tag(context, i + 1, (i % cols) * w + 5, Math.floor(i / cols) * tall + 5, 'rgb(0 0 0 / 0.6)', '#fff');
    }
    if (previewing()) this.outline(context, held(), w, tall, 2);
    this.outline(context, shown(), w, tall, 4);
  }

  outline(context, token, w, tall, line) {
    const cell = this.axis.cell(token);
    if (!cell) return;
    const [x, y] = [cell.col * w, cell.row * tall];
    context.strokeStyle = 'rgb(0 0 0 / 0.5)';
    context.lineWidth = line + 3;
    context.strokeRect(x, y, w, tall);
    context.strokeStyle = ink('query');
    context.lineWidth = line;
    context.strokeRect(x, y, w, tall);
    if (line < 4) return;
    const patch = token - this.axis.first + 1;
    if (w >= ROOM_FOR_NUMBERS) tag(context, patch, x + 5, y + 5, ink('query'), ink('paper'));
    else tag(context, patch, x + w + 4 > this.canvas.clientWidth - 34 ? x - 38 : x + w + 4, Math.max(2, y - 1), ink('query'), ink('paper'));
  }
}

function tag(context, text, x, y, ground, colour) {
  context.font = '600 14px system-ui, sans-serif';
  const width = context.measureText(text).width + 10;
  context.fillStyle = ground;
  context.beginPath();
  context.roundRect(x, y, width, 20, 4);
  context.fill();
  context.fillStyle = colour;
  context.textBaseline = 'middle';
  context.fillText(text, x + 5, y + 10.5);
}
