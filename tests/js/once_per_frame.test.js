// A figure that is repainted in the next frame, or before it where somebody cannot wait.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { oncePerFrame } from '../../assets/js/core/dom.js';

const frames = /** @type {(() => void)[]} */ ([]);
globalThis.requestAnimationFrame = /** @type {any} */ ((task) => frames.push(task));
const nextFrame = () => frames.splice(0).forEach((task) => task());

test('what is asked for again and again is done once in a frame, as it was asked for last', () => {
  const done = /** @type {number[]} */ ([]),
    soon = oncePerFrame((/** @type {number} */ number) => done.push(number));
  [1, 2, 3].forEach((number) => soon(number));
  assert.deepEqual(done, []);
  nextFrame();
  assert.deepEqual(done, [3]);
  nextFrame();
  assert.deepEqual(done, [3]);
});

test('what was done at once is not done again in its frame, and what is asked for after that is', () => {
  const done = /** @type {number[]} */ ([]),
    soon = oncePerFrame((/** @type {number} */ number) => done.push(number));
  soon(1);
  soon.now();
  soon.now();
  assert.deepEqual(done, [1]);
  nextFrame();
  assert.deepEqual(done, [1]);
  soon(2);
  soon.now();
  soon(3);
  nextFrame();
  assert.deepEqual(done, [1, 2, 3]);
});
