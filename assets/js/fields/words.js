// What a visitor may choose on Words.

import { counted, flag, oneOf, textOf } from '../core/address.js';
import { LONGEST } from '../core/sentence.js';
import { declare } from '../core/state.js';

export const SIDES = ['source', 'target'];

const another = { ...textOf(LONGEST), typed: true, otherwise: null, step: true };

declare({
  side: { word: 'side', ...oneOf(SIDES), otherwise: 'source' }, // whose tokens are shown: the encoder's or the decoder's
  // Which word lies at which place (core/change.js); '' where each is at its own.
  wordOrder: { word: 'worder', ...textOf(1000), otherwise: '', step: true, of: 'sentence' },
  paddingSeen: { word: 'padseen', ...flag, otherwise: false }, // no mask hides the padding
  // The sentences beside the visitor's own; null for one of the examples.
  batchSecond: { word: 'batch2', ...another },
  batchThird: { word: 'batch3', ...another },
  wordUnit: { word: 'wunit', ...counted, otherwise: 0 }, // which number of the token is read
  paperOrder: { word: 'paperorder', ...flag, otherwise: false }, // the columns in the paper's order, not in the model's own
});
