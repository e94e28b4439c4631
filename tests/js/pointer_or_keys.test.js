import assert from 'node:assert/strict';
import test from 'node:test';

import { PointerOrKeys } from '../../assets/js/core/pointer_or_keys.js';

const heard = [];
globalThis.addEventListener = (_, listener) => heard.push(listener);

const event = (type, screenX, screenY, pointerType = 'mouse') => ({ type, screenX, screenY, pointerType });
/** The browser tells the page of an event before any figure: of each kind once, since one listener hears each. */
const told = (one) => {
  heard[0]?.(one);
  return one;
};
const moves = (x, y) => told(event('pointermove', x, y));

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
    const one = event(type, x, 20, kind);
    if (type !== 'pointerleave') told(one);
    assert.ok(turn.follows(one), `${type} of ${kind}`);
    assert.ok(turn.follows(event('pointermove', 10, 20)), 'and keeps it');
  }
});

test('after a press the page may scroll below the mouse again, and is followed in every figure', () => {
  const turn = new PointerOrKeys();
  moves(10, 20);
  turn.keyed();
  told(event('pointerdown', 10, 20));
  assert.ok(turn.follows(event('pointerleave', 10, 20)));
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
