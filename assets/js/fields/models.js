// What a visitor may choose on Models.

import { flag, oneOf } from '../core/address.js';
import { declare } from '../core/state.js';

export const FAMILIES = ['own', 'ViT', 'DeiT', 'DINO', 'DINOv2', 'Transformer', 'Marian'];

declare({
  family: { word: 'family', ...oneOf([...FAMILIES, 'here', 'all']), otherwise: null }, // chosen by hand; else that of the model on screen
  checked: { word: 'checks', ...flag, otherwise: false }, // whether somebody has asked for them
});
