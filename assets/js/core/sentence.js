// The sentence on screen: what is held of it, and how its bytes are asked for.

import { RECURRENT_FIELDS, recurrentAddress } from './recurrent.js';
import { address, asked, number, on, remember, remembered, state, update } from './state.js';
import { fetchView } from './wire.js';

export const PARTS = ['encoder', 'decoder', 'cross'];

/** What makes a translation the one it is: the parameters of its address. */
export const spoken = ({ text, model, how, prefix, change }) => ({
  text,
  model,
  how,
  prefix: prefix.join(','),
  change,
});

/** What is switched off in it, and whether that is the decoder's mask. */
export const MASK_OFF = 'causal:off';
export const changesOf = (sentence) => sentence.change.split(';').filter(Boolean);
export const isLifted = (sentence) => changesOf(sentence).includes(MASK_OFF);

/** One view of a translation, kept while there is room: sentenceView('steps', state.sentence, { layer: 3 }). */
export const sentenceView = (name, sentence, params = {}) =>
  fetchView(`sentence/view/${name}`, { ...spoken(sentence), ...params });

/** Ask for another translation, from any screen: { text, model, how, prefix, change }, of which what is not named stays. */
export const say = (change) => document.dispatchEvent(new CustomEvent('microscope:say', { detail: change }));

// What the address asked to hold; it may exist only in the translation that the address asked for.
let wish = {
  part: PARTS.find((part) => part === asked.get('part')) || 'cross',
  source: number('source', 0),
  step: number('step', 0),
  sentenceLayer: number('slayer', 0),
  sentenceHead: number('shead', 0),
};

/** How many layers and heads the attention of a part has. */
export const depthOf = (sentence, part) => sentence.layers[part === 'encoder' ? 'encoder' : 'decoder'];
export const headsOf = (sentence, part) => sentence.heads[part === 'encoder' ? 'encoder' : 'decoder'];

/** Take over a new translation: what was held stays where it exists. A placeholder is shown until the one asked for is here. */
export function arriveSentence(sentence, { placeholder = false } = {}) {
  const held = wish || state,
    most = (value, count) => Math.max(0, Math.min(value, count - 1));
  update({
    sentence,
    wanted: null,
    problem: null,
    part: held.part,
    source: most(held.source, sentence.source.length),
    step: most(held.step, sentence.target.length),
    sentenceLayer: most(held.sentenceLayer, depthOf(sentence, held.part)),
    sentenceHead: most(held.sentenceHead, headsOf(sentence, held.part)),
  });
  if (placeholder) return;
  wish = null;
  remember('translator', sentence.model);
}

// A layer or head that the model does not have is cut to one that it has where it is used.
update({ crossLayer: number('clayer', null), crossHead: asked.get('chead') === 'mean' ? -1 : number('chead', null) });

// Encoder and decoder may differ in depth.
on('part', () => {
  if (!state.sentence) return;
  update({
    sentenceLayer: Math.min(state.sentenceLayer, depthOf(state.sentence, state.part) - 1),
    sentenceHead: Math.min(state.sentenceHead, headsOf(state.sentence, state.part) - 1),
  });
});

address(
  'sentence',
  `sentence part source step sentenceLayer sentenceHead crossLayer crossHead ${RECURRENT_FIELDS}`,
  () => {
    if (!state.sentence) return {};
    const { text, model, how, prefix, change } = spoken(state.sentence),
      { crossLayer, crossHead } = state;
    return {
      text,
      translator: model,
      how,
      ...(prefix && { prefix }),
      ...(change && { change }),
      part: state.part,
      source: state.source,
      step: state.step,
      slayer: state.sentenceLayer,
      shead: state.sentenceHead,
      ...(crossLayer !== null && { clayer: crossLayer }),
      ...(crossHead !== null && { chead: crossHead < 0 ? 'mean' : crossHead }),
      ...recurrentAddress(),
    };
  },
);

/** The translation that the address or an earlier visit asks for, filled up from `otherwise`. */
export function askedSentence(otherwise, translators) {
  const model =
    [asked.get('translator'), remembered('translator')].find((name) => translators.includes(name)) || otherwise.model;
  const ids = (asked.get('prefix') || '').split(',').filter(Boolean).map(Number);
  const own = asked.has('text');
  return {
    text: asked.get('text') ?? otherwise.text,
    model,
    how: asked.get('how') || otherwise.how,
    prefix: own ? ids : [],
    change: asked.get('change') || '',
  };
}
