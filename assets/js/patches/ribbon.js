// All tokens in reading order, CLS in front, under a lens: the whole sequence is in sight and the place around one token is large.

import { tellSlider } from '../core/barcode.js';
import { h, ink, onWidth, oncePerFrame, ownPixels, pointIn, sharp, smallType, type } from '../core/dom.js';
import { calm } from '../core/flight.js';
import { held, hold, onShown, point, previewing, shown } from '../core/held.js';
import { keysOf } from '../core/keys.js';
import { t } from '../core/text.js';
import { Fisheye } from './fisheye.js';

const MS = 220;
const GAP = 14;
/** A finger that moves less than this many pixels is tapping. */
const SLACK = 8;
/** So few tokens (the course has nine) stand there in full size, without a lens. */
const FEW = 16;

export class Ribbon {
  focus = 0;
  photoQuery;
  first;
  count;
  square;
  full;
  tile;
  extra;
  slice;
  height;
  edges;
  start;
  eye;
  frame;
  scrubbing;

  canvas = h('canvas.ribbon', { tabindex: '0', role: 'slider', 'aria-valuemin': 1 });
  element = h('div.ribbon-box', {}, this.canvas);
  paint = oncePerFrame(() => this.draw());

  constructor() {
    this.canvas.style.touchAction = 'pan-y';
    this.listen();
    onWidth(this.element, () => this.measure());
    onShown(() => this.follow());
  }

  setPhotoQuery(photoQuery) {
    this.photoQuery = photoQuery;
    this.first = photoQuery.prefix.length;
    this.count = photoQuery.rows * photoQuery.cols;
    this.square = null;
    this.tell();
    this.measure();
  }

  /** Which token is on screen, for screen readers. */
  tell() {
    tellSlider(this.canvas, shown(), this.first + this.count, String(shown()));
  }

  setPixels(square) {
    this.square = square;
    this.paint();
  }

  measure() {
    const width = this.element.clientWidth;
    if (!width || !this.photoQuery) return;
    const wide = width > 700;
    this.full = width;
    this.tile = wide ? (this.count < FEW ? 100 : 80) : 50;
    this.extra = wide ? 60 : 42;
    this.slice = wide ? 52 : 34;
    this.height = this.tile + 46;
    // Extra tokens keep their size: there are few of them, and they are what this row adds to the photo. Registers are narrower.
    this.edges = [0];
    for (let i = 0; i < this.first; i++)
      this.edges.push(this.edges[i] + (i ? Math.round(this.extra * 0.55) : this.extra));
    this.start = this.edges[this.first] + GAP;
    const room = width - this.start - 2;
    this.eye = new Fisheye(
      room,
      this.count,
      this.count < FEW ? Math.min(this.tile, room / this.count) : this.tile,
      wide ? 6 : 4,
    );
    this.focus = this.target();
    this.paint();
  }

  target() {
    const token = shown();
    return token < this.first ? 0 : token - this.first + 0.5;
  }

  /** The lens goes where the token on screen is; at once while the pointer is in the row, else in a short motion. */
  follow() {
    if (!this.eye) return;
    const to = this.target();
    this.tell();
    cancelAnimationFrame(this.frame);
    if (this.scrubbing) {
      this.paint();
      return;
    }
    if (calm() || !this.canvas.clientWidth) {
      this.focus = to;
      this.paint();
      return;
    }
    const from = this.focus,
      began = performance.now();
    const step = (now) => {
      const share = Math.min(1, (now - began) / MS);
      this.focus = from + (to - from) * (1 - (1 - share) ** 3);
      this.draw();
      if (share < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  /** Left edge and width of a token in the canvas. */
  span(token, focus = this.focus) {
    if (token < this.first) return [this.edges[token], this.edges[token + 1] - this.edges[token]];
    const i = token - this.first,
      left = this.eye.edge(i, focus);
    return [this.start + left, this.eye.edge(i + 1, focus) - left];
  }

  /** Where a token stands in the window once the lens is on it. */
  boxOf(token) {
    const box = this.canvas.getBoundingClientRect(),
      [x, width] = this.span(token, token < this.first ? 0 : token - this.first + 0.5);
    const one = 1 / ownPixels(this.canvas, 1), // a CSS pixel in the window
      tall = this.tall(width);
    return new DOMRect(box.left + x * one, box.top + (this.tile - tall) * one, width * one, tall * one);
  }

  tall(width) {
    const even = this.eye.width / this.count;
    const share = this.eye.growth ? Math.min(1, Math.max(0, (width - even) / (this.tile - even))) : 1;
    return this.eye.growth ? this.slice + (this.tile - this.slice) * share : Math.min(this.tile, width);
  }

  draw() {
    if (!this.eye || !this.canvas.clientWidth) return;
    const context = sharp(this.canvas, this.full, this.height),
      { patch, cols } = this.photoQuery;
    for (let token = 0; token < this.first; token++) this.drawPrefix(context, token);
    const numbers = [];
    for (let i = 0; i < this.count; i++) {
      const [x, width] = this.span(i + this.first),
        tall = this.tall(width);
      const gap = width > 12 ? 1 : 0;
      if (this.square)
        context.drawImage(
          this.square,
          (i % cols) * patch,
          Math.floor(i / cols) * patch,
          patch,
          patch,
          x,
          this.tile - tall,
          width - gap,
          tall,
        );
      else {
        context.fillStyle = ink('sunken');
        context.fillRect(x, this.tile - tall, width, tall);
      }
      if (width > 26) numbers.push([i + 1, x + width / 2]);
    }
    this.drawRows(context);
    context.fillStyle = ink('ink-2');
    context.font = type(13);
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    numbers.forEach(([number, x]) => context.fillText(number, x, this.tile + 18));
    if (previewing()) this.outline(context, held(), 2);
    this.outline(context, shown(), 4);
  }

  drawPrefix(context, token) {
    const [x, width] = this.span(token),
      name = this.photoQuery.prefix[token];
    context.fillStyle = ink('surface');
    context.strokeStyle = ink('residual');
    context.lineWidth = 1.5;
    context.beginPath();
    context.roundRect(x + 1.5, 1.5, width - 4, this.tile - 3, 5);
    context.fill();
    context.stroke();
    context.fillStyle = ink('ink');
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.font = width < 36 ? smallType('650') : type(15, '650');
    context.fillText(width < 36 ? name.replace('REG', 'R') : name, x + width / 2 - 0.5, this.tile / 2);
    if (token) return;
    context.fillStyle = ink('ink-2');
    context.font = type(13);
    context.fillText('0', x + width / 2, this.tile + 14);
  }

  /** A tick where each line of the photo begins; the line of the token on screen by name. */
  drawRows(context) {
    const { rows, cols } = this.photoQuery,
      y = this.tile + 27,
      token = shown();
    const here = token < this.first ? -1 : Math.floor((token - this.first) / cols);
    for (let row = 0; row < rows; row++) {
      const [x] = this.span(this.first + row * cols),
        [last, width] = this.span(this.first + row * cols + cols - 1);
      context.fillStyle = ink(row === here ? 'query' : 'line');
      context.fillRect(x + 1, y, Math.max(1, last + width - x - 2), row === here ? 3 : 2);
      if (row !== here) continue;
      const name = t('patches.row', { row: row + 1 });
      context.font = type(13, '600');
      context.textAlign = 'center';
      context.textBaseline = 'alphabetic';
      const half = context.measureText(name).width / 2;
      context.fillText(name, Math.min(this.full - half - 1, Math.max(half, (x + last + width) / 2)), y + 17);
    }
  }

  outline(context, token, line) {
    const [x, width] = this.span(token),
      tall = token < this.first ? this.tile - 4 : this.tall(width) - 4;
    context.strokeStyle = ink('query');
    context.lineWidth = line;
    context.strokeRect(x + 1, this.tile - tall - 2, Math.max(2, width - 3), tall);
  }

  /** The token under the pointer; `moved` says that the lens may come along. */
  tokenAt(event, moved) {
    const { x } = pointIn(this.canvas, event);
    if (x < this.start - GAP / 2) return Math.max(0, this.edges.findIndex((edge) => x < edge) - 1);
    if (moved && this.eye.growth) this.focus = this.eye.focusAt(x - this.start);
    return this.first + this.eye.at(x - this.start, this.focus);
  }

  listen() {
    const { canvas } = this;
    let touched = null;
    const scrub = (event) => {
      if (!this.eye) return;
      // A finger takes what it sees under it; only when it travels along the row does the lens follow it.
      if (event.type === 'pointerdown') touched = event.pointerType === 'mouse' ? null : event.clientX;
      if (touched !== null && Math.abs(event.clientX - touched) > SLACK) touched = null;
      this.scrubbing = true;
      point(this.tokenAt(event, touched === null));
      this.paint();
    };
    const leave = () => {
      this.scrubbing = false;
      point(null);
      this.follow();
    };
    canvas.addEventListener('pointerdown', scrub);
    canvas.addEventListener('pointermove', scrub);
    canvas.addEventListener('pointerup', () => {
      const token = shown();
      this.scrubbing = false;
      hold(token);
    });
    canvas.addEventListener('pointerleave', leave);
    canvas.addEventListener('pointercancel', leave);
    keysOf(canvas, {
      keys: 'ArrowLeft ArrowRight Home End',
      says: 'keys.sequence',
      act: ({ key }) => {
        const last = this.first + this.count - 1,
          to = { ArrowLeft: held() - 1, ArrowRight: held() + 1, Home: 0, End: last }[key];
        hold(Math.min(last, Math.max(0, to)));
      },
    });
  }
}
