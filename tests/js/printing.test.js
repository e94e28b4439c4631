// Of a screen as few sheets are printed as can be: what is a little too high for one is a little smaller.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { queryOnPaper, rowsOfPieces, shrunk, turnsOf } from '../../assets/js/frame/printing.js';

const box = (name, top, bottom, more = {}) => ({ name, top, bottom, element: name, from: top, to: bottom, ...more });
const fixed = (top, bottom, more = {}) => ({ top, bottom, ...more });
const found = (...pieces) => shrunk(rowsOfPieces(pieces), 1000);
/** How much smaller which boxes are on sheets of 1,000. */
const shares = (...pieces) => [...found(...pieces).shares].map(([{ name }, share]) => [name, Number(share.toFixed(2))]);

test('what fits stays as it is, and where no sheet is saved nothing is smaller', () => {
  assert.deepEqual(shares(box('a', 0, 400), box('b', 420, 1000)), []);
  assert.deepEqual(shares(box('a', 0, 900), box('b', 900, 1800), box('c', 1800, 2500)), []);
  assert.equal(found(box('a', 0, 900), box('b', 900, 1800), box('c', 1800, 2500)).turns, 2);
});

test('what is a little too high is made to fit, all of one sheet alike', () => {
  assert.deepEqual(shares(box('a', 0, 600), box('b', 600, 1250)), [
    ['a', 0.8],
    ['b', 0.8],
  ]);
  // The first is full; the others fit on one sheet only together.
  assert.deepEqual(shares(box('a', 0, 740), box('b', 740, 1340), box('c', 1340, 1950)), [
    ['b', 0.82],
    ['c', 0.82],
  ]);
});

test('what no box holds stays as large, and moves up', () => {
  assert.deepEqual(shares(fixed(0, 500), box('a', 500, 1100)), [['a', 0.83]]);
  assert.deepEqual(shares(fixed(0, 800), box('a', 800, 1100)), []); // too small to be read
});

test('of as many sheets the fuller ones are taken', () => {
  assert.deepEqual(shares(box('a', 0, 500), box('b', 500, 1050), box('c', 1050, 1750)), [
    ['a', 0.95],
    ['b', 0.95],
  ]);
});

test('a heading goes with what follows it, and boxes beside each other go together', () => {
  const rows = rowsOfPieces([fixed(0, 30, { leads: true }), box('a', 40, 500), box('b', 60, 480), box('c', 510, 600)]);
  assert.deepEqual(
    rows.map(({ top, bottom, pieces }) => [top, bottom, pieces.length]),
    [
      [0, 500, 3],
      [510, 600, 1],
    ],
  );
});

test('what stands below a box that is smaller moves up with its end', () => {
  const left = { left: 0, right: 400 },
    right = { left: 500, right: 900 };
  const high = [box('a', 0, 900, left), fixed(900, 1200, left), box('b', 0, 1200, right)];
  assert.deepEqual(shares(...high), [
    ['a', 0.77],
    ['b', 0.77],
  ]);
});

test('a box that is higher than a sheet is cut, and the next one stands where it ends', () => {
  assert.deepEqual(shares(box('a', 0, 1500), box('b', 1500, 2100)), [['b', 0.83]]);
});

test('sheets are counted as they are printed', () => {
  const turns = (...pieces) => turnsOf(rowsOfPieces(pieces), 1000);
  assert.equal(turns(fixed(0, 600), fixed(620, 1000)), 0);
  assert.equal(turns(fixed(0, 600), fixed(620, 1010)), 1);
  assert.equal(turns(fixed(0, 600), fixed(620, 1010), fixed(1030, 1900)), 2);
  assert.equal(turns(fixed(0, 1500), fixed(1500, 2000)), 1);
});

test('a media query says in the window what it says on paper', () => {
  const standing = { width: 703, height: 1032 },
    lying = { width: 1032, height: 703 };
  assert.equal(queryOnPaper('screen and (max-width: 640px)', standing), 'tty and (max-width: 0px)');
  assert.equal(queryOnPaper('print, (min-width: 901px)', standing), 'all, (max-width: 0px)');
  assert.equal(
    queryOnPaper('(max-width: 1180px) and (min-width: 641px)', standing),
    '(min-width: 0px) and (min-width: 0px)',
  );
  assert.equal(queryOnPaper('(orientation: landscape)', standing), '(max-width: 0px)');
  assert.equal(queryOnPaper('print and (orientation: landscape)', lying), 'all and (min-width: 0px)');
});
