// A finger reads with its first tap and opens with its second; a mouse opens at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Taps } from '../../assets/js/core/taps.js';

/** A strip whose left end is at 100: an event of a pointer on it, `x` pixels along. */
const on = (x, pointerType = 'touch', buttons = 1) => ({
  currentTarget: { getBoundingClientRect: () => ({ left: 100, top: 20 }) },
  clientX: 100 + x,
  clientY: 30,
  pointerType,
  buttons,
});

/** Press at each of these, in pixels, on a strip of so many numbers a pixel: what was read, and what was opened. */
function pressed(places, { wide = 1, pointerType = 'touch' } = {}) {
  const taps = new Taps(),
    opened = [];
  let shown = null;
  for (const x of places) {
    const place = Math.floor(x / wide);
    if (!taps.down(on(x, pointerType), place, shown)) shown = place;
    if (taps.clicked()) opened.push(shown);
  }
  return { shown, opened };
}

test('the second tap opens what the first has read, though no finger comes down where it was', () => {
  assert.deepEqual(pressed([50]), { shown: 50, opened: [] });
  assert.deepEqual(pressed([50, 57]), { shown: 50, opened: [50] });
  assert.deepEqual(pressed([50, 90]), { shown: 90, opened: [] });
  assert.deepEqual(pressed([50, 90, 88]), { shown: 90, opened: [90] });
  // Of numbers wider than a finger each is its own.
  assert.deepEqual(pressed([10, 35], { wide: 40 }), { shown: 0, opened: [0] });
  assert.deepEqual(pressed([10, 45], { wide: 40 }), { shown: 1, opened: [] });
});

test('a mouse opens with its first press', () => {
  assert.deepEqual(pressed([50, 90], { pointerType: 'mouse' }), { shown: 90, opened: [50, 90] });
});

test('a finger that moves reads on and opens nothing; a tap that trembles opens', () => {
  const taps = new Taps();
  taps.down(on(50), 50, null);
  taps.clicked();
  assert.equal(taps.down(on(52), 52, 50), true);
  assert.equal(taps.moved(on(55), 55), true);
  assert.equal(taps.clicked(), true);
  taps.down(on(52), 52, 50);
  assert.equal(taps.moved(on(80), 80), false);
  assert.equal(taps.clicked(), false);
  // What was read where nothing is shown any more is read again.
  assert.equal(taps.down(on(80), 80, null), false);
});

test('a click without a pointer, as of a screen reader, opens', () => {
  const taps = new Taps();
  assert.equal(taps.clicked(), true);
  taps.down(on(50), 50, null);
  assert.equal(taps.clicked(), false);
  assert.equal(taps.clicked(), true);
});
