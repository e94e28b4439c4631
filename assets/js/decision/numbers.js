// Numbers of the arithmetic: enough digits for a pocket calculator to arrive at the same result.

import { scientific, whole } from '../core/text.js';

const minus = (text) => text.replaceAll('-', '−');

/** Two decimals: numbers of a column stay under each other. */
export const hundredths = (value) => minus(value.toFixed(2));
/** Three decimals, so that e to this power has three correct digits. */
export const thousandths = (value) => minus(value.toFixed(3));
/** The same with a sign in front. */
export const signed = (value) => (value < 0 ? minus(value.toFixed(3)) : `+${value.toFixed(3)}`);

/** A power of e: 0.0213, 12.4, 3 381 or 4.12 × 10⁷. */
export function magnitude(value) {
  if (value >= 999.95 && value < 1e6) return whole(value);
  if (value >= 0.001 && value < 999.95) return value.toPrecision(4);
  if (value === 0) return '0';
  return scientific(value, 3);
}
