// The symbols of a formula, and which the table of core/notation.js knows.

import { NOTATION } from '../../assets/js/core/notation.js';

export const SYMBOLS = NOTATION.map(([one]) => one);
export const KNOWN = new Set(SYMBOLS);
/** What counts others may stand below. */
const COUNTS = new Set(['_L', '_w']);
/** Their scripts say which of them is meant. */
const NAMED = new Set(['W', 'U', 'b', 'b′', 'γ', 'λ', 'a', 'head']);

/** The symbols of a formula: what stands below and is not part of a symbol counts, as "_j". */
export function* symbolsOf(pieces, below = '') {
  for (const [i, { kind, text, of, base, below: low, above: high }] of pieces.entries()) {
    if (of) yield* symbolsOf(of, below);
    else if (kind === 'symbol') {
      const place = below || (pieces[i - 1]?.text === '[' && text.length === 1 ? '_' : '');
      yield COUNTS.has(place + text) ? text : place + text;
    } else if (kind === 'fraction') yield* symbolsOf([low, high], below);
    else if (kind === 'scripts') {
      const whole = low?.text && base.text && `${base.text}_${low.text}`;
      if (KNOWN.has(whole)) yield whole;
      else {
        yield* symbolsOf([base], below);
        if (low && !NAMED.has(base.text)) yield* symbolsOf([low], '_');
      }
      if (high && high.text !== '⊤' && !NAMED.has(base.text)) yield* symbolsOf([high], below);
    }
  }
}
