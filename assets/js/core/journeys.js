// The two ways through a model, and the screens on each: demo/screens.py, as the page's head hands it over.

/** @type {{ screens: [string, string | null][], opening: string }} */
const { screens, opening } = globalThis.microscope ?? { screens: [], opening: '' };

export const OPENING = opening;
export const SCREENS = screens.map(([name]) => name);
const of = (journey) => screens.filter(([, theirs]) => theirs === journey).map(([name]) => name);
export const JOURNEYS = { photo: of('photo'), sentence: of('sentence') };
/** Screens that are no step of a journey. */
export const BESIDE = of(null);
export const STATIONS = Object.values(JOURNEYS).flat();

/** The journey of a screen; of one that stands beside them, `otherwise`. */
export const journeyOf = (screen, otherwise = 'photo') =>
  Object.keys(JOURNEYS).find((journey) => JOURNEYS[journey].includes(screen)) || otherwise;
