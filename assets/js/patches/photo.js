// The square the model sees, with the patch grid on it: point, tap or use the arrow keys to take a patch.

import { takeable } from '../core/figure.js';
import { patchAxis } from '../core/axes.js';
import { h, ink, onWidth, sharp, type } from '../core/dom.js';
import { held, hold, onShown, point, previewing, shown } from '../core/held.js';
import { drawGrid, outlinePatch, patchSize } from '../core/photo_grid.js';
import { choosing } from '../core/pick.js';
import { asPixels } from '../core/seen.js';
import { on, state, update } from '../core/state.js';
import { bindLabel, bindText, t } from '../core/text.js';
import { pictureAddress } from '../core/wire.js';

/** From this many pixels per patch on, every patch carries its number. */
const ROOM_FOR_NUMBERS = 56;

export class Photo {
  element;
  axis;
  numbers = null; // the pixels that the model reads

  image = h('img', { alt: '', draggable: 'false' });
  model = h('canvas.model-pixels', { hidden: true });
  canvas = h('canvas.grid');
  surface = h('div.surface', { tabindex: '0', role: 'application' }, this.image, this.model, this.canvas);
  asPhoto = h(
    'button',
    { type: 'button', 'aria-pressed': 'true', onclick: () => update({ asPixels: false }) },
    bindText(h('span'), 'patches.view_photo'),
  );
  asPixels = h(
    'button',
    { type: 'button', 'aria-pressed': 'false', onclick: () => update({ asPixels: true }) },
    h('span'),
  );

  constructor() {
    const views = h('div.segmented.views', { role: 'group' }, this.asPhoto, this.asPixels);
    bindLabel(views, 'aria-label', 'patches.view');
    this.element = takeable(h('div.photo-figure', {}, this.surface, views), () => this.numbers, {
      title: 'patches.heading',
    });
    choosing(this.surface, {
      axis: () => this.axis,
      tokenAt: (event) => this.axis.under(event, this.surface),
      held,
      preview: point,
      hold,
    });
    onWidth(this.surface, () => this.draw());
    onShown(() => this.draw());
    on('asPixels', () => this.view());
    this.view();
  }

  /** A new photo query: its photo at once, its pixels with `setPixels`. */
  setPhotoQuery(photoQuery) {
    this.axis = patchAxis(photoQuery);
    this.image.src = pictureAddress('seen', photoQuery);
    this.speak();
    this.view();
    this.draw();
  }

  setPixels(square, numbers) {
    this.numbers = numbers;
    [this.model.width, this.model.height] = [square.width, square.height];
    this.model.getContext('2d').drawImage(square, 0, 0);
  }

  speak() {
    if (!state.photoQuery) return;
    this.asPixels.firstChild.textContent = t('patches.view_pixels', { size: state.photoQuery.size });
    this.surface.setAttribute('aria-label', t('patches.photo', state.photoQuery));
  }

  /** As a photo, or as the pixels that the model reads. */
  view() {
    const pixels = state.photoQuery !== null && asPixels(state.photoQuery);
    this.model.hidden = !pixels;
    this.asPhoto.setAttribute('aria-pressed', String(!pixels));
    this.asPixels.setAttribute('aria-pressed', String(pixels));
  }

  /** Where a token stands in the window; null for a token without a place. */
  boxOf(token) {
    const cell = this.axis.cell(token),
      box = this.surface.getBoundingClientRect(),
      { rows, cols } = this.axis;
    if (!cell) return null;
    return new DOMRect(
      box.left + (cell.col * box.width) / cols,
      box.top + (cell.row * box.height) / rows,
      box.width / cols,
      box.height / rows,
    );
  }

  draw() {
    const width = this.surface.clientWidth,
      height = this.surface.clientHeight;
    if (!width || !this.axis) return;
    const { rows, cols } = this.axis,
      [w, tall] = patchSize(this.axis, width, height);
    const context = sharp(this.canvas, width, height);
    drawGrid(context, this.axis, width, height);
    if (w >= ROOM_FOR_NUMBERS) {
      for (let i = 0; i < rows * cols; i++)
        tag(context, i + 1, (i % cols) * w + 5, Math.floor(i / cols) * tall + 5, 'rgb(0 0 0 / 0.6)', '#fff');
    }
    if (previewing()) outlinePatch(context, this.axis, held(), [w, tall], ink('query'), 2);
    outlinePatch(context, this.axis, shown(), [w, tall], ink('query'), 4);
    this.number(context, shown(), w, tall);
  }

  /** The patch's number, on it or beside it. */
  number(context, token, w, tall) {
    const cell = this.axis.cell(token);
    if (!cell) return;
    const [x, y] = [cell.col * w, cell.row * tall];
    const patch = token - this.axis.first + 1;
    if (w >= ROOM_FOR_NUMBERS) tag(context, patch, x + 5, y + 5, ink('query'), ink('paper'));
    else
      tag(
        context,
        patch,
        x + w + 4 > this.canvas.clientWidth - 34 ? x - 38 : x + w + 4,
        Math.max(2, y - 1),
        ink('query'),
        ink('paper'),
      );
  }
}

function tag(context, text, x, y, ground, colour) {
  context.font = type(14, '600');
  const width = context.measureText(text).width + 10;
  context.fillStyle = ground;
  context.beginPath();
  context.roundRect(x, y, width, 20, 4);
  context.fill();
  context.fillStyle = colour;
  context.textBaseline = 'middle';
  context.fillText(text, x + 5, y + 10.5);
}
