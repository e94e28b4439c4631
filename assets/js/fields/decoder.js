// What a visitor may choose on Decoder.

import { flag, textOf } from '../core/address.js';
import { LONGEST } from '../core/sentence.js';
import { hasLayers } from '../core/keys.js';
import { declare } from '../core/state.js';

declare({
  meanOfHeads: { word: 'mean', ...flag, otherwise: false },
  hideParked: { word: 'unparked', ...flag, otherwise: false }, // the token that attention is parked on is left out of the pictures
  perHeadWords: { word: 'perheadw', ...flag, otherwise: false },
  openTwin: { word: 'opentwin', ...flag, otherwise: false }, // the twin without the mask is the large one
  // The translation that a visitor feeds the twins; null for the page's own.
  fed: { word: 'fed', ...textOf(LONGEST), typed: true, otherwise: null, step: true, of: 'sentence' },
});

hasLayers('decoder');
