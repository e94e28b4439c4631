// The line under the chain: what the step and the number under the pointer say.

import { pieceName, readPieces, sourcePieces, writtenPieces } from '../core/pieces.js';
import { digits, isolated, html, percent } from '../core/text.js';

/** `pointed` is { step, place, name } or null, as the figure tells it. */
export function chainReading(figure, { held, pointed }) {
  const { facts, arrays } = figure,
    step = pointed?.step ?? held,
    [side, row] = figure.half(step);
  const name = (pieces) => isolated(pieceName(pieces[row]));
  const kept = arrays[side ? 'decoder_kept' : 'encoder_kept']?.data[row],
    alike = arrays[side ? 'decoder_alike' : 'encoder_alike'].data[row];
  const at = { step: row + 1, total: figure.steps[side] };
  const parts = [
    side
      ? html('before.read_target', {
          ...at,
          read: name(readPieces(facts)),
          written: name(writtenPieces(facts)),
          share: percent(arrays.written.data[row]),
        })
      : html('before.read_source', { ...at, read: name(sourcePieces(facts)) }),
  ];
  if (pointed?.name) {
    const { place } = pointed,
      values = figure.names().map((quantity) =>
        html('before.read_value', {
          name: html(`before.name_${quantity}`),
          value: digits(figure.value(quantity, step, place)),
        }),
      );
    parts.push(html('before.read_unit', { unit: figure.unit(place) + 1, units: facts.d_hidden }), values.join(' · '));
  } else {
    if (kept !== undefined) parts.push(html('before.read_kept', { share: percent(kept) }));
    if (!Number.isNaN(alike)) parts.push(html('before.read_alike', { cosine: digits(alike) }));
  }
  return parts.join(' ');
}
