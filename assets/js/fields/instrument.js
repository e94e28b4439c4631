// What a visitor may choose of the strips of numbers on Words, Patches and Position.

import { flag } from '../core/address.js';
import { declare } from '../core/state.js';

declare({
  sameScale: { word: 'samescale', ...flag, otherwise: false }, // one scale for the three strips
});
