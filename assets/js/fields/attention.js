// What a visitor may choose on Attention.

import { flag } from '../core/address.js';
import { hasLayers } from '../core/keys.js';
import { declare } from '../core/state.js';

declare({
  hideSinks: { word: 'sinks', ...flag, otherwise: false },
  perHead: { word: 'perhead', ...flag, otherwise: false },
});

hasLayers('attention');
