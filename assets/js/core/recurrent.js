// Before attention: its chapters, the recurrent translators it shows, and how their bytes are asked for.

import { asked, number, on, remember, remembered, state, update } from './state.js';
import { fetchView } from './wire.js';

export const CHAPTERS = ['chain', 'uses', 'gradient', 'cost', 'bottleneck', 'path'];
/** The recurrent translators by what they are */
export const CELLS = ['rnn', 'lstm', 'gru', 'gru-attention'];
/** What a chain can be used for, as the second chapter shows it. */
export const USES = ['many_to_many', 'many_to_one', 'sequence_to_sequence'];

/** One view of a sentence as recurrent networks read it; how the strip's own model translates does not matter to them. */
export const recurrentView = (name, sentence, params = {}) =>
  fetchView(`sentence/view/${name}`, { text: sentence.text, ...params });

export const RECURRENT_FIELDS = 'chapter cell recurrentStep recurrentSource use textKind measure';
/** Their part of the address, while their screen is on. */
export function recurrentAddress() {
  const { screen, chapter, cell, recurrentStep, recurrentSource, use, textKind, measure } = state;
  if (screen !== 'before') return {};
  return {
    chapter,
    cell,
    rstep: recurrentStep,
    ...(chapter === 'uses' && { use }),
    ...(chapter === 'path' && { rsource: recurrentSource }),
    ...(chapter === 'bottleneck' && textKind && { kind: textKind, measure }),
  };
}

const pick = (options, ...wishes) => wishes.find((wish) => options.includes(wish)) || options[0];
update({
  chapter: pick(CHAPTERS, asked.get('chapter'), remembered('chapter')),
  cell: pick(CELLS, asked.get('cell'), 'gru'),
  recurrentStep: number('rstep', 0),
  recurrentSource: number('rsource', 0),
  use: pick(USES, asked.get('use')),
  textKind: asked.get('kind'),
  measure: asked.get('measure'),
});
on('chapter', () => remember('chapter', state.chapter));
