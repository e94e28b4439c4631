// The small picture on a box: the real numbers of its tensor, as large as the box has room.

import { valueRange } from '../core/barcode.js';
import { css, peakOf, colourPicture, signColour, signedPicture } from '../core/colours.js';
import { ink, sharp } from '../core/dom.js';
import { RAMP, RAMP_CSS } from '../core/ramp.js';
import { level } from '../instrument/scale.js';
import { isMasked } from './masked.js';

/** Lower than this many pixels no line of bars can be read. */
const LOW = 4;

/** Numbers as lines from a zero line; down the picture where it is taller than wide, along it where not. */
function bars(context, values, [x, y, width, height], colour) {
  const { low, high } = valueRange(values),
    upright = height > width,
    long = upright ? height : width,
    wide = upright ? width : height;
  const scale = wide / (high - low || 1),
    step = long / values.length,
    thick = Math.max(step > 3 ? step - 1 : step, 0.6);
  const zero = upright ? -low * scale : high * scale;
  context.fillStyle = colour;
  for (let i = 0; i < values.length; i++) {
    const tall = values[i] * scale;
    if (upright) context.fillRect(x + Math.min(zero, zero + tall), y + i * step, Math.max(Math.abs(tall), 0.4), thick);
    else context.fillRect(x + i * step, y + Math.min(zero, zero - tall), thick, Math.max(Math.abs(tall), 0.4));
  }
  context.fillStyle = ink('ink-3');
  context.globalAlpha = 0.5;
  if (upright) context.fillRect(x + zero - 0.5, y, 1, height);
  else context.fillRect(x, y + zero - 0.5, width, 1);
  context.globalAlpha = 1;
}

/** Many heads in little room: one row per head, the stronger the larger the number, above or below zero. */
function shades(context, { data, shape: [heads, count] }, width, height, colour) {
  const peak = peakOf(data),
    [w, tall] = [width / count, height / heads];
  context.fillStyle = colour;
  data.forEach((value, i) => {
    context.globalAlpha = Math.abs(value) / (peak || 1);
    context.fillRect((i % count) * w, Math.floor(i / count) * tall, w, tall - 0.5);
  });
  context.globalAlpha = 1;
}

/** Columns and rows in which `count` tiles of a shape (width / height) become largest in a box. */
function tiling(count, width, height, shape) {
  let best = null;
  for (let cols = 1; cols <= count; cols++) {
    const rows = Math.ceil(count / cols),
      side = Math.min(width / cols, (height / rows) * shape);
    if (!best || side > best.side) best = { cols, rows, side };
  }
  return best;
}

/** One number per patch as a small picture; keys without a place (CLS) are told in the open box. */
export function map(row, values, axis, peak) {
  const patches = row.subarray(axis.first);
  if (values === 'score') return signedPicture(patches, axis.cols, axis.rows, peak);
  return colourPicture(axis.cols, axis.rows, (i) => RAMP[level(patches[i], peak)]);
}

/** A number per head and word: a row of cells for each head, hatched where it is masked. */
function cells(context, { data, shape: [heads, count] }, scores, values, width, height) {
  const [w, tall] = [width / count, height / heads],
    open = (head) => data.subarray(head * count, (head + 1) * count).filter((value) => !isMasked(value)),
    all = peakOf(data.filter((value) => !isMasked(value)));
  for (let head = 0; head < heads; head++) {
    // The softmax sees each head's scores by themselves: a head far from zero must not hide the others.
    const peak = values === 'score' ? peakOf(open(head)) : all;
    for (let key = 0; key < count; key++) {
      const value = data[head * count + key],
        place = /** @type {[number, number, number, number]} */ ([
          key * w,
          head * tall,
          w - Math.min(1, w / 8),
          tall - Math.min(1, tall / 8),
        ]);
      if (isMasked(scores?.data[head * count + key])) hatch(context, place);
      else {
        context.fillStyle =
          values === 'score' ? css(signColour(peak ? value / peak : 0)) : RAMP_CSS[level(value, peak)];
        context.fillRect(...place);
      }
    }
  }
}

function hatch(context, [x, y, width, height]) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = ink('ink-3');
  context.lineWidth = 1;
  context.beginPath();
  for (let at = x - height; at < x + width; at += 4) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
}

/** Draw a box's numbers on its canvas. */
export function drawThumb(canvas, box, arrays, axis) {
  const { kind, tone, values } = box,
    array = arrays[box.array];
  const { clientWidth: width, clientHeight: height } = canvas.parentElement;
  if (!width || !height) return;
  const context = sharp(canvas, width, height),
    { data, shape } = array,
    colour = ink(tone);
  if (kind === 'vector') {
    bars(context, data, [0, 0, width, height], colour);
    return;
  }
  const [heads, count] = shape,
    row = (head) => data.subarray(head * count, (head + 1) * count);
  if (kind === 'heads') {
    const upright = height > 1.3 * width,
      each = (upright ? width : height) / heads;
    if (each < LOW) {
      shades(context, array, width, height, colour);
      return;
    }
    for (let head = 0; head < heads; head++)
      bars(
        context,
        row(head),
        upright ? [head * each, 0, each - 2, height] : [0, head * each, width, each - 2],
        colour,
      );
    return;
  }
  if (axis.kind === 'words') {
    cells(context, array, arrays[box.mask], values, width, height);
    return;
  }
  const { cols, side } = tiling(heads, width, height, axis.cols / axis.rows),
    tall = (side * axis.rows) / axis.cols,
    shared = peakOf(data);
  context.imageSmoothingEnabled = false;
  for (let head = 0; head < heads; head++) {
    // The softmax sees each head's scores by themselves: a head far from zero must not hide the others.
    const peak = values === 'score' ? peakOf(row(head).subarray(axis.first)) : shared;
    context.drawImage(
      map(row(head), values, axis, peak),
      (head % cols) * side,
      Math.floor(head / cols) * tall,
      side - 2,
      tall - 2,
    );
  }
}
