// What is switched off or moved, as one short text: the same codec as demo/query/interventions.py, which explains the words.

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ALL = 'all';

/**
 * One change. `residual` and `scale` are the layers concerned, counted from 1, those of a translator with the letter of their stack (e2), or
 * "all"; `order` is the patches' order as text.
 * @typedef {{ position: boolean, residual: Layer[] | 'all', scale: Layer[] | 'all', causal: boolean, order: string }} Change
 * @typedef {number | string} Layer
 */

/** @type {Change} */
export const NOTHING = Object.freeze({ position: false, residual: [], scale: [], causal: false, order: '' });

/**
 * What of a text names a change, and the parts that say nothing.
 * @returns {{ change: Change, unread: string[] }}
 */
export function readChange(text) {
  const made = { ...NOTHING },
    unread = [];
  for (const part of text.split(';').filter(Boolean)) {
    const layered = /^(residual|scale):off@(all|[ed]?[1-9]\d{0,2})$/.exec(part);
    if (part === 'position:off') made.position = true;
    else if (part === 'causal:off') made.causal = true;
    else if (layered) made[layered[1]] = withLayer(made[layered[1]], layered[2]);
    else if (/^order:[\w-]+$/.test(part)) made.order = part.slice('order:'.length);
    else unread.push(part);
  }
  return { change: made, unread };
}

/** The change that a text names; null for a text of which a part is none. */
export function parseChange(text) {
  const { change, unread } = readChange(text);
  return unread.length ? null : change;
}

const withLayer = (layers, where) => {
  if (where === ALL || layers === ALL) return ALL;
  return inPlace([...new Set([...layers, /^\d/.test(where) ? Number(where) : where])]);
};

/** Layers of a picture's model first, then the encoder's, then the decoder's. */
export const inPlace = (layers) => layers.sort((one, other) => placeOf(one) - placeOf(other));
const placeOf = (layer) =>
  typeof layer === 'number' ? layer : { e: 1000, d: 2000 }[layer[0]] + Number(layer.slice(1));

/** The text that `parse` reads; '' for nothing. */
export function writeChange({ position, residual, scale, causal, order }) {
  const each = (kind, layers) => (layers === ALL ? [ALL] : layers).map((layer) => `${kind}:off@${layer}`);
  return [
    ...(position ? ['position:off'] : []),
    ...each('residual', residual),
    ...each('scale', scale),
    ...(causal ? ['causal:off'] : []),
    ...(order ? [`order:${order}`] : []),
  ].join(';');
}

/** An order of patches as text; '' where every patch is at its place. */
export function writeOrder(order) {
  if (order.every((patch, place) => patch === place)) return '';
  const letters = (patch) =>
    order.length <= LETTERS.length ? LETTERS[patch] : LETTERS[Math.floor(patch / 64)] + LETTERS[patch % 64];
  return order.map(letters).join('');
}

/** The order that a text names for so many patches; null where it does not name every one of them once. */
export function readOrder(text, patches) {
  const width = patches <= LETTERS.length ? 1 : 2;
  if (text.length !== width * patches) return null;
  const order = Array.from({ length: patches }, (_, place) => {
    const [high, low] = [...text.slice(place * width, (place + 1) * width)].map((letter) => LETTERS.indexOf(letter));
    return width === 1 ? high : 64 * high + low;
  });
  return new Set(order).size === patches && order.every((patch) => patch >= 0 && patch < patches) ? order : null;
}

/**
 * What of a change fits a pass with so many layers and patches, and the kinds of what does not.
 * @returns {{ fits: Change, dropped: string[] }}
 */
export function fit(change, { layers, patches }) {
  const has = (layer) => typeof layer === 'number' && layer <= layers;
  const fits = {
    ...withLayers(change, has),
    order: change.order && readOrder(change.order, patches) ? change.order : '',
  };
  const dropped = ['residual', 'scale', 'order'].filter((kind) => fits[kind].length !== change[kind].length);
  return { fits, dropped };
}

/** The same change, with those of its single layers that there are. */
function withLayers(change, has) {
  const within = (layers) => (layers === ALL ? ALL : layers.filter(has));
  return { ...change, residual: within(change.residual), scale: within(change.scale) };
}

/** The layers of a translator as a change names them, encoder first: e1, e2, d1. */
export const layersOf = ({ encoder, decoder }) => [
  ...Array.from({ length: encoder }, (_, i) => `e${i + 1}`),
  ...Array.from({ length: decoder }, (_, i) => `d${i + 1}`),
];

/**
 * What of a change fits a translation by a model with so many layers in encoder and decoder; of one that is not known yet, no single layer does.
 * @param {Change} change
 * @param {{ encoder: number, decoder: number } | undefined} layers
 */
export function fitSentence(change, layers) {
  const there = new Set(layers ? layersOf(layers) : []);
  return { ...withLayers(change, (layer) => there.has(layer)), order: '' };
}

/** The same change with a kind on or off in one layer, counted from 0, of so many. */
export function switched(change, kind, layer, off, layers) {
  return switchedIn(
    change,
    kind,
    layer + 1,
    off,
    Array.from({ length: layers }, (_, i) => i + 1),
  );
}

/** The same for a layer as a change names it, of all of them. */
export function switchedIn(change, kind, layer, off, every) {
  const left = (change[kind] === ALL ? every : change[kind]).filter((one) => one !== layer);
  return { ...change, [kind]: off ? inPlace([...left, layer]) : left };
}

/** The same change with every patch at its place. */
export const withoutOrder = (text) => writeChange({ ...readChange(text).change, order: '' });
