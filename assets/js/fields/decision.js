// What a visitor may choose on Decision.

import { flag, wholeNumber } from '../core/address.js';
import { declare } from '../core/state.js';

declare({
  heldClass: { word: 'class', ...wholeNumber, otherwise: null, of: 'photoQuery' }, // chosen by hand; else the most probable one
  manyClasses: { word: 'more', ...flag, otherwise: false },
});
