// What a visitor may choose on Encoder.

import { oneOf, textOf } from '../core/address.js';
import { hasLayers } from '../core/keys.js';
import { declare } from '../core/state.js';

export const STACKS = /** @type {const} */ (['encoder', 'decoder']);
/** The attentions of a decoder's block. */
export const ATTENTIONS = ['decoder', 'cross'];

declare({
  stack: { word: 'stack', ...oneOf(STACKS), otherwise: 'encoder' }, // whose block is open
  rootOf: { word: 'root', ...oneOf(ATTENTIONS), otherwise: 'decoder' }, // which attention of the decoder's block the root is told of
  openWordBox: { word: 'wbox', ...textOf(20), otherwise: 'softmax' }, // the box that is open; '' for none
});

hasLayers('encoder');
