// A number of the sinusoidal position table (Vaswani et al., §3.5) as an equation: sin(3 / 10000^(2/512)) = 0.243.

import { h } from './dom.js';
import { given, inline, raised, sign, silent } from './equation.js';

/** What a place is divided by: a term of which only how it is worked out is printed. */
export const wavelength = (twice, d) => ({
  value: 10000 ** (twice / d),
  of: {
    parts: [given(10000), silent('**('), given(twice), '/', given(d), silent(')')],
    compute: ([base, over, under]) => base ** (over / under),
  },
  draw: (_, [base, ...exponent]) => raised(base, exponent),
});

/** How the place and what it is divided by give the number. */
export const waved =
  (wave) =>
  ([place, divisor]) =>
    Math[wave](place / divisor);

/** A number as a checkpoint keeps it whose numbers have so many binary digits; 0 or undefined: as it is. */
export function inBits(value, bits) {
  if (!bits || !value) return value;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) + 1 - bits);
  return Math.round(value / unit) * unit;
}

/** The equation within a sentence; `wave` is sin or cos. */
export const waveEquation = ({ wave, place, twice, d, value }) =>
  inline({
    parts: [sign(`${wave}(`), given(place), '/', wavelength(twice, d), sign(')')],
    compute: waved(wave),
    result: { value, draw: (text) => h('b', { 'data-term': '' }, text) },
  });
