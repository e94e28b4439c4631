// What a visitor may choose on Before attention.

import { counted, flag, oneOf, wholeNumber } from '../core/address.js';
import { declare } from '../core/state.js';
import { hasSteps } from '../core/stepper.js';

const GATES = ['reset_gate', 'update_gate', 'input_gate', 'forget_gate', 'output_gate'];

/** A number with up to two decimals. */
const hundredths = {
  read: (text) => (/^\d(\.\d{1,2})?$/.test(text) ? Number(text) : undefined),
  write: String,
};

declare({
  radius: { word: 'radius', ...hundredths, otherwise: 0.8 },
  tinyInputs: { word: 'tiny', ...flag, otherwise: true }, // inputs that leave tanh straight
  costSizes: { word: 'costsizes', ...oneOf(['same', 'own']), otherwise: 'same' }, // all cells of one size, or as they are shipped
  chainGate: { word: 'gate', ...oneOf(GATES), otherwise: null }, // null, or one that the cell lacks: that of the unit that moves most
  chainUnit: { word: 'gunit', ...counted, otherwise: null }, // null: the one that moves most
  // The word that is held of one model's translation, counted from 1: "gru.3".
  heldWritten: {
    word: 'wrote',
    read: (text) => (/^[a-z]+\.[1-9]\d{0,3}$/.test(text) ? text : undefined),
    write: String,
    otherwise: null,
    of: 'sentence',
  },
  gradientStep: { word: 'gstep', ...counted, otherwise: null, of: 'sentence' }, // the word written that is asked for; null for the one that waited for a late word (`late`)
  gradientCount: { word: 'joined', ...wholeNumber, otherwise: 1, of: 'sentence' }, // sentences of the text
  firstWeights: { word: 'firstw', ...flag, otherwise: true }, // the curves before training are drawn as well
});

hasSteps('before');
