// What is switched off or moved, as one short text: the same codec as demo/query/interventions.py, which explains the words.

import { readOrder } from './order.js';

const ALL = 'all';
/** A switch, of some layers or of all: "residual:off@6,9". */
const SWITCHED_OFF = /^([a-z]+):off(?:@(all|[ed]?[1-9]\d{0,2}(?:,[ed]?[1-9]\d{0,2})*))?$/;

/**
 * One change. `residual` and `scale` are the layers concerned, counted from 1, those of a translator with the letter of their stack (e2), or
 * "all"; `order` is the patches' order as text.
 * @typedef {{ position: boolean, residual: Layer[] | 'all', scale: Layer[] | 'all', causal: boolean, order: string }} Change
 * @typedef {number | string} Layer
 */

/** Every kind, in the order in which they are written, as it is where nothing is switched off or moved. @type {Change} */
export const NOTHING = Object.freeze({ position: false, residual: [], scale: [], causal: false, order: '' });
/** Kinds that are switched off as a whole, and those that are switched off layer by layer. */
const FLAGS = Object.keys(NOTHING).filter((kind) => NOTHING[kind] === false);
export const LAYERED = Object.keys(NOTHING).filter((kind) => Array.isArray(NOTHING[kind]));
/** What a picture's model does not have, and what a translator does not. */
const NOT_OF_PHOTOS = { causal: false },
  NOT_OF_SENTENCES = { order: '' };
/** The kinds of a change of which something does not fit. */
const lost = (change, fits) => Object.keys(NOTHING).filter((kind) => String(fits[kind]) !== String(change[kind]));

/**
 * What of a text names a change, and the parts that say nothing.
 * @returns {{ change: Change, unread: string[] }}
 */
export function readChange(text) {
  const made = { ...NOTHING },
    unread = [];
  for (const part of text.split(';').filter(Boolean)) {
    const [, kind, where] = SWITCHED_OFF.exec(part) ?? [];
    if (FLAGS.includes(kind) && !where) made[kind] = true;
    else if (LAYERED.includes(kind) && where) made[kind] = addLayers(made[kind], where);
    else if (/^order:(~[\w-]*|[\w-]+)$/.test(part)) made.order = part.slice('order:'.length);
    else unread.push(part);
  }
  return { change: made, unread };
}

/** The change that a text names; null for a text of which a part is none. */
export function parseChange(text) {
  const { change, unread } = readChange(text);
  return unread.length ? null : change;
}

const addLayers = (layers, where) => {
  if (where === ALL || layers === ALL) return ALL;
  return inPlace([
    ...new Set([...layers, ...where.split(',').map((layer) => (/^\d/.test(layer) ? Number(layer) : layer))]),
  ]);
};

/** Layers of a picture's model first, then the encoder's, then the decoder's. */
export const inPlace = (layers) => layers.sort((one, other) => placeOf(one) - placeOf(other));
const placeOf = (layer) =>
  typeof layer === 'number' ? layer : { e: 1000, d: 2000 }[layer[0]] + Number(layer.slice(1));

/** The text that `parseChange` reads; '' for nothing. */
export function writeChange(change) {
  return Object.keys(NOTHING)
    .flatMap((kind) => {
      if (LAYERED.includes(kind)) return change[kind].length ? [`${kind}:off@${change[kind]}`] : [];
      return change[kind] ? [FLAGS.includes(kind) ? `${kind}:off` : `${kind}:${change[kind]}`] : [];
    })
    .join(';');
}

/**
 * What of a change fits a pass with so many layers and patches, and the kinds of what does not.
 * @returns {{ fits: Change, dropped: string[] }}
 */
export function fit(change, { layers, patches }) {
  const has = (layer) => typeof layer === 'number' && layer <= layers;
  const fits = {
    ...withLayers(change, has),
    ...NOT_OF_PHOTOS,
    order: change.order && readOrder(change.order, patches) ? change.order : '',
  };
  return { fits, dropped: lost(change, fits) };
}

/** The same change, with those of its single layers that there are. */
function withLayers(change, has) {
  const within = (layers) => (layers === ALL ? ALL : layers.filter(has));
  return { ...change, ...Object.fromEntries(LAYERED.map((kind) => [kind, within(change[kind])])) };
}

/** The layers of a translator as a change names them, encoder first: e1, e2, d1. */
export const layersOf = ({ encoder, decoder }) => [
  ...Array.from({ length: encoder }, (_, i) => `e${i + 1}`),
  ...Array.from({ length: decoder }, (_, i) => `d${i + 1}`),
];

/**
 * The same for a translation by a model with so many layers in encoder and decoder; of one that is not known yet, no single layer fits.
 * @param {Change} change
 * @param {{ encoder: number, decoder: number } | undefined} layers
 * @returns {{ fits: Change, dropped: string[] }}
 */
export function fitSentence(change, layers) {
  const there = new Set(layers ? layersOf(layers) : []),
    fits = { ...withLayers(change, (layer) => there.has(layer)), ...NOT_OF_SENTENCES };
  return { fits, dropped: lost(change, fits) };
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
