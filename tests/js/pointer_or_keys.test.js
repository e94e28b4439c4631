import assert from 'node:assert/strict';
import test from 'node:test';

import { PointerOrKeys } from '../../assets/js/core/pointer_or_keys.js';

const heard = [];
globalThis.addEventListener = (_, listener) => heard.push(listener);

const event = (type, screenX, screenY, pointerType = 'mouse') => ({ type, screenX, screenY, pointerType });
/** The mouse moves, as the browser tells the page of it. */
const moves = (x, y) => heard.forEach((listener) => listener(event('pointermove', x, y)));

test('what a key has chosen stays while the page scrolls below a mouse at rest', () => {
  const turn = new PointerOrKeys();
  moves(10, 20);
  assert.ok(turn.follows(event('pointerover', 10, 20)));
  turn.keyed();
  for (const type of ['pointerleave', 'pointerenter', 'pointermove']) assert.ok(!turn.follows(event(type, 10, 20)));
});

test('the mouse has the word again once it moves or is pressed, a finger always', () => {
  const turn = new PointerOrKeys();
  moves(10, 20);
  for (const [type, x, kind] of [
    ['pointerleave', 11, 'mouse'],
    ['pointerdown', 10, 'mouse'],
    ['pointermove', 10, 'touch'],
  ]) {
    turn.keyed();
    assert.ok(turn.follows(event(type, x, 20, kind)), `${type} of ${kind}`);
    assert.ok(turn.follows(event('pointermove', 10, 20)), 'and keeps it');
  }
});

test('a mouse that the page was scrolled below is told once that it moves', () => {
  const turn = new PointerOrKeys();
  moves(10, 20);
  assert.ok(!turn.regained(event('pointermove', 11, 20)), 'no key has chosen');
  turn.keyed();
  assert.ok(!turn.regained(event('pointermove', 10, 20)));
  assert.ok(turn.regained(event('pointermove', 11, 20)));
  assert.ok(!turn.regained(event('pointermove', 12, 20)), 'it has the word already');
});
