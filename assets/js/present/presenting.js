// A page before a room (presenter mode): one slide of a screen at a time, gone through with the arrow and page keys or a clicker. While a tour runs they go
// through its steps instead.

import { counted, flag, textOf } from '../core/address.js';
import { OPENING, BESIDE, STATIONS } from '../core/journeys.js';
import { CHAPTERS } from '../core/recurrent.js';
import { declare, state, update } from '../core/state.js';
import { asProblem } from '../core/wire.js';
import { following as onSlides, placesOf } from './slides.js';
import { finish, goToStep, running } from '../tours/tours.js';

declare({
  /** The page is before a room. */
  presenting: { word: 'present', ...flag, otherwise: false },
  /** Which slide of the screen. */
  slide: { word: 'slide', ...counted, otherwise: 0 },
  /** This window is the speaker's, of the presentation of this name. */
  speaking: { word: 'speaker', ...textOf(20), otherwise: null },
});

/** Larger than any number of slides: the last one. */
export const LAST = 998;

const places = () => placesOf([OPENING, ...STATIONS, ...BESIDE], CHAPTERS);
const placeOf = ({ screen, chapter }) =>
  places().findIndex((place) => place.screen === screen && (place.chapter ?? chapter) === chapter);

/**
 * What the next step, or the one before, shows: fields of the state; null at the end.
 * @param {import('./stage.js').Stage} stage
 * @param {1 | -1} step
 */
export function nextOf(stage, step) {
  const all = places(),
    next = onSlides(
      { places: all.length, place: placeOf(state), slides: stage.slides.length || 1, slide: stage.at },
      step,
    );
  if (!next) return null;
  const { screen, chapter } = all[next.place];
  return { screen, ...(chapter ? { chapter } : {}), slide: next.slide === 'last' ? LAST : next.slide };
}

/** Go on by a step, or back. Whether there was anywhere to go. */
export async function step(stage, by) {
  if (state.tour) return stepOfTour(by);
  const next = nextOf(stage, by);
  if (next) update(next);
  return Boolean(next);
}

async function stepOfTour(by) {
  try {
    const tour = await running();
    const to = state.tourStep + by;
    if (!tour || to < 0) return false;
    if (to < tour.steps.length) await goToStep(tour, to);
    else finish();
    return true;
  } catch (error) {
    update({ problem: asProblem(error) });
    return false;
  }
}

let last = state.slide;
/** Whoever goes to another screen in another way begins with its first slide. */
export function beginWithFirst() {
  if (state.slide === last && last) update({ slide: 0 }, { quietly: true });
  last = state.slide;
}
/** To be called after every change of the slide. */
export const knowSlide = () => {
  last = state.slide;
};
