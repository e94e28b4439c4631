// Orders of patches or words: place i shows what belongs at place order[i]. Nothing here changes a list, every move makes a new one.
// Their text is the same codec as demo/query/orders.py, which explains it.

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Letters of a shuffle, and of a place that is swapped. */
const SHUFFLE = 5,
  PLACE = 2;
const MADE = /^~([\w-]{5})?((?:[\w-]{4})*)$/;

export const unshuffled = (n) => Array.from({ length: n }, (_, i) => i);

export function swapped(order, a, b) {
  const next = [...order];
  [next[a], next[b]] = [next[b], next[a]];
  return next;
}

/** How many are not at their own place. */
export const movedCount = (order) => order.reduce((count, one, place) => count + (one !== place), 0);

/** The text of a random order of so many. */
export function randomOrder(n) {
  const shuffle = `~${inLetters(Math.floor(Math.random() * LETTERS.length ** SHUFFLE), SHUFFLE)}`;
  return writeOrder(readOrder(shuffle, n), shuffle);
}

/** An order as text; '' where everything is at its place. `before` is the text of an order that it may have been made of. */
export function writeOrder(order, before = '') {
  const n = order.length;
  if (!movedCount(order)) return '';
  if (n <= LETTERS.length) return order.map((one) => LETTERS[one]).join('');
  const texts = [numberOf(order)];
  if (n <= LETTERS.length ** PLACE)
    for (const shuffle of [MADE.exec(before)?.[1] ?? '', ''])
      texts.push(`~${shuffle}${swapsBetween(shuffledBy(shuffle, n), order)}`);
  return texts.reduce((short, text) => (text.length < short.length ? text : short));
}

/** The order that a text names for so many; null where it does not name every one of them once. */
export function readOrder(text, n) {
  const [made, shuffle = '', swaps] = MADE.exec(text) ?? [];
  if (made !== undefined) return withSwaps(shuffledBy(shuffle, n), swaps);
  const order = spelled(
    [...text].map((letter) => LETTERS.indexOf(letter)),
    n,
  );
  const isOrder = new Set(order).size === n && order.length === n && order.every((one) => one >= 0 && one < n);
  return isOrder ? order : null;
}

/** Fisher and Yates's shuffle with the numbers of Marsaglia's xorshift ("Xorshift RNGs", 2003; 13, 17, 5) after one that letters name. */
function shuffledBy(letters, n) {
  const order = unshuffled(n);
  if (!letters) return order;
  let number = 2 * fromLetters(letters) + 1; // of 0, only 0 would follow
  for (let last = n - 1; last > 0; last--) {
    number ^= number << 13;
    number ^= number >>> 17;
    number ^= number << 5;
    const place = (number >>> 0) % (last + 1);
    [order[last], order[place]] = [order[place], order[last]];
  }
  return order;
}

/** The fewest swaps that lead from one order to another, two places each. */
function swapsBetween(from, order) {
  const now = [...from],
    placeOf = [];
  now.forEach((one, place) => (placeOf[one] = place));
  let swaps = '';
  order.forEach((one, place) => {
    const other = placeOf[one];
    if (other === place) return;
    swaps += inLetters(place, PLACE) + inLetters(other, PLACE);
    placeOf[now[place]] = other;
    now[other] = now[place];
  });
  return swaps;
}

/** The order after those swaps; null where one is of a place that there is not. */
function withSwaps(order, swaps) {
  for (const [, one, other] of swaps.matchAll(/(..)(..)/g)) {
    const a = fromLetters(one),
      b = fromLetters(other);
    if (Math.max(a, b) >= order.length) return null;
    [order[a], order[b]] = [order[b], order[a]];
  }
  return order;
}

/** The order that digits of base 64 spell: one each, of many their number among all orders; each of many once had two. */
function spelled(digits, n) {
  if (n <= LETTERS.length || digits.includes(-1)) return digits;
  if (digits.length === lengthOfNumber(n)) return numbered(digits, n);
  return digits.flatMap((high, i) => (i % 2 ? [] : [64 * high + digits[i + 1]]));
}

/** The place of an order among all of them, sorted, as digits of base 64. */
function numberOf(order) {
  const left = unshuffled(order.length);
  let number = 0n;
  for (const one of order) {
    const place = left.indexOf(one);
    number = number * BigInt(left.length) + BigInt(place);
    left.splice(place, 1);
  }
  return inLetters(number, lengthOfNumber(order.length));
}

function numbered(digits, n) {
  let number = digits.reduce((before, digit) => before * 64n + BigInt(digit), 0n);
  if (number >= factorial(n)) return [];
  const places = [];
  for (let size = 1n; size <= n; size++) {
    places.unshift(Number(number % size));
    number /= size;
  }
  const left = unshuffled(n);
  return places.map((place) => left.splice(place, 1)[0]);
}

const factorial = (n) => Array.from({ length: n }, (_, i) => BigInt(i + 1)).reduce((before, i) => before * i, 1n);
/** The letters of a number that tells all orders of so many apart. */
const lengthOfNumber = (n) => Math.ceil((factorial(n) - 1n).toString(2).length / 6);

/** A number of base 64 in so many letters. */
function inLetters(number, many) {
  let letters = '';
  for (let rest = BigInt(number); letters.length < many; rest /= 64n) letters = LETTERS[Number(rest % 64n)] + letters;
  return letters;
}
const fromLetters = (letters) => [...letters].reduce((before, letter) => 64 * before + LETTERS.indexOf(letter), 0);
