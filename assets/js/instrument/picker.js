// Where the query is chosen: on the photo (hover, tap, arrow keys) with CLS beside it, or on the words of a sentence.

import { h, ink, onWidth, sharp } from '../core/dom.js';

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * A picker calls `preview(token or null)` while the pointer moves and `hold(token)` on click, tap or key.
 * `show({ query, key, hidden })` draws what is held, what the pointer in a head is on, and which keys are hidden.
 */
export function makePicker(axis, picture, { preview, hold }) {
  const picker = axis.kind === 'patches' ? new PatchPicker(axis, picture) : new WordPicker(axis);
  const { surface } = picker;
  surface.addEventListener('pointermove', (event) => preview(picker.tokenAt(event)));
  surface.addEventListener('pointerleave', () => preview(null));
  surface.addEventListener('click', (event) => { const token = picker.tokenAt(event); if (token !== null) hold(token); });
  picker.element.addEventListener('keydown', (event) => {
    const held = picker.shown.query;
    const to = ARROWS[event.key] ? axis.step(held, ...ARROWS[event.key]) : { c: axis.prefix.length ? 0 : null, Home: 0, End: axis.length - 1 }[event.key];
    if (to === undefined || to === null || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    hold(to);
  });
  for (const [token, button] of picker.prefixButtons.entries()) {
    button.addEventListener('pointerenter', () => preview(token));
    button.addEventListener('pointerleave', () => preview(null));
    button.addEventListener('click', () => hold(token));
  }
  return picker;
}

class PatchPicker {
  constructor(axis, picture) {
    this.axis = axis;
    this.shown = { query: 0, key: null, hidden: new Set() };
    this.prefixButtons = axis.prefix.map((name) => h('button.prefix-token', { type: 'button' }, name));
    this.canvas = h('canvas');
    this.surface = h('div.picker-surface', { tabindex: '0', role: 'application' }, h('img', { src: picture, alt: '', draggable: 'false' }), this.canvas);
    this.surface.style.aspectRatio = `${axis.cols} / ${axis.rows}`;
    this.element = h('div.picker', {}, h('div.prefix-tokens', {}, ...this.prefixButtons), this.surface);
    onWidth(this.surface, () => this.show(this.shown));
  }

  show(shown) {
    this.shown = shown;
    const { axis } = this, width = this.surface.clientWidth, height = this.surface.clientHeight;
    this.prefixButtons.forEach((button, token) => {
      button.setAttribute('aria-pressed', String(token === shown.query));
      button.classList.toggle('pointed', token === shown.key);
      button.classList.toggle('hidden-sink', shown.hidden.has(token));
    });
    if (!width) return;
    const context = sharp(this.canvas, width, height), w = width / axis.cols, hgt = height / axis.rows;
    context.lineWidth = 1;
    context.strokeStyle = 'rgb(255 255 255 / 0.22)';
    context.beginPath();
    for (let i = 1; i < axis.cols; i++) { context.moveTo(i * w, 0); context.lineTo(i * w, height); }
    for (let i = 1; i < axis.rows; i++) { context.moveTo(0, i * hgt); context.lineTo(width, i * hgt); }
    context.stroke();
    const outline = (token, colour, line) => {
      const cell = token === null ? null : axis.cell(token);
      if (!cell) return;
      context.strokeStyle = 'rgb(0 0 0 / 0.55)';
      context.lineWidth = line + 3;
      context.strokeRect(cell.col * w, cell.row * hgt, w, hgt);
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect(cell.col * w, cell.row * hgt, w, hgt);
    };
    for (const token of shown.hidden) hatch(context, axis.cell(token), w, hgt);
    outline(shown.key, ink('key'), 3);
    outline(shown.query, ink('query'), 4);
  }

  tokenAt(event) { return this.axis.under(event, this.surface); }
}

class WordPicker {
  constructor(axis) {
    this.shown = { query: 0, key: null, hidden: new Set() };
    this.prefixButtons = [];
    this.words = axis.words.map((word, token) => h('span.word', { 'data-token': token }, word));
    this.surface = h('div.picker-words', { tabindex: '0', role: 'application' }, ...this.words);
    this.element = h('div.picker', {}, this.surface);
  }

  show(shown) {
    this.shown = shown;
    this.words.forEach((word, token) => {
      word.classList.toggle('held', token === shown.query);
      word.classList.toggle('pointed', token === shown.key);
    });
  }

  tokenAt(event) {
    const token = event.target.closest?.('[data-token]')?.dataset.token;
    return token === undefined ? null : Number(token);
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
  for (let x = -hgt; x < w; x += 6) { context.moveTo(cell.col * w + x, (cell.row + 1) * hgt); context.lineTo(cell.col * w + x + hgt, cell.row * hgt); }
  context.stroke();
  context.restore();
}
