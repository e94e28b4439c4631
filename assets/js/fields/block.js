// What a visitor may choose on Block.

import { textOf } from '../core/address.js';
import { hasLayers } from '../core/keys.js';
import { declare } from '../core/state.js';

declare({
  openBox: { word: 'box', ...textOf(20), otherwise: 'softmax' }, // the box that is open; '' for none
});

hasLayers('block');
