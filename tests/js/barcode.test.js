// The held line of a barcode is seen, wherever it stands: at an end and alone as tall as all of it, too.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { drawBarcode } from '../../assets/js/core/barcode.js';

const really = { ...globalThis };
Object.assign(globalThis, {
  window: { devicePixelRatio: 2 },
  document: { documentElement: { dataset: { theme: 'light' } } },
  getComputedStyle: () => ({ getPropertyValue: (name) => name.slice(2) }),
  addEventListener: () => {},
});
after(() => Object.assign(globalThis, { window: really.window, document: really.document }));

/** What is drawn, in its order, each with the colour it has: fills { x, y, w, h } and the frame. */
function drawn(values, lit, width, height = 60) {
  const marks = [];
  const context = /** @type {any} */ ({
    setTransform() {},
    clearRect() {},
    fillRect: (x, y, w, h) => marks.push({ colour: context.fillStyle, x, y, w, h }),
    strokeRect: (x, y, w, h) => marks.push({ frame: context.lineWidth / 2, colour: context.strokeStyle, x, y, w, h }),
  });
  drawBarcode({ style: {}, getContext: () => context }, values, { width, height, lit });
  return marks;
}

for (const [n, lit] of [10, 257, 577].flatMap((n) => [0, 1, n - 1].map((lit) => [n, lit])))
  test(`number ${lit + 1} of ${n}, the only one that is tall, stands beside its frame and not under it`, () => {
    const values = Array(n).fill(0.001);
    values[lit] = 1;
    for (const width of [300, 1100]) {
      const marks = drawn(values, lit, width),
        held = marks.find(({ colour }) => colour === 'ink'),
        { frame, x, w } = marks.find((mark) => mark.frame !== undefined);
      // Between the inner edges of the frame's two upright lines, and on the canvas.
      const seen = Math.min(held.x + held.w, x + w - frame, width) - Math.max(held.x, x + frame, 0);
      assert.ok(seen > 0.9 * Math.min(held.w, width / n) && seen >= 0.5, `${seen} of ${held.w} px`);
      assert.equal(held.h, 60);
    }
  });
