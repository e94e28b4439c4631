// What a visitor may choose on Translation.

import { flag } from '../core/address.js';
import { declare } from '../core/state.js';
import { hasSteps } from '../core/stepper.js';

declare({
  manyWords: { word: 'morewords', ...flag, otherwise: false },
});

hasSteps('translation');
