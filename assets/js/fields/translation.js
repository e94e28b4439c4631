// What a visitor may choose on Translation.

import { flag } from '../core/address.js';
import { declare } from '../core/state.js';

declare({
  manyWords: { word: 'morewords', ...flag, otherwise: false },
});
