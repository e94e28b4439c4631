// What the kinds of blocks have in common: kinds of tensors, and how their formulas are written.

/** Kinds of tensors: a list of d_model or d_mlp numbers, d_head numbers per head, one number per head and key. */
export const VECTOR = 'vector',
  BY_HEAD = 'heads',
  KEYS = 'keys';

const ACTIVATION = { gelu: 'GELU', gelu_tanh: 'GELU', relu: 'ReLU', silu: 'SiLU' };
export const activation = ({ act }) => ACTIVATION[act];

/** The formula of a box that a change took something from, where that makes it another one (block/boxes.js tells the fields). */
export const switchedFormula = ({ without, instead }, { off }) => (off.includes(without) ? instead : undefined);

/** The root of d_head under a product, worked out where it is a whole number. */
export const rootFormula = (d) => (Number.isInteger(Math.sqrt(d)) ? `√${d} = {q·k_j}⁄${Math.sqrt(d)}` : `√${d}`);
