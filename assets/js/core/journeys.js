// The two ways through a model, and the screens on each.

export const JOURNEYS = {
  photo: ['patches', 'position', 'attention', 'block', 'decision'],
  sentence: ['before', 'words', 'decoder', 'translation'],
};
/** Screens that are no step of a journey. */
export const BESIDE = ['models'];
export const STATIONS = Object.values(JOURNEYS).flat();

/** The journey of a screen; of one that stands beside them, `otherwise`. */
export const journeyOf = (screen, otherwise = 'photo') =>
  Object.keys(JOURNEYS).find((journey) => JOURNEYS[journey].includes(screen)) || otherwise;
