// The papers' figures of what is on screen, as files that the server draws: which there are (demo/takeaway/routes.py), and where each is.

import { withPhotoChange } from './photo_query.js';
import { secondQuestion } from './second_photo_query.js';
import { heldHead, heldLayer, translationQuery } from './sentence.js';
import { state } from './state.js';
import { factsAt, file, named } from './wire.js';

/** What somebody has chosen that a figure shows, as the words of its address; a figure without an entry shows nothing but its photo or sentence. */
const CHOSEN = {
  fig6: () => ({ query: state.query }),
  fig11: second,
  bahdanau2: () => ({ kind: state.textKind, metric: state.measure }),
  bahdanau3: () => (state.screen === 'decoder' ? { layer: heldLayer('cross'), head: oneHead('cross') } : {}),
  vaswani3: () => ({ ...attention(), word: heldWord() }),
  vaswani4: attention,
  vaswani5: attention,
  gradient: () => ({ count: state.gradientCount, step: state.gradientStep }),
};

/** The model beside the one on screen, with as much of what is switched off as fits it. */
function second() {
  const asked = secondQuestion(),
    known = factsAt('facts', asked);
  return { second: asked.model, size2: asked.size, change2: known ? withPhotoChange(known).change : '' };
}

/** The head of an attention on screen; null for the mean of all. */
export const oneHead = (part) => (state.meanOfHeads ? null : heldHead(part));

/** Whose attention is on screen. */
export function attention() {
  const ofBlock = state.stack === 'decoder' ? state.rootOf : 'encoder',
    part = state.screen === 'encoder' ? ofBlock : state.part;
  return { part, layer: heldLayer(part) };
}

/** The word that asks there: one that is read, or one that is written. */
export const heldWord = () => (attention().part === 'encoder' ? state.source : state.step);

/** Names of the figures whose numbers are on screen; their titles are figures.<name>. */
export const paperFigures = () => {
  const here = [state.screen, `${state.screen}:${state.chapter}`];
  return Object.keys(state.boot.figures).filter((name) =>
    state.boot.figures[name].screens.some((one) => here.includes(one)),
  );
};

export const figureTitle = (name) => `figures.${name}`;

/** Where a figure of what is on screen is found, and the words of its address; format: 'svg', 'png' or 'pdf'. */
export function paperFigureAt(name, format) {
  const chosen = Object.entries(CHOSEN[name]?.() ?? {}).filter(([, value]) => value !== null && value !== undefined),
    ofPhoto = state.boot.figures[name].journey === 'photo',
    subject = ofPhoto ? named(state.photoQuery) : translationQuery(state.sentence);
  return {
    at: `${ofPhoto ? '' : 'sentence/'}figure/${name}`,
    params: { ...subject, ...Object.fromEntries(chosen), lang: state.lang, format },
  };
}

/** The file itself, as a Blob. */
export function paperFigure(name, format) {
  const { at, params } = paperFigureAt(name, format);
  return file(at, params);
}
