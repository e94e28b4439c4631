// Guided tours (demo/page/tours.py): which one runs and at which step is in the address, beside the state, which is a plain one; a tab remembers how far it came.

import { counted, flag, lasting, searchOf, textOf, valuesOf } from '../core/address.js';
import { openAddress, visit } from '../core/history.js';
import { declare, on, state, update } from '../core/state.js';
import { request } from '../core/wire.js';

declare({
  tour: { word: 'tour', ...textOf(60), otherwise: null, step: true },
  tourStep: { word: 'tourstep', ...counted, otherwise: 0 },
  /** The bar is one line. */
  tourFolded: { word: 'tourfold', ...flag, otherwise: false },
});

/** What a step leaves to the visitor where it names none: the input, and what reads it. */
const INPUT = ['photo', 'model', 'size', 'text', 'translator', 'how'];
/** Of those, what another one of these makes meaningless. */
const OF = { size: 'model' };
/** What belongs to whoever looks. */
const PREFERENCES = ['lang', 'chosenTheme', 'letterKeys', 'embedded', 'presenting'];
const NO_TOUR = { tour: null, tourStep: 0, guess: null };

/**
 * @typedef {{ address: string, look: string | null, tries: string, says: string[], ask: string | null, then: string | null }} Step
 * @typedef {{ name: string, title: string, about: string, steps: Step[] }} Tour
 */

/** @type {Map<string, Promise<{ tours: Tour[], wrong: { code: string, params: any }[] }>>} */
const asked = new Map();

/** All tours in the page's language, and what is wrong with files of the folder of tours. */
export function tours(lang = state.lang) {
  if (!asked.has(lang)) {
    const answer = request(`tours?lang=${lang}`).then((response) => response.json());
    answer.catch(() => asked.delete(lang));
    asked.set(lang, answer);
  }
  return asked.get(lang);
}

/** The tour that runs; null where there is none, or none of this name. */
export async function running() {
  if (!state.tour) return null;
  const { tour } = state;
  return (await tours()).tours.find(({ name }) => name === tour) ?? null;
}

/** Where this tab has been in a tour, counted from 0; null where it was not. */
export function tourPlace(name) {
  try {
    const kept = sessionStorage.getItem(`microscope.tour.${name}`);
    return kept === null ? null : Number(kept);
  } catch {
    return null; // private window
  }
}

function keepPlace() {
  if (!state.tour) return;
  try {
    sessionStorage.setItem(`microscope.tour.${state.tour}`, String(state.tourStep));
  } catch {
    /* private window */
  }
}
on('tour tourStep', keepPlace);

/** The address of what a step shows, with the visitor's own input where it names none. `more` are fields of the tour. */
export function searchAt(address, more) {
  const named = valuesOf(`?${address}`),
    wanted = { ...named };
  for (const name of INPUT) if (named[name] === null && !named[OF[name]]) wanted[name] = state[name];
  for (const name of [...PREFERENCES, ...lasting()]) wanted[name] = state[name];
  return searchOf({ ...wanted, ...NO_TOUR, tourFolded: state.tourFolded, ...more }, `?${address}`);
}

/** Show a step, as a link does: nothing is reloaded, and Back comes from there. Whether it was not overtaken meanwhile. */
export const goToStep = (tour, at) => visit(searchAt(tour.steps[at].address, { tour: tour.name, tourStep: at }));

/** Show what answers the question of a step, with the fields under which the screen shows it. */
export const reveal = (tour, at, guess, fields) =>
  visit(searchAt(tour.steps[at].then ?? tour.steps[at].address, { ...fields, tour: tour.name, tourStep: at, guess }));

/** The question of a step is open again, for another input. */
export const askAgain = (tour, at) => openAddress(searchAt(tour.steps[at].address, { tour: tour.name, tourStep: at }));

/** A tour was taken to its end: it begins anew the next time. */
export function finish() {
  const { tour } = state;
  leaveTour();
  try {
    sessionStorage.removeItem(`microscope.tour.${tour}`);
  } catch {
    /* private window */
  }
}

/** End the tour; what is on screen stays. */
export const leaveTour = () => update(NO_TOUR);
