// The lines between the boxes, drawn from where the boxes stand: across on a wide screen, down on a narrow one.

const SVG = 'http://www.w3.org/2000/svg';
const HEAD = 5; // length of an arrow's head
const LINKS = [
  ['x', 'ln1'],
  ['ln1', 'q'],
  ['ln1', 'k'],
  ['ln1', 'v'],
  ['q', 'dots', 'query'],
  ['k', 'dots', 'key'],
  ['dots', 'scale'],
  ['scale', 'softmax'],
  ['softmax', 'carry'],
  ['v', 'carry', 'value'],
  ['carry', 'z'],
  ['z', 'concat'],
  ['concat', 'proj'],
  ['proj', 'add1'],
  ['ln2', 'pre'],
  ['pre', 'post'],
  ['post', 'mlp_out'],
  ['mlp_out', 'add2'],
];

/**
 * @typedef {{ left: number, right: number, top: number, bottom: number, x: number, y: number }} Place a box, and its middle
 */

/** Draw every line; where the residual is off, the stream is interrupted before each sum. */
export function drawCurrents(svg, river, { residual }) {
  const origin = river.getBoundingClientRect();
  const at = (id) => {
    const box = river.querySelector(`.at-${id}`).getBoundingClientRect();
    const [left, top] = [box.left - origin.left, box.top - origin.top];
    return {
      left,
      top,
      right: left + box.width,
      bottom: top + box.height,
      x: left + box.width / 2,
      y: top + box.height / 2,
    };
  };
  svg.setAttribute('viewBox', `0 0 ${origin.width} ${origin.height}`);
  const ids = new Set(['mid', 'out', ...LINKS.flatMap(([from, to]) => [from, to])]);
  const places = Object.fromEntries([...ids].map((id) => [id, at(id)]));
  const narrow = places.q.top > places.ln1.bottom,
    links = narrow ? [...LINKS, ['mid', 'ln2']] : LINKS;
  svg.replaceChildren(
    ...(narrow ? downStream : acrossStream)(places, residual),
    ...links.map(([from, to, tone]) => link(places[from], places[to], tone)),
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
 * Wide: along the row of the stream, around the right edge, and back to the left for the second row.
 * @param {Record<string, Place>} places
 * @param {boolean} residual
 */
function acrossStream({ x, add1, mid, ln2, add2, out }, residual) {
  const turn = (mid.bottom + ln2.top) / 2,
    left = 7,
    r = 10;
  const around =
    `M${mid.x},${mid.bottom} L${mid.x},${turn - r} Q${mid.x},${turn} ${mid.x - r},${turn} L${left + r},${turn} ` +
    `Q${left},${turn} ${left},${turn + r} L${left},${add2.y - r} Q${left},${add2.y} ${left + r},${add2.y} L${ln2.x},${add2.y}`;
  return [
    intoSum(`M${x.right},${x.y} L${add1.left},${add1.y}`, residual),
    line(`M${add1.right},${add1.y} L${mid.left},${mid.y}`, 'stream'),
    line(around, 'stream'),
    line(`M${ln2.x},${add2.y} L${ln2.x},${ln2.bottom} m-4,${HEAD} l4,${-HEAD} l4,${HEAD}`, 'branch'),
    intoSum(`M${ln2.x},${add2.y} L${add2.left},${add2.y}`, residual),
    line(`M${add2.right},${add2.y} L${out.left},${out.y}`, 'stream'),
  ];
}

/**
 * Narrow: straight down beside the boxes.
 * @param {Record<string, Place>} places
 * @param {boolean} residual
 */
function downStream({ x, add1, mid, add2, out }, residual) {
  return [
    intoSum(`M${add1.x},${x.bottom} L${add1.x},${add1.top}`, residual),
    line(`M${add1.x},${add1.bottom} L${add1.x},${mid.top}`, 'stream'),
    intoSum(`M${add2.x},${mid.bottom} L${add2.x},${add2.top}`, residual),
    line(`M${add2.x},${add2.bottom} L${add2.x},${out.top}`, 'stream'),
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
