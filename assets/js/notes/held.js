// What is held of the matrices of the notes: token, head, number, key, neuron, pixel and class, and the numbers that the arithmetic below the matrices needs.

import { operandAt } from '../calculator/quantities.js';
import { argmax } from '../core/argmax.js';
import { nameOf } from '../core/class_names.js';
import { seenPicture } from '../core/seen.js';
import { state } from '../core/state.js';
import { tokenName } from '../core/token_name.js';
import { view } from '../core/wire.js';

const largest = (values) => argmax(values, Math.abs);
/** What was chosen, as far as there is so much; else what is worth looking at. */
const within = (chosen, count, otherwise) => (chosen !== null && chosen < count ? chosen : otherwise());

/** What is held of the matrices, where nothing was chosen what is worth looking at. */
export function chosen(held) {
  const { photoQuery, head, token, around, block, names } = held,
    { tokens, d_head: d, d_model, d_mlp, prefix, cols } = photoQuery;
  const rowOf = ({ data }, width, of) => data.subarray((head * tokens + of) * width, (head * tokens + of + 1) * width);
  const first = prefix.length,
    patch = Math.max(0, token - first), // CLS has no pixels: the first patch stands in
    wide = 3 * photoQuery.patch ** 2;
  const unit = within(state.unit, d_model, () => head * d + largest(rowOf(block.z, d, token)));
  const short = (one) =>
    one < first ? prefix[one] : `${Math.floor((one - first) / cols) + 1},${((one - first) % cols) + 1}`;
  return {
    ...held,
    patch,
    unit,
    dim: unit % d,
    key: within(state.noteKey, tokens, () => largest(rowOf(block.pattern, tokens, token))),
    hidden: within(state.hiddenUnit, d_mlp, () =>
      largest(block.post.data.subarray(token * d_mlp, (token + 1) * d_mlp)),
    ),
    pixel: within(state.notePixel, wide, () => largest(around.pixels.data.subarray(patch * wide, (patch + 1) * wide))),
    index: within(state.heldClass ?? null, photoQuery.classes, () => largest(around.probabilities.data)),
    names: Array.from({ length: tokens }, (_, one) => short(one)),
    short,
    name: (one) => tokenName(one, photoQuery),
    className: (index) => nameOf(names, index),
    picture: seenPicture(photoQuery),
  };
}

/** What the calculator is told of the numbers that matrices make, and of the pixel. */
export async function arithmetic({ photoQuery, layer, head, token, patch, unit, dim, hidden, pixel, index }) {
  const at = (quantity) => `blocks.${layer}.${quantity}`,
    ask = (name, place) => view('number', photoQuery, { name, index: place.join(',') });
  const asked = {
    patch: ask('patches', [patch, unit]),
    ln1: ask(at('ln1'), [token, unit]),
    q: ask(at('attn.q'), [head, token, dim]),
    k: ask(at('attn.k'), [head, token, dim]),
    v: ask(at('attn.v'), [head, token, dim]),
    attn_out: ask(at('attn_out'), [token, unit]),
    ln2: ask(at('ln2'), [token, unit]),
    pre: ask(at('mlp.pre'), [token, hidden]),
    mlp_out: ask(at('mlp_out'), [token, unit]),
    logit: ask('logits', [index]),
  };
  const pixelAt = asked.patch.then(({ facts }) => operandAt(facts.sources.a, pixel));
  const all = { ...asked, pixel: pixelAt.then((place) => ask(place.name, place.index)) };
  const values = await Promise.all(Object.values(all));
  return Object.fromEntries(Object.keys(all).map((name, i) => [name, values[i]]));
}
