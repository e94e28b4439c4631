// Which number of a token is worked out, on every screen that works one out.

import { counted } from '../core/address.js';
import { declare } from '../core/state.js';

declare({
  unit: { word: 'unit', ...counted, otherwise: null }, // null until somebody chose one
});
