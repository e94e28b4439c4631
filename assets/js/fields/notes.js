// What a visitor may choose on the notes.

import { counted, oneOf, textOf, wholeNumber } from '../core/address.js';
import { hasLayers } from '../core/keys.js';
import { declare } from '../core/state.js';
import '../notes/course_model.js'; // whoever comes to the notes or leaves them looks through another model

export const SHEETS = ['cards', 'blanks', 'answers'];

declare({
  noteKey: { word: 'key', ...counted, otherwise: null }, // the key of the pair worked out; else the one that gets most
  hiddenUnit: { word: 'hunit', ...counted, otherwise: null }, // the MLP's hidden unit worked out; else the largest
  notePixel: { word: 'pixel', ...counted, otherwise: null }, // the number of a patch worked out; else the largest
  noteCard: { word: 'card', ...wholeNumber, otherwise: null }, // the step that was gone to, by the notes' number
  notesAs: { word: 'sheet', ...oneOf(SHEETS), otherwise: 'cards' }, // the cards, or a sheet as it is printed
  // What was looked through before the notes, and what was held of it: "model size layer head query"; '' outside the notes.
  modelBefore: { word: 'back', ...textOf(220), otherwise: '' },
  // "28a:5:318": matrix 28a from its column 5 on, while its column 318 is held ("28a:5" where none is); commas between them.
  notePages: { word: 'cols', ...textOf(800), otherwise: '' },
});

hasLayers('notes');
