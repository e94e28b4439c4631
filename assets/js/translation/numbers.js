// Shares and scores as the Translation screen writes them.

import { fixed, perCent } from '../core/text.js';

/** A share as short as it can stand under a word: whole per cent, or one digit of less. The bars have three. */
export function brief(share) {
  const p = share * 100;
  if (p >= 9.95) return perCent(Math.round(p));
  if (p >= 0.095) return perCent(p.toFixed(1));
  return p > 0 ? perCent('<\u00a00.1') : perCent('0');
}

/** A log-probability or a score: three decimals, or so many more. */
export const nats = (value, more = 0) => fixed(value, 3 + more);
