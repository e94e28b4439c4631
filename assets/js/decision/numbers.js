// Numbers of logits and their products: with a number of decimals, so that those of a column stay under each other.

import { fixed } from '../core/text.js';

/** Two decimals. */
export const hundredths = (value) => fixed(value, 2);
/** Three decimals, or so many more. */
export const thousandths = (value, more = 0) => fixed(value, 3 + more);
/** The same with a sign in front. */
export const signedNumber = (value, more = 0) => `${value < 0 ? '' : '+'}${thousandths(value, more)}`;
