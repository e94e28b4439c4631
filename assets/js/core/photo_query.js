// The photo's question: which photo, model and size, what is switched off in the pass, and what is held of it.

import { counted, flag, textOf, usualOf, wholeNumber, wholes } from './address.js';
import { fit, readChange, writeChange } from './change.js';
import { lend } from './lent.js';
import { lost, ownPhotos } from './own_photos.js';
import { asking, inStatus, Questions } from './questions.js';
import { isRecorded } from './recorded.js';
import { declare, fieldsOf, on, state, update } from './state.js';
import { factsAt, keepFacts, Problem, request, setRescue, view } from './wire.js';

export const MAX_BYTES = 20e6;
const LONGEST_CHANGE = 5000;

declare({
  // The photo of `state.photoQuery`, or the one that an address asked for and that could not be had.
  photo: { word: 'photo', ...textOf(2000), otherwise: null, step: true },
  model: { word: 'model', ...textOf(200), otherwise: null, step: true, remembered: true },
  size: { word: 'size', ...wholeNumber, otherwise: null, step: true },
  // Sizes that this photo was read at before, whose answers stand beside the present one.
  sizesBefore: { word: 'before', ...wholes, otherwise: '', of: 'photoQuery' },
  // What is switched off or moved (core/change.js), also what does not fit the photo query on screen and waits for one that it fits.
  change: { word: 'change', ...textOf(LONGEST_CHANGE), otherwise: '', step: true },
  // Everything is shown as trained for a moment, while the change is kept.
  asTrained: { word: 'trained', ...flag, otherwise: false },
  layer: { word: 'layer', ...counted, otherwise: 8 },
  head: { word: 'head', ...counted, otherwise: 4 },
  query: { word: 'query', ...wholeNumber, otherwise: 0 }, // token held
});

/** The addressed part of a question. */
const asked = ({ photo, model, size }) => ({ photo, model, size });

/** Facts as the photo query that is shown: with as much of the change as fits it. */
export function withPhotoChange(facts, text = state.change, asTrained = state.asTrained) {
  const { fits } = fitting(facts, text),
    change = asTrained ? '' : writeChange(fits),
    shown = state.photoQuery;
  return sameInput(shown, facts) && shown.change === change ? shown : { ...facts, change };
}

/** What of a change fits a photo query, and the kinds of what does not. */
export const fitting = ({ layers, rows, cols }, text) => fit(readChange(text).change, { layers, patches: rows * cols });

/** The same photo and model at another size, with as much of what is switched off as fits there. */
export function atSize(photoQuery, size) {
  const side = size / photoQuery.patch,
    { fits } = fitting({ ...photoQuery, rows: side, cols: side }, photoQuery.change);
  return { ...photoQuery, size, change: writeChange(fits) };
}

/** The same photo query with nothing switched off. */
export const trained = (photoQuery) => (photoQuery.change ? { ...photoQuery, change: '' } : photoQuery);

/** Whether two photo queries are of one photo, model and size, whatever is switched off. */
export const sameInput = (a, b) => Boolean(a && b) && a.photo === b.photo && a.model === b.model && a.size === b.size;

on('change asTrained', () => {
  if (state.photoQuery) update({ photoQuery: withPhotoChange(state.photoQuery, state.change, state.asTrained) });
});

/** Switch something off or on, for every screen: a change (core/change.js), of which what does not fit stays as it was. */
export const setChange = (change) =>
  update(isRecorded() ? { problem: new Problem('needs_server') } : { change: writeChange(change), asTrained: false });

/** What is switched off in the photo query on screen. */
export const changeOf = (photoQuery) => readChange(photoQuery?.change ?? '').change;

/** What the visitor wants switched off, fitting or not. */
export const wish = () => readChange(state.change).change;

const questions = new Questions({
  told: inStatus.told,
  failed: (problem, question) => {
    // What an address asks for and is gone is told in its place (`photoGone`), and hides nothing else that went wrong.
    if (question.opening && lost(problem)) update({ wanted: null, ...(!state.photoQuery && { photoGone: problem }) });
    else inStatus.failed(problem);
  },
});

/** Look at something else of what is shown: { photo, model, size }, of which what is not named stays. `quietly` it is no step of the history. */
export async function requestPhoto(change, { quietly = false } = {}) {
  const { newest } = questions;
  // Where there is no photo, it is a choice for the next one.
  if (state.photoGone && !newest && change.photo === undefined) update(change, { quietly });
  // While a photo is still on its way up, the question waits for it, unless it is for another photo.
  else if (newest && !newest.sent && change.photo === undefined) Object.assign(newest.what, change);
  else await asking.add(send(begin(change), Promise.resolve(), quietly));
}

/** What is on screen stays. */
export const cancelPhoto = () => questions.cancel();

/** A folder, a file that was moved or that is locked: what the browser cannot read is no question of the server's. */
async function legible(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Problem('file_unreadable');
  }
}

/** Send a picture up, then look at it: one of `files` that were brought together. Whatever goes wrong leaves the old one on screen. */
export const uploadPhoto = (file, files = 1) => asking.add(upload(file, files));

async function upload(file, files) {
  const question = Object.assign(begin({}), { files });
  try {
    if (!file) throw new Problem('paste_no_picture');
    await legible(file);
    if (file.size > MAX_BYTES) throw new Problem('photo_too_large', { limit: MAX_BYTES / 1e6 });
    update({ wanted: { stage: 'upload' }, problem: null });
    const photo = await post(file, question.abort.signal);
    if (!questions.isNewest(question)) return;
    question.what.photo = photo;
    // With the heads that are wanted first, the first frame of the photo has them.
    await send(question, Promise.all([ownPhotos.keep(photo, file), askAhead(question.what)]));
  } catch (error) {
    questions.fail(question, error);
  }
}

const post = async (file, signal) =>
  (await (await request('photo', { method: 'POST', body: file, signal })).json()).photo;

// A photo of this browser that the server has lost is sent again, silently; its name follows from its bytes and is the same.
setRescue(async (problem, path) => {
  const photo = new URLSearchParams(path.split('?')[1]).get('photo');
  const file = lost(problem) && photo ? await ownPhotos.find(photo) : null;
  return Boolean(file) && (await post(file)) === photo;
});

/** A new question, on top of the one that is under way or of what is shown. */
function begin(change) {
  return questions.begin({ ...(questions.newest?.what ?? asked(state)), ...change });
}

/** Ask, and show what comes; a photo of one's own once its browser keeps it: from then on a reload loses nothing. */
async function send(question, /** @type {Promise<unknown>} */ kept = Promise.resolve(), quietly = false) {
  const photoQuery = await facts(question);
  if (!photoQuery) return;
  await kept;
  if (questions.last === question) arrive(photoQuery, quietly);
}

async function facts(question) {
  const known = factsAt('facts', question.what);
  if (known) {
    questions.drop();
    return known;
  }
  update({ wanted: { stage: 'start' }, problem: null });
  question.sent = true; // it cannot be changed any more
  const lent = await lend(question.what, question.id);
  if (!questions.isNewest(question)) return null;
  const found = await questions.answer(question, 'facts', question.what);
  if (found && !lent) found.notes.push('not_lent');
  if (found && question.files > 1) {
    found.notes.push('first_of_several');
    found.noted = { ...found.noted, files: question.files };
  }
  if (found) keepFacts('facts', [question.what, asked(found)], found);
  return found;
}

/** Sizes that the photo was on screen in before. */
export const sizesBefore = () => state.sizesBefore.split(',').filter(Boolean).map(Number);

/** The same with the one that a photo query takes the place of, as the state holds them. */
function sizesUntil({ size }) {
  const left = state.photoQuery && state.photoQuery.size !== size ? [state.photoQuery.size] : [];
  return [...new Set([...sizesBefore(), ...left])].join(',');
}

/** Take over a new photo query: what was held stays at the same place of the picture, layer and head stay where they exist. */
function arrive(found, quietly) {
  const photoQuery = withPhotoChange(found),
    another = photoQuery.photo !== state.photoQuery?.photo || photoQuery.model !== state.photoQuery.model;
  update(
    {
      ...(another ? usualOf('photoQuery') : { sizesBefore: sizesUntil(photoQuery) }),
      ...asked(photoQuery),
      photoQuery,
      photoGone: null,
      wanted: null,
      problem: null,
      ...within(photoQuery, {
        ...state,
        query: state.photoQuery ? samePlace(state.query, state.photoQuery, photoQuery) : state.query,
      }),
    },
    { quietly },
  );
}

/**
 * What is held, as far as a photo query has it.
 * @param {any} photoQuery
 * @param {any} held
 */
const within = (photoQuery, { query, layer, head }) => ({
  query: Math.min(query, photoQuery.tokens - 1),
  layer: Math.min(layer, photoQuery.layers - 1),
  head: Math.min(head, photoQuery.heads - 1),
});

// What is pressed in a figure that is still of another photo query is brought within the one on screen.
on('photoQuery query layer head', () => {
  if (state.photoQuery) update(within(state.photoQuery, state), { quietly: true });
});

/** The first photo query of a page is known. */
export const firstPhoto = (first) => keepFacts('facts', [asked(first)], first);

/**
 * The photo query that the values of an address ask for, and what is held of it. Where the photo is gone none is shown: never another in its place.
 * @returns {Promise<{ of: (values: Record<string, any>) => Record<string, any>, failed: boolean }>} once all that somebody has asked for meanwhile is there, too:
 * `of(values)` are the fields, given what is held by then. Where it `failed` for a while, what is on screen stays.
 */
export async function openPhoto(values, boot) {
  const named = { ...asked(boot.first), size: 0, ...defined(asked(values)) };
  if (named.model === boot.first.model && !named.size) named.size = boot.first.size;
  let missed = null; // what was asked for and is not to be had: another is shown, and the sentence says so
  if (!boot.models.some(({ name }) => name === named.model)) {
    missed = new Problem('model_unknown', { name: named.model });
    Object.assign(named, { model: boot.first.model, size: 0 });
  }
  // Where nothing is on screen, who chooses something meanwhile chooses it of this.
  if (!state.photoQuery) update(asked(named), { quietly: true });
  const opened = async (what) => {
    const question = Object.assign(questions.begin(what), { opening: true });
    return { found: await facts(question), failure: question.failure };
  };
  let { found, failure } = await opened(named);
  if (failure?.code === 'size_unknown') {
    missed = failure;
    ({ found, failure } = await opened({ ...named, size: 0 }));
  }
  if (found && missed) update({ problem: missed });
  const { last } = questions,
    gone = failure && lost(failure) ? failure : null;
  const of = (held) => {
    const shown = state.photoQuery;
    if (shown && (questions.last !== last || !(found || gone)))
      return {
        ...(sameInput(shown, { ...named, size: shown.size }) ? {} : fieldsOf('photoQuery')),
        ...asked(shown),
        ...within(shown, held),
      };
    if (!found) return { ...(shown ? named : asked(state)), photoQuery: null, photoGone: gone };
    const photoQuery = withPhotoChange(found, held.change, held.asTrained);
    return { ...asked(photoQuery), photoQuery, photoGone: null, ...within(photoQuery, held) };
  };
  return { of, failed: Boolean(failure && state.photoQuery) && !gone };
}

const defined = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

/** The heads that the Attention screen will want are asked for along with the photo: they are on their way while the photo query is still described. */
async function askAhead({ photo, model, size }) {
  const { photoQuery, layer, query, screen, change } = state;
  if (screen !== 'attention' || model !== photoQuery?.model || size !== photoQuery.size || change) return;
  // The screen asks again, and tells what went wrong. In a photo of the same size the token that is held keeps its number.
  const glance = view('glance', { photo, model, size }, { layer, query }).catch(() => {});
  view('layer', { photo, model, size }, { layer }).catch(() => {});
  await glance;
}

/**
 * The token of `photoQuery` that lies where `query` lies in `before`: at the same place of the photo where both see it, each with its own
 * crop; of another photo, at the same place of the square. A token without a place is met by its number.
 */
export function samePlace(query, before, photoQuery) {
  const first = photoQuery.prefix.length;
  const patch = query - before.prefix.length;
  if (patch < 0) return Math.max(0, Math.min(query, first - 1));
  const x = ((patch % before.cols) + 0.5) / before.cols,
    y = (Math.floor(patch / before.cols) + 0.5) / before.rows;
  const [across, down] =
    before.photo === photoQuery.photo
      ? [0, 1].map((axis) => through(axis ? y : x, before.seen, photoQuery.seen, axis))
      : [x, y];
  // On the border between two patches it is the second one, whatever rounding makes of it.
  const at = (share, n) => Math.min(n - 1, Math.max(0, Math.floor(share * n + 1e-9)));
  return first + at(down, photoQuery.rows) * photoQuery.cols + at(across, photoQuery.cols);
}

/** A share of one crop's side as a share of another's, by its place in the photo. */
const through = (share, from, to, axis) =>
  (from[axis] + share * (from[axis + 2] - from[axis]) - to[axis]) / (to[axis + 2] - to[axis]);
