// What is pure of presenting: the order of slides, sizes of type, lines that are drawn, and the clock.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clockOf, elapsed, paused, restarted, STANDING, started, timeOf } from '../../assets/js/present/clock.js';
import {
  enlarged,
  following,
  layoutsOf,
  leftOf,
  placesOf,
  typeOf,
  WIDTHS,
  withShares,
  zoomFor,
} from '../../assets/js/present/slides.js';
import { pathOf, Strokes } from '../../assets/js/present/strokes.js';

test('page keys go through the slides of a screen, then to the next screen, and back to the last slide of the one before', () => {
  const here = { places: 3, place: 1, slides: 2, slide: 0 };
  assert.deepEqual(following(here, 1), { place: 1, slide: 1 });
  assert.deepEqual(following({ ...here, slide: 1 }, 1), { place: 2, slide: 0 });
  assert.deepEqual(following(here, -1), { place: 0, slide: 'last' });
  assert.equal(following({ ...here, place: 0 }, -1), null);
  assert.equal(following({ ...here, place: 2, slide: 1 }, 1), null);
  assert.deepEqual(placesOf(['start', 'before', 'words'], ['chain', 'uses']), [
    { screen: 'start', chapter: null },
    { screen: 'before', chapter: 'chain' },
    { screen: 'before', chapter: 'uses' },
    { screen: 'words', chapter: null },
  ]);
});

test('the least type is 22 pixels high in a window of 1920 × 1080, however wide the page is laid out, and grows with the window', () => {
  for (const wide of WIDTHS)
    for (const [width, height, least] of [
      [1280, 720, 14.66],
      [1920, 1080, 22],
      [3840, 2160, 44],
    ]) {
      const zoom = zoomFor(wide, width, height),
        sizes = Object.values(typeOf(wide)).map((size) => Number.parseFloat(size) * zoom);
      assert.ok(Math.min(...sizes) >= least, `${wide} in ${width}: ${sizes}`);
    }
  assert.equal(zoomFor(960, 1920, 2000), 2);
  assert.equal(zoomFor(960, 4000, 1080), 2);
});

test('what a sheet asks of the window it asks of the page that is enlarged', () => {
  assert.equal(enlarged('screen and (max-width: 640px)', 1.5), 'screen and (max-width: 960px)');
  assert.equal(enlarged('(max-width: 1180px) and (min-width: 641px)', 1), '(max-width: 1180px) and (min-width: 641px)');
});

test('a share of the window is one of what of the page is on it, and of the window where nothing is enlarged', () => {
  assert.equal(
    withShares('--high: clamp(146px, 50vh - 302px, 240px);'),
    '--high: clamp(146px, calc(50 * var(--vh, 1vh)) - 302px, 240px);',
  );
  assert.equal(
    withShares('max-height: 78dvh; width: min(1.5vw, 4px)'),
    'max-height: calc(78 * var(--vh, 1vh)); width: min(calc(1.5 * var(--vw, 1vw)), 4px)',
  );
  assert.equal(withShares('color: var(--v4w); width: 2em'), 'color: var(--v4w); width: 2em');
});

test('a layout that cannot fit is not tried, and the last one is left', () => {
  const picture = layoutsOf({ show: '', wide: 1371, picture: true }),
    text = layoutsOf({ show: '', wide: 1371 });
  assert.deepEqual(leftOf(picture, 1.05)[0], [1371, 0.95]);
  assert.deepEqual(leftOf(picture, 1.6)[0], [1371, 0.6]);
  assert.deepEqual(leftOf(leftOf(picture, 1.6), 1.01)[0], [1371, 0.55]);
  // Where a picture has no room even as narrow as can be, the page is laid out wider.
  assert.deepEqual(leftOf(picture, 3)[0], [1920, 0.95]);
  assert.deepEqual(leftOf(text, 1.2)[0], [1740, 1]);
  assert.deepEqual(leftOf(text, 9), [[2400, 1]]);
  // What goes on sideways is laid out as the next.
  assert.deepEqual(leftOf(text, 0.8)[0], [1560, 1]);
});

test('a slide is laid out wider until it fits; a picture becomes narrower first', () => {
  const text = layoutsOf({ show: '', wide: 1371 }),
    picture = layoutsOf({ show: '', wide: 1371, picture: true });
  assert.deepEqual(text.slice(0, 3), [
    [1371, 1],
    [1560, 1],
    [1740, 1],
  ]);
  assert.deepEqual(picture[1], [1371, 0.95]);
  for (const [wide] of [...text, ...picture]) assert.ok(WIDTHS.includes(wide));
});

test('a line is dragged, or set by its two ends; the last one is taken back, and each slide has its own', () => {
  const strokes = new Strokes();
  strokes.begin('a', [0, 0]);
  strokes.on('a', [0.0001, 0]);
  strokes.on('a', [0.5, 0.5]);
  strokes.end('a');
  assert.deepEqual(strokes.of('a'), [
    [
      [0, 0],
      [0.5, 0.5],
    ],
  ]);
  for (const point of [
    [0.1, 0.1],
    [0.9, 0.1],
  ]) {
    strokes.begin('a', point);
    strokes.end('a');
  }
  assert.equal(strokes.of('a').length, 2);
  assert.equal(pathOf(strokes.of('a')[1], 1000, 500), 'M100.0 50.0L900.0 50.0');
  strokes.point('a', [0.2, 0.2]);
  strokes.undo('a'); // the end that has no line yet
  assert.equal(strokes.of('a').length, 2);
  strokes.undo('a');
  assert.equal(strokes.of('a').length, 1);
  assert.deepEqual(strokes.of('b'), []);
  strokes.clear('a');
  assert.deepEqual(strokes.of('a'), []);
});

test('the clock runs, stands and begins anew, and what is kept of it is read back', () => {
  let clock = started(STANDING, 1000);
  assert.equal(elapsed(clock, 4000), 3000);
  clock = started(clock, 2000);
  assert.equal(elapsed(clock, 4000), 3000, 'one that runs is not set going again');
  clock = paused(clock, 5000);
  assert.equal(elapsed(clock, 9000), 4000);
  clock = started(clock, 10_000);
  assert.equal(elapsed(clockOf(JSON.stringify(clock)), 11_000), 5000);
  assert.equal(elapsed(restarted(clock, 12_000), 13_000), 1000);
  for (const odd of [null, '', '{}', '{"gone":"x","since":null}']) assert.deepEqual(clockOf(odd), STANDING);
  assert.deepEqual([0, 59_999, 307_000, 3_600_000].map(timeOf), ['0:00', '0:59', '5:07', '1:00:00']);
});
