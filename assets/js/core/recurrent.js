// Before attention: its chapters, the recurrent translators it shows, and how their bytes are asked for.

import { counted, oneOf, textOf, wholeNumber } from './address.js';
import { declare } from './state.js';
import { fetchView } from './wire.js';

export const CHAPTERS = ['chain', 'uses', 'gradient', 'cost', 'bottleneck', 'path'];
/** The recurrent translators by what they are */
export const CELLS = ['rnn', 'lstm', 'gru', 'gru-attention'];
/** What a chain can be used for, as the second chapter shows it. */
export const USES = ['many_to_many', 'many_to_one', 'sequence_to_sequence'];

declare({
  chapter: { word: 'chapter', ...oneOf(CHAPTERS), otherwise: 'chain', step: true, remembered: true },
  cell: { word: 'cell', ...oneOf(CELLS), otherwise: 'gru' },
  recurrentStep: { word: 'rstep', ...counted, otherwise: 0 },
  recurrentSource: { word: 'rsource', ...wholeNumber, otherwise: 0 }, // the word read at which the chapter on paths begins
  use: { word: 'use', ...oneOf(USES), otherwise: USES[0] },
  // Of the chapter on length: the kind of text and the measure of quality; what the table does not have is replaced where it is used.
  textKind: { word: 'kind', ...textOf(40), otherwise: null },
  measure: { word: 'measure', ...textOf(40), otherwise: null },
});

/** The recurrent translator with a cell, by name. */
export const networkOf = (cell) => `${cell}-de-en`;

/** One view of a sentence as recurrent networks read it; how the strip's own model translates does not matter to them. */
export const recurrentView = (name, sentence, params = {}) =>
  fetchView(`sentence/view/${name}`, { text: sentence.text, ...params });
