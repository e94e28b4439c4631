// How much of the state stays from step to step, as a curve over the chain; and which way the state turned.

import { svg } from '../core/dom.js';

const HIGH = 58,
  PAD = 5;

/** Curves over both halves of a chain: `places[step]` is a step's middle in pixels. Returns the drawing and its axis. */
export function keptLine({ arrays, places, width }) {
  const all = (name) => ['encoder', 'decoder'].flatMap((side) => [...(arrays[`${side}_${name}`]?.data ?? [])]);
  const kept = all('kept'),
    alike = all('alike'),
    low = Math.min(0, ...alike.filter((value) => !Number.isNaN(value)));
  const y = (value) => PAD + (HIGH - 2 * PAD) * (1 - (value - low) / (1 - low));
  const line = (values, kind) => [
    svg('path', {
      class: kind,
      d: path(values.map((value, step) => (Number.isNaN(value) ? null : [places[step], y(value)]))),
    }),
    ...values
      .map((value, step) =>
        Number.isNaN(value) ? null : svg('circle', { class: kind, cx: places[step], cy: y(value), r: 3 }),
      )
      .filter(Boolean),
  ];
  const drawing = svg(
    'svg',
    { class: 'kept-line', width, height: HIGH, 'aria-hidden': 'true' },
    ...[1, 0].map((value) => svg('line', { class: 'rule', x1: 0, x2: width, y1: y(value), y2: y(value) })),
    ...line(alike, 'alike'),
    ...(kept.length ? line(kept, 'kept') : []),
  );
  return {
    drawing,
    ticks: [
      [1, y(1)],
      [0, y(0)],
    ],
    height: HIGH,
  };
}

/** A path through points, begun anew behind a missing one. */
function path(points) {
  return points
    .map((point, i) => (point ? `${points[i - 1] ? 'L' : 'M'}${point[0].toFixed(1)} ${point[1].toFixed(1)}` : ''))
    .join('');
}
