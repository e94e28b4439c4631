// One sentence about the step held, or about the word under the pointer.

import { html, percent } from '../core/text.js';

/** The readout: everything in it is escaped on its way into the text. */
export function reading({ lines, steps, step, pointed, weights }) {
  const { source, target } = lines.pieces,
    name = ({ text }) => text;
  if (pointed?.source !== undefined) {
    const column = target.map((_, at) => weights(at)[pointed.source]),
      most = column.indexOf(Math.max(...column));
    return html('translation.reading_source', {
      word: name(source[pointed.source]),
      target: name(target[most]),
      n: most + 1,
      weight: percent(column[most]),
    });
  }
  const at = pointed?.step ?? step,
    row = weights(at),
    most = row.indexOf(Math.max(...row));
  return html('translation.reading_step', {
    n: at + 1,
    word: name(target[at]),
    share: percent(steps.arrays.chosen_share.data[at]),
    source: name(source[most]),
    weight: percent(row[most]),
  });
}
