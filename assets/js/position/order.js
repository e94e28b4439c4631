// The board as a list: the i-th place shows patch order[i]. Nothing here changes a list, every move makes a new one.

export const unshuffled = (n) => Array.from({ length: n }, (_, i) => i);

export function swapped(order, a, b) {
  const next = [...order];
  [next[a], next[b]] = [next[b], next[a]];
  return next;
}

/** Every order is equally likely (Fisher–Yates). */
export function shuffled(n) {
  const next = unshuffled(n);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [next[i], next[j]] = [next[j], next[i]];
  }
  return next;
}

/** How many patches are not at their own place. */
export const movedCount = (order) => order.reduce((count, patch, place) => count + (patch !== place), 0);
