// What a visitor may choose on Decision.

import { flag, whole } from '../core/address.js';
import { declare } from '../core/state.js';

declare({
  heldClass: { word: 'class', ...whole, otherwise: null, of: 'photoQuery' }, // chosen by hand; else the most probable one
  manyClasses: { word: 'more', ...flag, otherwise: false },
});
