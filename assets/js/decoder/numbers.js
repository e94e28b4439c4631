// The bytes of one part of a translation, held so that looking never asks again: all layers at once while they are small.

import { wordAxis } from '../core/axes.js';
import { readPieces, sourcePieces, writtenPieces } from '../core/pieces.js';
import { depthOf, headsOf, sentenceView } from '../core/sentence.js';

const AT_ONCE_BYTES = 600_000;

/** How many queries and keys a part has. */
export function sizeOf(sentence, part) {
  const source = sentence.source.length,
    target = sentence.target.length;
  return { encoder: [source, source], decoder: [target, target], cross: [target, source] }[part];
}

/** The words of a part that ask and that are looked at, and what the decoder has read and written at each step. */
export function axesOf(sentence, part) {
  const source = wordAxis(sourcePieces(sentence)),
    read = wordAxis(readPieces(sentence)),
    written = wordAxis(writtenPieces(sentence));
  const [queries, keys] = { encoder: [source, source], decoder: [read, read], cross: [written, source] }[part];
  return { queries, keys, read: read.words, written: written.words };
}

/** One layer's { pattern: { shape, data }, mean } of a part. */
export async function fetchLayer(sentence, part, layer) {
  const [queries, keys] = sizeOf(sentence, part),
    heads = headsOf(sentence, part),
    cells = queries * keys;
  if (2 * depthOf(sentence, part) * (heads + 1) * cells > AT_ONCE_BYTES) {
    const { arrays } = await sentenceView('attention', sentence, { part, layer });
    return { pattern: arrays.pattern, mean: arrays.mean.data };
  }
  const {
    arrays: { pattern, mean },
  } = await sentenceView('all_layers', sentence, { part });
  return {
    pattern: {
      shape: [heads, queries, keys],
      data: pattern.data.subarray(layer * heads * cells, (layer + 1) * heads * cells),
    },
    mean: mean.data.subarray(layer * cells, (layer + 1) * cells),
  };
}
