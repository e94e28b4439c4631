// What of a screen stands on it at once before a room: its slides, in the order in which they are gone through. A slide is what some selectors find on the screen,
// and how many pixels wide the page is laid out for it: the fewer, the larger is all of it. Nothing here touches the page.

/** Widths that a page is laid out in, from the largest picture to the one that holds most. */
export const WIDTHS = [1040, 1200, 1371, 1560, 1740, 1920, 2080, 2240, 2400];

/**
 * @typedef {object} Slide
 * @property {string} show what is seen; all else on the screen is not
 * @property {number} [wide] the width that it is laid out in, where it fits: one of WIDTHS
 * @property {boolean} [columns] what it lies in keeps its own columns
 * @property {string} [keeps] of what it lies in, these keep their own columns and gaps
 * @property {boolean} [picture] it is as high as it is wide: it becomes narrower first where it does not fit, and holds more only then
 */

/**
 * A card of the notes, some of its matrices a slide; its arithmetic stands with the last, which may have none.
 * @param {number} card
 * @param {number[]} parts how many matrices each slide has
 * @returns {Slide[]}
 */
const cardOf = (card, ...parts) =>
  parts.map((count, i) => {
    const from = parts.slice(0, i).reduce((sum, one) => sum + one, 0) + 1,
      within = `.note-card[data-card="${card}"]`,
      tables = `${within} > header, ${within} .matrices > :nth-child(n + ${from}):nth-child(-n + ${from + count - 1})`;
    const show = i === parts.length - 1 ? `${tables}, ${within} > .lines` : tables;
    return { show, wide: 1371, keeps: '.note-card, .matrices' };
  });

/** @type {Record<string, Slide[]>} by screen, or by screen and chapter */
const SLIDES = {
  start: [{ show: '.start-board', wide: 1371 }],
  'before/chain': [
    { show: '.one-unit > :nth-child(-n + 4)', wide: 1371 },
    { show: '.one-unit > :nth-child(n + 5):nth-child(-n + 7)', wide: 1371 },
    { show: '.one-unit > :nth-child(n + 8), .chain-controls, .taken-chain, .chain-below', wide: 1371 },
    { show: '.chain-words', wide: 1200 },
  ],
  'before/uses': [{ show: '.chain-controls, .use-told, .taken-chain, .chain-readout', wide: 1371 }],
  'before/gradient': [
    { show: '.input-line, .gradient-controls, .gradient-figure', wide: 1371 },
    { show: '.factors', wide: 1200 },
    { show: '.radius', wide: 1371 },
    { show: '.gradient-story, .notes', wide: 1200 },
  ],
  'before/cost': [
    { show: '.switches, .legend, .cost-figure', wide: 1371 },
    { show: '.gradient-story, .chapter-box > p, .notes', wide: 1200 },
  ],
  'before/bottleneck': [
    { show: '.bottleneck-controls, .bottleneck-figure > :nth-child(-n + 2)', wide: 1371 },
    { show: '.bottleneck-figure > :nth-child(n + 3)', wide: 1200 },
    { show: '.bottleneck-own', wide: 1371 },
  ],
  'before/path': [
    { show: '.path-taken', wide: 1371 },
    { show: '.chain-words', wide: 1371 },
  ],
  words: [
    { show: '.line-figure, .line-words, .token-making', wide: 1371 },
    { show: '.words-middle aside', wide: 1040 },
    { show: '.word-learned', wide: 1200 },
    { show: '.word-waves', wide: 1371, columns: true },
    { show: '.word-order', wide: 1200 },
    { show: '.word-padding', wide: 1560 },
  ],
  encoder: [
    { show: '.encoder-about', wide: 1040, columns: true },
    { show: '.equation', wide: 1371 },
    { show: '.sentence-band, .river', wide: 1371 },
    { show: '.sentence-band, .opened', wide: 1371 },
    { show: '.encoder-break', wide: 1200 },
  ],
  decoder: [
    { show: '.decoder-top', wide: 1371, columns: true },
    { show: '.sentence-band', wide: 1200 },
    { show: '.decoder-switches, .heads-figure', wide: 1371, picture: true },
    { show: '.atlas-figure', wide: 1371, picture: true },
    { show: '.decoder-matrix', wide: 1371, picture: true },
    { show: '.masking', wide: 1371 },
    { show: '.aligning', wide: 1371 },
    { show: '.parking', wide: 1371 },
    { show: '.cheating > :not(.twin-figures), .twin-fed', wide: 1371 },
    { show: '.twin-alone', wide: 1371, picture: true },
    { show: '.twin-measured', wide: 1371 },
  ],
  patches: [
    { show: '.photo-figure, .patches-screen > h2, .patches-screen > .words', wide: 1371, columns: true, picture: true },
    { show: '.sequence', wide: 1200 },
    { show: '.making', wide: 1371 },
    { show: '.arithmetic', wide: 1371 },
    { show: '.choices', wide: 1200 },
    { show: '.patches-screen > .answer', wide: 1040 },
    { show: '.crop', wide: 1040 },
    { show: '.filters', wide: 1371, picture: true },
    { show: '.positions', wide: 1371, picture: true },
    { show: '.cost', wide: 1371, picture: true },
  ],
  position: [
    { show: '.position-left, .position-right > .answer', wide: 1371, columns: true, picture: true },
    { show: '.follow', wide: 1371 },
    { show: '.places', wide: 1371 },
    { show: '.tables', wide: 1371 },
    { show: '.offsets', wide: 1371 },
    { show: '.added', wide: 1371 },
  ],
  block: [
    { show: '.block-main > .equation, .river', wide: 1371 },
    { show: '.block-below > .opened', wide: 1371 },
    { show: '.break-row, .block-left > .answer-now, .saturation', wide: 1371 },
    { show: '.contributions', wide: 1371 },
  ],
  attention: [
    { show: '.attention-top', wide: 1371, columns: true, picture: true },
    { show: '.depth', wide: 1371, picture: true },
    { show: '.attention-side > :first-child', wide: 1371, picture: true },
    { show: '.attention-side > :last-child', wide: 1371, picture: true },
  ],
  notes: [
    ...cardOf(27, 2),
    ...cardOf(28, 2, 1),
    ...cardOf(29, 1),
    ...cardOf(30, 3, 2, 1),
    ...cardOf(31, 2, 2, 2, 0),
    ...cardOf(32, 2),
    ...cardOf(33, 2, 2, 2, 1, 0),
    ...cardOf(34, 3),
  ],
  models: [
    { show: '.card.sizes', wide: 1371 },
    { show: '.side:first-child', wide: 1371, picture: true },
    { show: '.side:last-child', wide: 1371, picture: true },
  ],
  decision: [
    { show: '.decision-left, .verdict, .class-bars', wide: 1371, columns: true, picture: true },
    { show: '.head-flow, .class-arithmetic', wide: 1371 },
  ],
};

/** What is on a screen beside the slides that are named here: its other figures, one after the other. */
export const FIGURES = '[data-figure]';

/** @returns {Slide[]} */
export const slidesOf = (screen, chapter) => SLIDES[`${screen}/${chapter}`] ?? SLIDES[screen] ?? [];

/** Shares of the window's width that a slide takes. */
const SHARES = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.46, 0.42];

/**
 * What is tried one after the other until a slide fits: a page laid out so wide, of which it takes a share.
 * @param {Slide | undefined} slide
 * @returns {[number, number][]}
 */
export function layoutsOf(slide) {
  const first = WIDTHS.indexOf(slide?.wide ?? 1371),
    wider = WIDTHS.slice(first);
  /** @type {(wide: number) => [number, number][]} */
  const narrower = (wide) => SHARES.map((share) => [wide, share]);
  return slide?.picture
    ? [wider[0], 1920, 2240].flatMap(narrower)
    : wider.flatMap((wide) => narrower(wide).slice(0, 1));
}

/**
 * What is left to try where the first of some layouts is so many times higher than its stage. A picture is lower by no more than it is narrower, and by no more
 * than the page is laid out wider, since what is read keeps its size: what cannot fit by that is passed over.
 * @param {[number, number][]} layouts
 * @param {number} times
 * @returns {[number, number][]}
 */
export function leftOf([[wide, share], ...rest], times) {
  const fit = rest.findIndex(
    ([nextWide, nextShare]) =>
      !(nextWide === wide && (times * nextShare) / share > 1) &&
      !(nextShare === share && (times * wide) / nextWide > 1),
  );
  return fit < 0 ? rest.slice(-1) : rest.slice(fit);
}

/**
 * The places that are gone through, one for each screen, or chapter of one.
 * @param {string[]} screens
 * @param {string[]} chapters those of the screen `before`
 */
export const placesOf = (screens, chapters) =>
  screens.flatMap((screen) =>
    screen === 'before' ? chapters.map((chapter) => ({ screen, chapter })) : [{ screen, chapter: null }],
  );

/**
 * Where one comes to by a step from a slide: another slide of this place, or the place before or after it; null at either end.
 * @param {{ places: number, place: number, slides: number, slide: number }} here
 * @param {1 | -1} step
 * @returns {{ place: number, slide: number | 'last' } | null}
 */
export function following({ places, place, slides, slide }, step) {
  const to = slide + step;
  if (to >= 0 && to < slides) return { place, slide: to };
  const next = place + step;
  if (next < 0 || next >= places) return null;
  return { place: next, slide: step > 0 ? 0 : 'last' };
}

/** Sizes of type, in pixels of a page that is laid out so wide: what is 22 pixels high in a window 1,920 wide, and what is larger. */
export function typeOf(wide) {
  const px = (size) => `${((size * wide) / 1920).toFixed(2)}px`;
  return { least: px(22.1), tiny: px(22.1), small: px(23), text: px(25), large: px(30), title: px(42) };
}

/** How large a pixel of a page that is laid out so wide is in a window: 16:9 of it are on the window whole. */
export const zoomFor = (wide, width, height) => Math.min(width / wide, (height * 16) / 9 / wide);

/** A query of a style sheet, with its lengths in the window's pixels, as it holds of a page so much larger. */
export const enlarged = (query, zoom) =>
  query.replace(/([\d.]+)px/g, (_, px) => `${Number((Number(px) * zoom).toFixed(2))}px`);

/** Lengths of a style in shares of the window, as shares of what of a page is on the window: once it is magnified they are not the same. */
export const withShares = (css) => css.replace(/([\d.]+)d?(v[wh])\b/g, 'calc($1 * var(--$2, 1$2))');
