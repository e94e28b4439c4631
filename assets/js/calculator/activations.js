// The activations of vit_core/blocks.py, as the calculator prints and works them out.

/** Their name on the page, and the function itself. */
export const ACTIVATIONS = {
  gelu: { name: 'GELU', compute: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)) },
  gelu_tanh: {
    name: 'GELU',
    compute: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  },
  relu: { name: 'ReLU', compute: (x) => Math.max(0, x) },
  silu: { name: 'SiLU', compute: (x) => x / (1 + Math.exp(-x)) },
  tanh: { name: 'tanh', compute: Math.tanh },
  sigmoid: { name: 'σ', compute: (x) => 1 / (1 + Math.exp(-x)) },
};

/** The error function, by the series 7.6.2 of the Digital Library of Mathematical Functions: all its terms have one sign. */
export function erf(x) {
  if (Math.abs(x) > 6) return Math.sign(x); // to the last bit
  let term = x,
    sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
