// Where the largest of some values stands.

/**
 * The place of the value that is largest by some measure, the first of equals; 0 of none.
 * @template T
 * @param {ArrayLike<T>} values
 * @param {(value: T) => number} [by] a value itself where none is given
 */
export function argmax(values, by = Number) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (by(values[i]) > by(values[best])) best = i;
  return best;
}
