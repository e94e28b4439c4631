// What is a little too high for the rest of a sheet is a little smaller; everything behind it moves up.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rowsOf, shrunk } from '../../assets/js/frame/printing.js';

const box = (name, top, bottom) => ({ name, top, bottom });
/** How much smaller which boxes are on sheets of 1,000. */
const shares = (...boxes) =>
  [...shrunk(rowsOf(boxes), 1000)].map(([{ name }, share]) => [name, Number(share.toFixed(3))]);

test('what fits stays as it is, and what is far too high goes to the next sheet', () => {
  assert.deepEqual(shares(box('a', 0, 400), box('b', 420, 1000)), []);
  // b begins the second sheet, on which c fits.
  assert.deepEqual(shares(box('a', 0, 600), box('b', 620, 1220), box('c', 1240, 1600)), []);
});

test('what is a little too high is made to fit, and so is what follows it', () => {
  assert.deepEqual(shares(box('a', 0, 600), box('b', 600, 1100), box('c', 1100, 2200)), [
    ['b', 0.8],
    ['c', 0.909], // it begins the second sheet
  ]);
});

test('of boxes beside each other each is as small as it has to be, or none is', () => {
  assert.deepEqual(shares(box('a', 600, 1100), box('b', 600, 1000), box('c', 650, 1050)), [
    ['a', 0.8],
    ['c', 0.875],
  ]);
  assert.deepEqual(shares(box('a', 600, 1300), box('b', 600, 1050)), []);
});

test('a box that is higher than a sheet is cut, and the next one stands where it ends', () => {
  assert.deepEqual(shares(box('a', 0, 1500), box('b', 1500, 2100)), [['b', 0.833]]);
});
