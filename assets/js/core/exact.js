// Numbers that are to be added up by the reader, as terms are written (core/equation.js): four decimals, or so many more.

import { fixed } from './text.js';

export const exact = (value, more = 0) => fixed(value, 4 + more);

/** The same behind a sign: below 0 in brackets. */
export const exactTerm = (value, more = 0) => (value < 0 ? `(${exact(value, more)})` : exact(value, more));
