// One sentence about the step held, or about the word under the pointer.

import { leaders } from '../core/argmax.js';
import { html, percent, t, together } from '../core/text.js';

/** The readout: everything in it is escaped on its way into the text. */
export function translationReading({ lines, steps, step, pointed, weights }) {
  const { source, target } = lines.pieces,
    name = ({ text }) => text;
  if (pointed?.source !== undefined) {
    const { equals, printed } = leaders(
      target.map((_, at) => weights(at)[pointed.source]),
      percent,
    );
    return html('translation.reading_source', {
      word: name(source[pointed.source]),
      target: together(equals.map((at) => t('translation.at_step', { word: name(target[at]), n: at + 1 }))),
      weight: printed,
    });
  }
  const at = pointed?.step ?? step,
    { equals, printed } = leaders(weights(at), percent);
  return html('translation.reading_step', {
    n: at + 1,
    word: name(target[at]),
    share: percent(steps.arrays.chosen_share.data[at]),
    source: together(equals.map((one) => name(source[one]))),
    weight: printed,
  });
}
