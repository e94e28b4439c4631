// What a visitor may choose on Models.

import { counted, flag, oneOf, textOf, wholeNumber } from '../core/address.js';
import { declare } from '../core/state.js';

export const FAMILIES = ['own', 'ViT', 'DeiT', 'DINO', 'DINOv2', 'Transformer', 'Marian'];

declare({
  // Null until a visitor chose one: then it is another model.
  secondModel: { word: 'second', ...textOf(200), otherwise: null },
  secondSize: { word: 'size2', ...wholeNumber, otherwise: 0 }, // 0 is the model's own
  secondHead: { word: 'head2', ...counted, otherwise: 0 }, // of another model; of the same it is the head of the first
  family: { word: 'family', ...oneOf([...FAMILIES, 'here', 'all']), otherwise: null }, // chosen by hand; else that of the model on screen
  checked: { word: 'checks', ...flag, otherwise: false }, // whether somebody has asked for them
});
