// The lines between the boxes, drawn from where the boxes stand: across on a wide screen, down on a narrow one.

import { ownPixels } from '../core/dom.js';

const SVG = 'http://www.w3.org/2000/svg';
const HEAD = 5; // length of an arrow's head

/**
 * @typedef {{ left: number, right: number, top: number, bottom: number, x: number, y: number }} Place a box, and its middle
 */

/** Draw every line of a kind of block (flow.js); where the residual is off, the stream is interrupted before each sum. */
export function drawCurrents(svg, river, { reaches, links }, { off }) {
  const origin = river.getBoundingClientRect(),
    residual = !off.includes('residual');
  const at = (id) => {
    const box = river.querySelector(`.at-${id}`).getBoundingClientRect();
    const [left, top] = [ownPixels(river, box.left - origin.left), ownPixels(river, box.top - origin.top)];
    return {
      left,
      top,
      right: left + ownPixels(river, box.width),
      bottom: top + ownPixels(river, box.height),
      x: left + ownPixels(river, box.width / 2),
      y: top + ownPixels(river, box.height / 2),
    };
  };
  svg.setAttribute('viewBox', `0 0 ${ownPixels(river, origin.width)} ${ownPixels(river, origin.height)}`);
  const ids = new Set([
    ...reaches.flatMap(({ start, add, ends, boxes }) => [...(start ? [start] : []), add, ...ends, ...boxes]),
    ...links.flatMap(([from, to]) => [from, to]),
  ]);
  const places = Object.fromEntries([...ids].map((id) => [id, at(id)]));
  const [first] = reaches,
    narrow = places[first.tap].top > places[first.start].bottom;
  const streams = reaches.flatMap((reach, i) => {
    const before = i ? places[reaches[i - 1].ends.at(-1)] : null;
    return (narrow ? downStream : acrossStream)(reach, places, before, residual);
  });
  svg.replaceChildren(
    ...streams,
    ...links.map(([from, to, tone]) => link(places[from], places[to], tone)),
    ...(narrow ? reaches.slice(1).map(({ tap }, i) => link(places[reaches[i].ends.at(-1)], places[tap])) : []),
  );
}

const line = (d, name) => {
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', d);
  path.setAttribute('class', name);
  return path;
};

/** A stretch of the stream into a sum: interrupted where the residual is off. */
const intoSum = (d, residual) => line(d, residual ? 'stream' : 'stream gone');

/**
 * Wide: along the row of the stream; from the end of one reach around the right edge, and back to the left for the next.
 * @param {{ start?: string, tap: string, add: string, ends: string[], boxes: string[] }} reach
 * @param {Record<string, Place>} places
 * @param {Place | null} before where the reach before ends
 * @param {boolean} residual
 */
function acrossStream({ start, tap, add, ends, boxes }, places, before, residual) {
  const sum = places[add],
    [first, ...more] = ends.map((id) => places[id]);
  const behind = [
    line(`M${sum.right},${sum.y} L${first.left},${first.y}`, 'stream'),
    ...more.map((place, i) => {
      const from = places[ends[i]];
      return line(`M${from.right},${from.y} L${place.left},${place.y}`, 'stream');
    }),
  ];
  if (!before)
    return [intoSum(`M${places[start].right},${places[start].y} L${sum.left},${sum.y}`, residual), ...behind];
  const turn = (before.bottom + Math.min(...boxes.map((id) => places[id].top))) / 2,
    reads = places[tap],
    left = 7,
    r = 10;
  const around =
    `M${before.x},${before.bottom} L${before.x},${turn - r} Q${before.x},${turn} ${before.x - r},${turn} L${left + r},${turn} ` +
    `Q${left},${turn} ${left},${turn + r} L${left},${sum.y - r} Q${left},${sum.y} ${left + r},${sum.y} L${reads.x},${sum.y}`;
  return [
    line(around, 'stream'),
    line(`M${reads.x},${sum.y} L${reads.x},${reads.bottom} m-4,${HEAD} l4,${-HEAD} l4,${HEAD}`, 'branch'),
    intoSum(`M${reads.x},${sum.y} L${sum.left},${sum.y}`, residual),
    ...behind,
  ];
}

/**
 * Narrow: straight down beside the boxes.
 * @param {{ start?: string, add: string, ends: string[] }} reach
 * @param {Record<string, Place>} places
 * @param {Place | null} before where the reach before ends
 * @param {boolean} residual
 */
function downStream({ start, add, ends }, places, before, residual) {
  const sum = places[add],
    from = before ?? places[start];
  return [
    intoSum(`M${sum.x},${from.bottom} L${sum.x},${sum.top}`, residual),
    ...[sum, ...ends.slice(0, -1).map((id) => places[id])].map((above, i) =>
      line(`M${sum.x},${above.bottom} L${sum.x},${places[ends[i]].top}`, 'stream'),
    ),
  ];
}

/** A thin arrow: to the right where there is room to the right, else up or down. */
function link(from, to, tone = '') {
  const name = `branch ${tone}`;
  if (to.left >= from.right - 1) {
    const middle = (from.right + to.left) / 2,
      y = Math.min(to.bottom - 12, Math.max(to.top + 12, from.y));
    return line(
      `M${from.right},${from.y} L${middle},${from.y} L${middle},${y} L${to.left},${y} m${-HEAD},-4 l${HEAD},4 l${-HEAD},4`,
      name,
    );
  }
  if (to.right <= from.left + 1)
    return line(`M${from.left},${to.y} L${to.right},${to.y} m${HEAD},-4 l${-HEAD},4 l${HEAD},4`, name);
  const down = to.top >= from.bottom - 1,
    x = Math.min(Math.max(from.x, to.left + 8), to.right - 8);
  const [start, end, sign] = down ? [from.bottom, to.top, -1] : [from.top, to.bottom, 1];
  return line(`M${x},${start} L${x},${end} m-4,${sign * HEAD} l4,${-sign * HEAD} l4,${sign * HEAD}`, name);
}
