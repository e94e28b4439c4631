// Which number of a token is worked out, on every screen that works one out.

import { counted } from './address.js';
import { declare } from './state.js';

declare({
  unit: { word: 'unit', ...counted, otherwise: null }, // null until somebody chose one
});
