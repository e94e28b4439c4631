// What a visitor may choose on Position.

import { counted } from '../core/address.js';
import { declare } from '../core/state.js';

declare({
  addedUnit: { word: 'aunit', ...counted, otherwise: 0 }, // which number of the token is read
});
