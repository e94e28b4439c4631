// A number that is explained, and the way from there down to its operands, as one short text in the address.
//
// "p!9.attn.pattern:4,12,17~9.attn.z:4,12,3:k17" is the photo's: a weight of layer 9, then a number of z with key 17 chosen on its page.
// Layers count from 1, as on the page; a place that is left to the page (its strongest key) is "*".

/**
 * @typedef {{ name: string, index: (number | null)[], key?: number | null, dim?: number | null }} Explained
 * @typedef {{ of: string, numbers: Explained[] }} Trail
 *
 * `of` is whose numbers they are: "p" the photo on screen, "o" the same with its patches in order, "m" the second model beside it,
 * "s" the sentence, "r.gru" the sentence as a recurrent network reads it.
 */

const STACKS = { '': '', e: 'encoder.', d: 'decoder.' };
/** A longer way keeps its beginning and its end. */
const MOST = 40;

/** @param {Trail} trail */
export function writeTrail({ of, numbers }) {
  const kept = numbers.length > MOST ? [numbers[0], ...numbers.slice(1 - MOST)] : numbers;
  return `${of}!${kept.map(writeNumber).join('~')}`;
}

function writeNumber({ name, index, key = null, dim = null }) {
  const short = name.replace(
    /^(encoder\.|decoder\.)?blocks\.(\d+)\./,
    (_, stack = '', layer) => `${stack.slice(0, 1)}${Number(layer) + 1}.`,
  );
  const places = index.map((place) => place ?? '*').join(',');
  return `${short}:${places}${key === null ? '' : `:k${key}`}${dim === null ? '' : `:d${dim}`}`;
}

/** The same way in at most so many characters: where it began, and as much of its end as there is room for; its last number is always there. */
export function shorterTrail(text, most) {
  const [first, ...rest] = text.split('~'),
    kept = rest.slice(-1);
  for (const number of rest.slice(0, -1).reverse()) {
    if ([first, number, ...kept].join('~').length > most) break;
    kept.unshift(number);
  }
  return [first, ...kept].join('~');
}

/** @returns {Trail | null} null for a text that is none */
export function readTrail(text) {
  const [, of, rest] = /^([a-z](?:\.[a-z-]+)?)!(.+)$/.exec(text) ?? [];
  const numbers = rest?.split('~').map(readNumber);
  return numbers && numbers.length <= MOST && numbers.every(Boolean) ? { of, numbers } : null;
}

function readNumber(text) {
  const found = /^([a-z_0-9.]+):([\d*]+(?:,[\d*]+)*)(?::k(\d+))?(?::d(\d+))?$/.exec(text);
  if (!found) return null;
  const [, short, places, key, dim] = found;
  const name = short.replace(/^([ed]?)(\d+)\./, (_, stack, layer) => `${STACKS[stack]}blocks.${Number(layer) - 1}.`);
  return {
    name,
    index: places.split(',').map((place) => (place === '*' ? null : Number(place))),
    key: key === undefined ? null : Number(key),
    dim: dim === undefined ? null : Number(dim),
  };
}
