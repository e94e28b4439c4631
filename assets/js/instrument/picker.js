// Where the query is chosen: on the photo (hover, tap, arrow keys) with CLS beside it, or on the words of a sentence.

import { closest, h, ink, onWidth, sharp } from '../core/dom.js';
import { drawGrid, outlinePatch, patchSize } from '../core/photo_grid.js';
import { choosing } from '../core/pick.js';
import { seenSwitch } from '../core/seen.js';
import { wordElement } from './tiles.js';

/**
 * A picker calls `preview(token or null)` while the pointer moves and `hold(token)` on click, tap or key. Keys step on from `held()`, which
 * is asked when they come: two within one frame are two steps.
 * `show({ query, key, hidden })` draws what is held, what the pointer in a head is on, and which keys are hidden.
 */
export function makePicker(axis, picture, { held, preview, hold }) {
  const picker = axis.kind === 'patches' ? new PatchPicker(axis, picture) : new WordPicker(axis);
  choosing(picker.surface, {
    axis: () => axis,
    tokenAt: (event) => picker.tokenAt(event),
    held,
    preview,
    hold: (token) => {
      picker.show({ ...picker.shown, query: token }); // the next key may come before the next frame
      hold(token);
    },
  });
  for (const [token, button] of picker.prefixButtons.entries()) {
    button.addEventListener('pointerenter', () => preview(token));
    button.addEventListener('pointerleave', () => preview(null));
    button.addEventListener('click', () => hold(token));
  }
  return picker;
}

class PatchPicker {
  axis;
  prefixButtons;
  surface;
  element;
  width;
  height;

  shown = { query: 0, key: null, hidden: new Set() };
  canvas = h('canvas');

  constructor(axis, picture) {
    this.axis = axis;
    this.prefixButtons = axis.prefix.map((name) => h('button.prefix-token', { type: 'button' }, name));
    this.surface = h(
      'div.picker-surface',
      { tabindex: '0', role: 'application' },
      h('img', { src: picture, alt: '', draggable: 'false' }),
      this.canvas,
    );
    this.surface.style.aspectRatio = `${axis.cols} / ${axis.rows}`;
    this.element = h(
      'div.picker',
      {},
      h('div.prefix-tokens', {}, ...this.prefixButtons),
      this.surface,
      seenSwitch(() => axis.size),
    );
    onWidth(this.surface, (width) => {
      this.width = width;
      this.height = (width * axis.rows) / axis.cols;
      this.show(this.shown);
    });
  }

  show(shown) {
    this.shown = shown;
    const { axis, width, height } = this;
    this.prefixButtons.forEach((button, token) => {
      button.setAttribute('aria-pressed', String(token === shown.query));
      button.classList.toggle('pointed', token === shown.key);
      button.classList.toggle('hidden-sink', shown.hidden.has(token));
    });
    if (!width) return;
    const context = sharp(this.canvas, width, height),
      size = patchSize(axis, width, height);
    drawGrid(context, axis, width, height);
    for (const token of shown.hidden) hatch(context, axis.cell(token), ...size);
    outlinePatch(context, axis, shown.key, size, ink('key'), 3);
    outlinePatch(context, axis, shown.query, size, ink('query'), 4);
  }

  tokenAt(event) {
    return this.axis.under(event, this.surface);
  }
}

class WordPicker {
  prefixButtons = [];
  words;
  surface;
  element;
  last = null;

  shown = { query: null, key: null, hidden: new Set() };

  constructor(axis) {
    this.words = axis.pieces.map((piece, token) => wordElement(piece, { 'data-token': token }));
    this.surface = h('div.picker-words', { tabindex: '0', role: 'application' }, ...this.words);
    this.element = h('div.picker', {}, this.surface);
    this.surface.addEventListener('pointerleave', () => {
      this.last = null;
    });
  }

  show(shown) {
    for (const [name, mark] of [
      ['query', 'held'],
      ['key', 'pointed'],
    ]) {
      if (shown[name] === this.shown[name]) continue;
      this.words[this.shown[name]]?.classList.remove(mark);
      this.words[shown[name]]?.classList.add(mark);
    }
    this.shown = shown;
  }

  /** The word under the pointer; between two words it stays the one before. */
  tokenAt(event) {
    const token = closest(event, '[data-token]')?.dataset.token;
    if (token !== undefined) this.last = Number(token);
    return this.last;
  }
}

function hatch(context, cell, w, hgt) {
  if (!cell) return;
  context.save();
  context.beginPath();
  context.rect(cell.col * w, cell.row * hgt, w, hgt);
  context.clip();
  context.strokeStyle = 'rgb(255 255 255 / 0.8)';
  context.lineWidth = 1.5;
  context.beginPath();
  for (let x = -hgt; x < w; x += 6) {
    context.moveTo(cell.col * w + x, (cell.row + 1) * hgt);
    context.lineTo(cell.col * w + x + hgt, cell.row * hgt);
  }
  context.stroke();
  context.restore();
}
