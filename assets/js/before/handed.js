// Between encoder and decoder: all that is handed over, drawn number by number.

import { drawBarcode, valueRange } from '../core/barcode.js';
import { peakOf, signedPicture } from '../core/colours.js';
import { h, inkPx, onWidth } from '../core/dom.js';
import { digits, html } from '../core/text.js';

/** So wide is the bridge between the two halves of the chain, in pixels, for type of the page's size. */
const BRIDGE = 216,
  TYPE = 13;
const HIGH = 74;

/**
 * How wide the bridge is where so many pixels are free: for larger type, as before a room, it takes more of them, or what it says would be higher than the chain.
 * @param {number} spare
 */
export const bridgeOf = (spare) =>
  Math.round(Math.max(BRIDGE, Math.min(spare, (BRIDGE * (inkPx('least') || TYPE)) / TYPE)));

/** The encoder's last state (an LSTM's two) as a barcode; with attention every state, one line of colours each. */
export function handed({ facts, arrays }) {
  const { d_hidden: units, attention, source } = facts,
    steps = source.length;
  const last = (name) => arrays[`encoder_${name}`].data.subarray((steps - 1) * units, steps * units);
  const params = { units, steps, numbers: steps * units };
  if (attention) {
    const states = arrays.encoder_state.data,
      rows = h('canvas.handed-states', {
        width: units,
        height: steps,
        style: { height: `${Math.max(HIGH, Math.min(200, steps * 7))}px` },
      });
    rows.getContext('2d').drawImage(signedPicture(states, units, steps, peakOf(states)), 0, 0);
    return box('before.handed_states', params, [rows]);
  }
  const vectors = arrays.encoder_cell ? ['state', 'cell'] : ['state'];
  return box(
    vectors.length > 1 ? 'before.handed_two' : 'before.handed_one',
    params,
    vectors.flatMap((name) => {
      const canvas = h('canvas.handed-vector'),
        values = last(name);
      onWidth(canvas, (width) => drawBarcode(canvas, values, { width, height: HIGH }));
      const { low, high } = valueRange(values);
      return [canvas, h('span.axis', {}, `${digits(low)} … ${digits(high)}`)];
    }),
  );
}

function box(key, params, figures) {
  const words = h('p.note');
  words.innerHTML = html(key, params);
  return h('div.handed-box', {}, ...figures, words);
}
