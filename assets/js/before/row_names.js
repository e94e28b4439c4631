// What stands in front of the rows of a chain: their names, and what their colours and heights mean.

import { h } from '../core/dom.js';
import { rampGradient } from '../core/ramp.js';
import { digits, html } from '../core/text.js';
import { keptLine } from './kept_line.js';

/** The name of a row. */
export function name(key) {
  const words = h('span');
  words.innerHTML = html(`before.${key}`);
  return h('div.chain-name', {}, words);
}

/** The name of a quantity over its colours, from end to end: shares 0..1, or up to `peak` on both sides of 0. */
export function legend(quantity, peak) {
  const words = name(`quantity_${quantity}`),
    ends = peak === null ? ['0', '1'] : [`−${digits(peak)}`, digits(peak)];
  words.append(
    h('span.swatch', { style: peak === null ? { background: rampGradient() } : {} }),
    h('span.axis.ends', {}, ...ends.map((end) => h('span', {}, end))),
  );
  return words;
}

/** The curve of what is kept, behind its names and its axis; a cell without gates has only the other curve. */
export function curveRow({ gated, arrays, places, width }) {
  const { drawing, ticks, height } = keptLine({ arrays, places, width });
  const lines = [...(gated ? ['kept'] : []), 'alike'].map((line) => {
    const words = h('span');
    words.innerHTML = html(`before.row_${line}`);
    words.prepend(h(`span.sample.${line}`));
    return words;
  });
  // The names may be higher than the curve, which lies in the middle of them.
  const marks = ticks.map(([value, y]) =>
    h('span.axis.tick', { style: { top: `calc(50% + ${y - height / 2}px)` } }, String(value)),
  );
  return [
    h('div.chain-name.kept-name', { style: { minHeight: `${height}px` } }, ...lines, ...marks),
    h('div.chain-whole', {}, drawing),
  ];
}
