// Before attention: its chapters, the recurrent translators it shows, and how their bytes are asked for.

import { asked, number, on, remember, remembered, state, update } from './state.js';
import { fetchView } from './wire.js';

export const CHAPTERS = ['chain', 'uses', 'gradient', 'cost', 'bottleneck', 'path'];
/** The recurrent translators by what they are; the server knows them as gru-de-en and so on. */
export const CELLS = ['rnn', 'lstm', 'gru', 'gru-attention'];
export const modelOf = (cell) => `${cell}-de-en`;

/** One view of a sentence as recurrent networks read it; how the strip's own model translates does not matter to them. */
export const recurrentView = (name, sentence, params = {}) => fetchView(`sentence/view/${name}`, { text: sentence.text, ...params });

export const RECURRENT_FIELDS = 'chapter cell recurrentStep textKind measure';
/** Their part of the address, while their screen is on. */
export function recurrentAddress() {
  const { screen, chapter, cell, recurrentStep, textKind, measure } = state;
  if (screen !== 'before') return {};
  return { chapter, cell, rstep: recurrentStep, ...(chapter === 'bottleneck' && textKind && { kind: textKind, measure }) };
}

const pick = (options, ...wishes) => wishes.find((wish) => options.includes(wish)) || options[0];
update({
  chapter: pick(CHAPTERS, asked.get('chapter'), remembered('chapter')),
  cell: pick(CELLS, asked.get('cell'), 'gru'),
  recurrentStep: number('rstep', 0),
  textKind: asked.get('kind'),
  measure: asked.get('measure'),
});
on('chapter', () => remember('chapter', state.chapter));
