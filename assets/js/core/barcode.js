// A row of numbers as a barcode: one line per number, up from zero when it is positive, down when it is negative.

import { ink, sharp } from './dom.js';
import { keysOf } from './keys.js';
import { Taps } from './taps.js';

/** Smallest and largest of the numbers and zero: what the height of a barcode stands for. */
export function valueRange(values) {
  let low = 0,
    high = 0;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** Draw numbers, in `order` where one is given; `lit` is the place (not the index) of the one that is held. */
export function drawBarcode(canvas, values, { width, height, order = null, lit = -1 }) {
  const context = sharp(canvas, width, height),
    n = values.length,
    step = width / n;
  const { low, high } = valueRange(values),
    scale = height / (high - low || 1),
    zero = high * scale;
  const colours = [ink('plus'), ink('minus')],
    bar = step > 3 ? step - 1 : Math.max(step, 0.6);
  const line = (place, wide, colour) => {
    const tall = values[order ? order[place] : place] * scale;
    context.fillStyle = colour ?? colours[tall < 0 ? 1 : 0];
    context.fillRect(place * step, Math.min(zero, zero - tall), wide, Math.max(Math.abs(tall), 0.5));
  };
  for (let place = 0; place < n; place++) line(place, bar);
  if (lit >= 0) {
    // The held one in ink between two outlines, so that it can be told from its neighbours.
    const middle = (lit + 0.5) * step,
      wide = Math.max(step + 4, 8);
    line(lit, Math.max(bar, 2), ink('ink'));
    context.strokeStyle = ink('query');
    context.lineWidth = 2;
    context.strokeRect(middle - wide / 2, 1, wide, height - 2);
  }
  context.fillStyle = ink('ink-3');
  context.fillRect(0, Math.min(zero, height - 1), width, 1);
}

/** The place of a barcode under a pointer. */
function placeAt(canvas, event, n) {
  const box = canvas.getBoundingClientRect();
  return Math.min(n - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * n)));
}

/**
 * Let pointer and arrow keys move over a barcode: `point(place)` while there, `point(null)` after; `choose(place)` on a press. `open(place)`,
 * in its place where that leads to another page, takes two taps of a finger: the first reads.
 * @param {HTMLCanvasElement} canvas
 * @param {() => number} length 0 while there is nothing on it: then pointer and keys do nothing
 * @param {{ point: (place: number | null) => void, choose?: (place: number) => void, open?: (place: number) => void }} events
 */
export function walk(canvas, length, { point, open, choose = open ?? (() => {}) }) {
  let place = 0,
    pointed = null; // the place that is read
  const taps = new Taps(),
    read = (next) => point((pointed = next));
  const to = (next) => {
    if (!length()) return;
    place = Math.min(length() - 1, Math.max(0, next));
    read(place);
  };
  canvas.addEventListener('pointermove', (event) => {
    const next = placeAt(canvas, event, length());
    if (!taps.moved(event, next)) to(next);
  });
  canvas.addEventListener('pointerdown', (event) => {
    const next = placeAt(canvas, event, length());
    if (!taps.down(event, next, pointed)) to(next);
  });
  canvas.addEventListener('click', (event) => {
    if (length() && (taps.clicked() || !open)) choose(pointed ?? placeAt(canvas, event, length()));
  });
  canvas.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') read(null);
  });
  canvas.addEventListener('blur', () => read(null));
  keysOf(canvas, {
    keys: 'ArrowLeft ArrowRight Home End',
    says: 'keys.cells',
    when: () => length() > 0,
    act: ({ key }) => to({ ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: length() - 1 }[key]),
  });
  keysOf(canvas, { keys: 'Enter', says: 'keys.open_cell', when: () => length() > 0, act: () => choose(place) });
}

/** What a screen reader says of the place of a barcode. */
export function tellSlider(canvas, place, length, text) {
  canvas.setAttribute('aria-valuemax', length);
  canvas.setAttribute('aria-valuenow', (place ?? 0) + 1);
  canvas.setAttribute('aria-valuetext', text);
}
