// Numbers that are to be added up by the reader: four decimals, so that the sum on the page comes out but for the last one.

export const exact = (value) => value.toFixed(4).replace('-', '−');

/** The same behind a sign: below 0 in brackets. */
export const exactTerm = (value) => (value < 0 ? `(${exact(value)})` : exact(value));
