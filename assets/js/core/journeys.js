// The two ways through a model, and the screens on each: demo/page/screens.py, as the page's head hands it over.

/** @type {{ screens: [string, string | null][], opening: string, heads: string }} */
const { screens, opening, heads } = globalThis.microscope ?? { screens: [], opening: '', heads: '' };

/** Where a visitor begins, and where the photo's heads are. */
export const OPENING = opening,
  HEADS = heads;
export const SCREENS = screens.map(([name]) => name);
const of = (journey) => screens.filter(([, theirs]) => theirs === journey).map(([name]) => name);
export const JOURNEYS = { sentence: of('sentence'), photo: of('photo') };
/** Screens that are no step of a journey, but for the one where both begin. */
export const BESIDE = of(null).filter((screen) => screen !== OPENING);
/** All steps in the order of the course. */
export const STATIONS = screens.filter(([, journey]) => journey).map(([name]) => name);

/** The journey of a screen; one that stands beside both shows the photo's input. */
export const journeyOf = (screen) =>
  Object.keys(JOURNEYS).find((journey) => JOURNEYS[journey].includes(screen)) || 'photo';
