// Where the largest of some values stands, and whether the page's digits tell it from the rest.

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

/**
 * Who may be called the largest: the first of them, what is printed of it, and the places of all of which the same is printed.
 * @param {ArrayLike<number>} values
 * @param {(value: number) => string} written as the page prints them
 */
export function leaders(values, written) {
  const best = argmax(values),
    printed = written(values[best]),
    equals = Array.from(values, (one) => written(one)).flatMap((text, at) => (text === printed ? [at] : []));
  return { best, printed, equals };
}

/** The place of a value among all of them, from 1; those that are printed alike share one. */
export const rankOf = (values, at, written) =>
  1 + values.filter((one) => one > values[at] && written(one) !== written(values[at])).length;
