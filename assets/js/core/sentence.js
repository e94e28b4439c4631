// The sentence's question: the text, its translator and how it writes, what is switched off, and what is held of it.

import { counted, flag, oneOf, textOf, usualOf, wholeNumber, wholes } from './address.js';
import { fitSentence, readChange, writeChange } from './change.js';
import { asking, inStatus, Questions } from './questions.js';
import { isRecorded } from './recorded.js';
import { declare, fieldsOf, on, state, update } from './state.js';
import { isAboutText } from './text.js';
import { Problem, requestJson, factsAt, fetchView, keepFacts } from './wire.js';

export const PARTS = ['encoder', 'decoder', 'cross'];
export const LONGEST = 20_000; // more than the server takes, so that it can say what is too long

/** A head, counted from 1 in the address; -1 is the mean over all of them. */
const headOrMean = {
  read: (text) => (text === 'mean' ? -1 : counted.read(text)),
  write: (value) => (value < 0 ? 'mean' : counted.write(value)),
};

declare({
  // The text of `state.sentence`, or the one that an address asked for and that could not be translated.
  text: { word: 'text', ...textOf(LONGEST), typed: true, otherwise: null, step: true },
  translator: { word: 'translator', ...textOf(200), otherwise: null, step: true, remembered: true },
  how: { word: 'how', ...textOf(60), otherwise: null, step: true },
  prefix: { word: 'prefix', ...wholes, otherwise: '', step: true },
  // What is switched off (core/change.js), also what the translator on screen does not have.
  sentenceChange: { word: 'schange', ...textOf(2000), otherwise: '', step: true },
  sentenceAsTrained: { word: 'strained', ...flag, otherwise: false },
  // The sentence before this one, with which an edit is compared; '' where there is none.
  earlier: { word: 'was', ...textOf(LONGEST), typed: true, otherwise: '' },
  part: { word: 'part', ...oneOf(PARTS), otherwise: 'cross' },
  source: { word: 'source', ...wholeNumber, otherwise: 0 }, // source token held
  step: { word: 'step', ...counted, otherwise: 0 }, // step of the decoder held
  // Layers are a stack's, heads an attention's: the third of one has nothing to do with the third of another.
  encoderLayer: { word: 'elayer', ...counted, otherwise: 0 },
  encoderHead: { word: 'ehead', ...counted, otherwise: 0 },
  decoderLayer: { word: 'dlayer', ...counted, otherwise: 0 },
  decoderHead: { word: 'dhead', ...counted, otherwise: 0 },
  crossHead: { word: 'xhead', ...counted, otherwise: 0 },
  // Until somebody chooses a layer or head of the decoder, the one is shown that aligns words best.
  headChosen: { word: 'picked', ...flag, otherwise: false },
  // Whose attention draws ribbons between a sentence and its translation.
  ribbonLayer: { word: 'clayer', ...counted, otherwise: null },
  ribbonHead: { word: 'chead', ...headOrMean, otherwise: null },
});

/** What makes a translation the one it is: the parameters of its address. */
export const translationQuery = ({ text, model, how, prefix, change }) => ({
  text,
  model,
  how,
  prefix: [prefix].flat().join(','),
  change,
});

/** What is switched off in it, and whether that is the decoder's mask. */
export const changesOf = (sentence) => readChange(sentence.change).change;
export const isLifted = (sentence) => changesOf(sentence).causal;

/** One view of a translation, kept while there is room: sentenceView('steps', state.sentence, { layer: 3 }). */
export const sentenceView = (name, sentence, params = {}) =>
  fetchView(`sentence/view/${name}`, { ...translationQuery(sentence), ...params });

/** How many layers and heads the attention of a part has. */
export const depthOf = (sentence, part) => sentence.layers[part === 'encoder' ? 'encoder' : 'decoder'];
export const headsOf = (sentence, part) => sentence.heads[part === 'encoder' ? 'encoder' : 'decoder'];

/** @type {Record<string, [string, string]>} fields of the layer and the head that are held of each part */
const HELD = {
  encoder: ['encoderLayer', 'encoderHead'],
  decoder: ['decoderLayer', 'decoderHead'],
  cross: ['decoderLayer', 'crossHead'],
};
/** All of them, for whoever draws them. */
export const LAYERS_AND_HEADS = [...new Set(Object.values(HELD).flat())];

/** The layer and the head that are held of a part, as far as a translator has them. */
export const heldLayer = (part, sentence = state.sentence) => most(state[HELD[part][0]], depthOf(sentence, part));
export const heldHead = (part, sentence = state.sentence) => most(state[HELD[part][1]], headsOf(sentence, part));

/** Hold a layer of a part's stack, and a head of the part where one is named. */
export const holdHead = (part, layer, head = null) => {
  const [ofLayer, ofHead] = HELD[part];
  return { [ofLayer]: layer, ...(head !== null && { [ofHead]: head }) };
};
/** The same as a person's choice: in the decoder no other head takes its place. */
export const chosenHead = (part, layer, head = null) => ({
  ...holdHead(part, layer, head),
  ...(part !== 'encoder' && { headChosen: true }),
});

/** The first row of a masked decoder sees the start token alone, 100 % in every head: who has held no other row gets one in the middle. */
export function rowWithAChoice() {
  const { sentence, step } = state;
  return step === 0 && sentence?.causal ? { step: sentence.target.length >> 1 } : {};
}

/** What is held of a sentence that was asked for, once it is here, whatever was chosen of it meanwhile. @type {{ text: string, fields: object } | null} */
let along = null;

const questions = new Questions({
  told: inStatus.told,
  failed: (problem, { what: { text } }) => {
    along = null;
    // A change that could not be had is taken back: nothing on screen has it.
    if (state.sentence) update(settled, { quietly: true });
    if (isAboutText(problem)) problem.text = text;
    inStatus.failed(problem);
  },
});

/** What was to be switched off when the translation on screen came. */
let settled = { sentenceChange: '', sentenceAsTrained: false };
const settle = () => {
  settled = { sentenceChange: state.sentenceChange, sentenceAsTrained: state.sentenceAsTrained };
};
on('sentence', settle);

/** What is on screen stays. */
export const cancelSentence = () => questions.cancel();

/** How deep the translators are of which anything is known; a single layer is switched off only where it is there. */
const depths = new Map();

/** What of the visitor's change fits a translator. */
const fittingChange = (text, asTrained, model) =>
  asTrained ? '' : writeChange(fitSentence(readChange(text).change, depths.get(model)).fits);

/** The kinds of the visitor's change that a translator does not have: one that was trained without a mask has none to lift. */
export function dropped({ trained_causal: masked, layers }) {
  const wanted = sentenceWish();
  return [...fitSentence(wanted, layers).dropped, ...(wanted.causal && !masked ? ['causal'] : [])];
}

/** The question of a state or of an address: its text, translator, way of writing, forced words and change. */
const questionOf = ({ text, translator, how, prefix, sentenceChange, sentenceAsTrained }) => ({
  text,
  model: translator,
  how,
  prefix,
  change: fittingChange(sentenceChange, sentenceAsTrained, translator),
});

/**
 * Ask for another translation, from any screen: { text, model, how, prefix, change }, of which what is not named stays.
 * Forced words belong to their own sentence and model; `fields` of the state, which come along with a text, to that.
 */
export async function requestTranslation(change, fields = {}) {
  const { text } = change,
    other = text !== undefined || change.model !== undefined;
  if (text !== undefined) along = { text, fields };
  const now = questions.newest?.what ?? questionOf(state);
  await asking.add(ask({ ...now, ...(other ? { prefix: '' } : {}), ...change }));
}

/** Have a translation on screen begin with given words, whatever else is on its way. */
export const requestPrefix = ({ text, model }, prefix) => requestTranslation({ text, model, prefix });

async function ask(what) {
  update({ problem: null });
  const fits = (model) => fittingChange(state.sentenceChange, state.sentenceAsTrained, model),
    found = await fitted({ ...what, change: fits(what.model) }, fits, fetchFirst);
  if (found) arrive(found);
}

/** @type {Map<string, (sentence: any) => Promise<any>>} by screen */
const shownFirst = new Map();
/** A screen shows this of a translation first. While a translation is asked of the server from there, it is fetched as well, so that both are painted in one frame. */
export const showsFirst = (screen, fetch) => shownFirst.set(screen, fetch);

/** The translation waits for it no longer than this: of a long sentence it takes its time. */
const FIRST_MS = 50;
/** Wait for what the screen on show shows first of a translation. If that takes too long or cannot be had, the screen asks for itself, and says so. */
async function fetchFirst(sentence) {
  const late = new Promise((resolve) => setTimeout(resolve, FIRST_MS));
  try {
    await Promise.race([shownFirst.get(state.screen)?.(sentence), late]);
  } catch {
    // the screen will say why
  }
}

/** The facts of a question; of a translator that nobody knew, once more with the switches that it turns out to have. */
async function fitted(what, fits, before = null) {
  const fitsIt = (one) => {
    depths.set(one.model, one.layers);
    return fits(one.model) === one.change;
  };
  const found = await facts(translationQuery(what), (one) => (fitsIt(one) ? before?.(one) : null));
  if (!found || fitsIt(found)) return found;
  return facts(translationQuery({ ...what, change: fits(found.model) }), before);
}

async function facts(what, before) {
  const question = questions.begin(what),
    known = factsAt('sentence/facts', what);
  if (known) {
    questions.drop();
    return known;
  }
  update({ wanted: { stage: 'start' } });
  const found = await questions.answer(question, 'sentence/facts', what, before);
  if (found) keepFacts('sentence/facts', [what, translationQuery(found)], found);
  return found;
}

/** Take over a new translation: what was held stays where it exists. */
function arrive(sentence) {
  const edited = state.sentence && state.sentence.text !== sentence.text,
    earlier = !edited ? state.earlier : state.sentence.model === sentence.model ? state.sentence.text : '',
    fields = along?.text === sentence.text ? along.fields : {};
  along = null;
  update({
    ...(state.text !== sentence.text ? usualOf('sentence') : {}),
    ...inputOf(sentence),
    sentence,
    earlier,
    wanted: null,
    problem: null,
    ...within(sentence, state),
    ...fields,
  });
}

/** @type {Map<string, Promise<any>>} by address: several may want the same beside what is on screen */
const underWay = new Map();
/** The same question with another change, to be shown beside it. */
export async function withSentenceChange(sentence, change) {
  const what = translationQuery({ ...sentence, change: writeChange(change) }),
    known = factsAt('sentence/facts', what);
  if (known) return known;
  const address = `sentence/facts?${new URLSearchParams(what)}`;
  if (!underWay.has(address))
    underWay.set(
      address,
      requestJson(address).finally(() => underWay.delete(address)),
    );
  const found = await underWay.get(address);
  keepFacts('sentence/facts', [what], found);
  return found;
}

/** The addressed part of a translation. */
const inputOf = ({ text, model, how, prefix }) => ({ text, translator: model, how, prefix: prefix.join(',') });

const most = (value, count) => Math.max(0, Math.min(value, count - 1));

/** What is held, as far as a translation has it. */
const within = (sentence, values) => ({
  source: most(values.source, sentence.source.length),
  step: most(values.step, sentence.target.length),
  ...Object.fromEntries(
    PARTS.flatMap((part) => {
      const [layer, head] = HELD[part];
      return [
        [layer, most(values[layer], depthOf(sentence, part))],
        [head, most(values[head], headsOf(sentence, part))],
      ];
    }),
  ),
});

/** The first translation of a page is known. */
export function firstSentence(first) {
  keepFacts('sentence/facts', [translationQuery(first)], first);
  depths.set(first.model, first.layers);
}

/** What is said of a way of writing that there is not, and of forced words that the model does not have or that leave no room. */
const WAY_REFUSED = new Set(['bad_request', 'prefix_no_room']);

/**
 * The translation that the values of an address ask for, and what is held of it.
 * @returns {Promise<{ of: (values: Record<string, any>) => Record<string, any>, failed: boolean }>} as of `openPhoto`
 */
export async function openSentence(values, boot) {
  along = null;
  const first = boot.first_sentence,
    named = { ...values };
  named.text ??= first.text;
  named.how ??= first.how;
  const known = boot.translators.some(({ name }) => name === named.translator);
  let missed = known || named.translator === null ? null : new Problem('model_unknown', { name: named.translator });
  if (!known) named.translator = first.model;
  const { text, translator, how, prefix } = named,
    fits = (model) => fittingChange(named.sentenceChange, named.sentenceAsTrained, model);
  if (!state.sentence) update({ text, translator, how, prefix }, { quietly: true });
  let found = await fitted(questionOf(named), fits),
    { failure } = questions.last;
  // Of what cannot be written so the sentence itself is left: as little of the rest as possible is as usual instead.
  const instead = [{ how: first.how }, { prefix: '' }, { how: first.how, prefix: '' }];
  while (!found && WAY_REFUSED.has(failure?.code) && instead.length) {
    missed ??= failure;
    found = await fitted(questionOf({ ...named, ...instead.shift() }), fits);
    ({ failure } = questions.last);
  }
  if (found && missed) update({ problem: missed });
  const { last } = questions;
  const of = (held) => {
    const shown = state.sentence;
    if (shown && (questions.last !== last || !found))
      return {
        ...(shown.text === text ? {} : fieldsOf('sentence')),
        ...(found ? {} : settled),
        ...inputOf(shown),
        ...within(shown, held),
      };
    if (!found) return { text, translator, how, prefix, sentence: null };
    return { ...inputOf(found), sentence: found, ...within(found, held) };
  };
  return { of, failed: Boolean(failure && state.sentence) && !found };
}

/** Whether a question is that of the translation on screen. */
const isOnScreen = (what) =>
  String(new URLSearchParams(what)) === String(new URLSearchParams(translationQuery(state.sentence)));

// Another change is another translation of the same question, also of one that is still on its way. An address has brought its own along.
on('sentenceChange sentenceAsTrained', () => {
  if (!state.sentence) return;
  if (questions.newest || !isOnScreen(questionOf(state))) requestTranslation({});
  else settle();
});

/** Switch something off or on, for every screen of the journey: a change (core/change.js). */
export const setSentenceChange = (change) =>
  update(
    isRecorded()
      ? { problem: new Problem('needs_server') }
      : { sentenceChange: writeChange(change), sentenceAsTrained: false },
  );
/** What the visitor wants switched off. */
export const sentenceWish = () => readChange(state.sentenceChange).change;
