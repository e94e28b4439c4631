// Numbers and bytes as colours. Above and below 0 are two hues with a neutral middle, the same in every figure of the screen.

import { ink } from './dom.js';
import { on } from './state.js';

const STEPS = 127;
let table = null;
on('theme', () => {
  table = null;
});

/** 255 colours from below 0 over 0 to above 0, as 0xAABBGGRR, for the theme of the moment. */
function signs() {
  if (table) return table;
  const [minus, zero, plus] = ['minus', 'zero', 'plus'].map((name) => rgb(ink(name)));
  table = new Uint32Array(2 * STEPS + 1);
  for (let i = -STEPS; i <= STEPS; i++) {
    const end = i < 0 ? minus : plus,
      share = Math.abs(i) / STEPS;
    const [r, g, b] = zero.map((z, c) => Math.round(z + (end[c] - z) * share));
    table[i + STEPS] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  }
  return table;
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

/** The colour of a number by its sign and its share of the largest, -1..1, as 0xAABBGGRR. */
export const signColour = (share) => signs()[STEPS + Math.max(-STEPS, Math.min(STEPS, Math.round(share * STEPS)))];

/** 0xAABBGGRR as CSS writes it. */
export const css = (colour) => `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;

/** A picture of `count` numbers in colours of their sign; `peak` is the full colour. */
export function signedPicture(values, cols, rows, peak) {
  const scale = peak > 0 ? 1 / peak : 0;
  return colourPicture(cols, rows, (i) => signColour(values[i] * scale));
}

/** Three planes of bytes [3, rows, cols] as a picture. */
export function planes(bytes, cols, rows) {
  const n = cols * rows;
  return colourPicture(
    cols,
    rows,
    (i) => ((255 << 24) | (bytes[2 * n + i] << 16) | (bytes[n + i] << 8) | bytes[i]) >>> 0,
  );
}

/** Triples of bytes [rows, cols, 3] from `offset` on as a picture. */
export function triples(bytes, cols, rows, offset = 0) {
  return colourPicture(
    cols,
    rows,
    (i) =>
      ((255 << 24) | (bytes[offset + 3 * i + 2] << 16) | (bytes[offset + 3 * i + 1] << 8) | bytes[offset + 3 * i]) >>>
      0,
  );
}

/** A canvas of cols x rows pixels, coloured by `colour(i)` as 0xAABBGGRR. */
export function colourPicture(cols, rows, colour) {
  const canvas = new OffscreenCanvas(cols, rows),
    context = canvas.getContext('2d');
  const image = context.createImageData(cols, rows),
    pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colour(i);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The largest distance from 0. */
export function peakOf(values) {
  let peak = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > peak) peak = size;
  }
  return peak;
}
