// The first two stages of a patch: its pixels enlarged, and the same numbers laid flat as the model reads them (all reds, greens, blues).

import { colourPicture, planes } from '../core/colours.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { probe } from '../core/probe.js';
import { digits, bindLabel, bindText, t, whole } from '../core/text.js';

const COLOURS = ['red', 'green', 'blue'];
const STRIPE = 48;
const GAP = 6;

export class Pixels {
  flat;
  pixel = null; // { at: pixel of the patch, channel: 0..2 or null }
  probes;
  photoQuery;
  arrays;
  patch;
  bytes;
  picture;
  stripes;

  zoomCanvas = h('canvas.zoom');
  flatCanvas = h('canvas.stripes');
  readout = h('p.readout.in-sight', { 'data-told': 'here' });
  zoom = h('div.zoom-box', {}, this.zoomCanvas);
  flatBox = h('div.stripes-box', {}, this.flatCanvas);

  constructor() {
    bindLabel(this.zoomCanvas, 'aria-label', 'patches.pixels_figure');
    bindLabel(this.flatCanvas, 'aria-label', 'patches.flat_figure');
    this.flat = h(
      'div.flat',
      {},
      h('div.channels', {}, ...COLOURS.map((colour) => bindText(h('span'), `patches.${colour}`))),
      this.flatBox,
    );
    const side = () => this.photoQuery.patch;
    this.probes = [
      probe(this.zoomCanvas, {
        grid: () => (this.photoQuery ? { cols: side(), rows: side() } : null),
        hover: (at) => this.point(at === null ? null : { at, channel: null }),
      }),
      probe(this.flatCanvas, {
        grid: () => (this.photoQuery ? { cols: side() ** 2, rows: 3 } : null),
        hover: (i) => this.point(i === null ? null : { at: i % side() ** 2, channel: Math.floor(i / side() ** 2) }),
      }),
    ];
    onWidth(this.zoom, () => this.draw());
    onWidth(this.flatBox, () => this.draw());
  }

  setPayload(photoQuery, { arrays }) {
    this.photoQuery = photoQuery;
    this.arrays = arrays;
    this.patch = null;
    this.pixel = null;
    this.probes.forEach((one) => one.forget());
  }

  show(patch) {
    if (patch === this.patch) return;
    this.patch = patch;
    const { patch: side, cols } = this.photoQuery,
      [, height, width] = this.arrays.pixels.shape,
      { data } = this.arrays.pixels;
    const n = side * side,
      top = Math.floor(patch / cols) * side,
      left = (patch % cols) * side;
    this.bytes = new Uint8Array(3 * n);
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < side; y++) {
        const from = (c * height + top + y) * width + left;
        this.bytes.set(data.subarray(from, from + side), c * n + y * side);
      }
    }
    this.picture = planes(this.bytes, side, side);
    // Each stripe in its own colour, as bright as the pixel.
    this.stripes = COLOURS.map((_, c) =>
      colourPicture(n, 1, (i) => ((255 << 24) | (this.bytes[c * n + i] << (8 * c))) >>> 0),
    );
    this.draw();
    this.tell();
  }

  point(pixel) {
    this.pixel = pixel;
    this.draw();
    this.tell();
  }

  draw() {
    if (!this.bytes) return;
    const side = this.photoQuery.patch,
      n = side * side,
      width = this.zoom.clientWidth,
      flat = this.flatBox.clientWidth;
    if (!width || !flat) return;
    const context = sharp(this.zoomCanvas, width, width),
      cell = width / side;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.picture, 0, 0, width, width);
    const height = 3 * STRIPE + 2 * GAP;
    const line = sharp(this.flatCanvas, flat, height);
    line.imageSmoothingEnabled = false;
    this.stripes.forEach((stripe, c) => line.drawImage(stripe, 0, c * (STRIPE + GAP), flat, STRIPE));
    if (!this.pixel) return;
    const { at, channel } = this.pixel,
      x = ((at % n) / n) * flat;
    mark(context, (at % side) * cell, Math.floor(at / side) * cell, cell, cell);
    for (let c = 0; c < 3; c++)
      if (channel === null || c === channel)
        mark(line, x - 1, c * (STRIPE + GAP) + 1, Math.max(3, flat / n), STRIPE - 2);
  }

  tell() {
    if (!this.bytes) return;
    const side = this.photoQuery.patch,
      n = side * side;
    if (!this.pixel) {
      this.readout.textContent = t('patches.flat_hint');
      return;
    }
    const { at, channel } = this.pixel,
      where = { row: Math.floor(at / side) + 1, col: (at % side) + 1 };
    const byte = (c) => this.bytes[c * n + at],
      scaled = (c) => digits(this.arrays.normalised.data[c * 256 + byte(c)]);
    this.readout.textContent =
      channel === null
        ? t('patches.pixel_read', {
            ...where,
            r: byte(0),
            g: byte(1),
            b: byte(2),
            nr: scaled(0),
            ng: scaled(1),
            nb: scaled(2),
          })
        : t('patches.flat_read', {
            ...where,
            k: whole(channel * n + at + 1),
            numbers: whole(3 * n),
            colour: t(`patches.${COLOURS[channel]}`),
            byte: byte(channel),
            value: scaled(channel),
          });
  }
}

function mark(context, x, y, width, height) {
  context.strokeStyle = ink('paper');
  context.lineWidth = 4;
  context.strokeRect(x, y, width, height);
  context.strokeStyle = ink('ink');
  context.lineWidth = 2;
  context.strokeRect(x, y, width, height);
}
