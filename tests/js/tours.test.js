// Guided tours: what a step's words become, and what address a step has.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { valuesOf } from '../../assets/js/core/address.js';
import { state } from '../../assets/js/core/state.js';
import { searchAt } from '../../assets/js/tours/tours.js';
import { piecesOf } from '../../assets/js/tours/words.js';

test('what a tour says is text, formulas and links to terms, and never markup', () => {
  const pieces = [...piecesOf('<b>Ask</b> [CLS](#CLS) {{by a click|by a tap}}: $√d_k$ & [x](http://x)')];
  assert.deepEqual(
    pieces.filter(({ text }) => text !== ''),
    [
      { text: '<b>Ask</b> ' },
      { text: 'CLS', term: 'CLS' },
      { text: ' by a click: ' },
      { formula: '√d_k' },
      { text: ' & [x](http://x)' },
    ],
  );
});

test('of a softmax and of sigmoids that is said which the model on screen has', () => {
  const said = () =>
    [...piecesOf('{{one: One softmax.|each: $σ$ of each.}} {{Click|Tap}}.')].map(
      ({ text, formula }) => text ?? formula,
    );
  assert.equal(said().join(''), 'One softmax. Click.');
  state.photoQuery = { each: true };
  assert.equal(said().join(''), 'σ of each. Click.');
  state.photoQuery = { numbers: 2 };
  assert.equal(said().join(''), 'One softmax. Click.');
  const [{ text }] = piecesOf('{{one: One softmax.|each: Sigmoids.|number: The score itself.}}');
  assert.equal(text, 'The score itself.');
  state.photoQuery = { classes: 3 };
  assert.equal(
    [...piecesOf('{{one: One softmax.|each: Sigmoids.|number: The score itself.}}')][0].text,
    'One softmax.',
  );
  state.photoQuery = null;
});

test('a step leaves the input as it is where it names none, and everything else is as usual', () => {
  Object.assign(state, {
    photo: 'mine',
    model: 'vit',
    size: 224,
    text: 'Ja.',
    layer: 3,
    change: 'position:off',
    lang: 'ko',
  });
  const at = (address) => valuesOf(searchAt(address, { tour: 'vit', tourStep: 4 }));
  const here = at('v=5&screen=block&box=q&head=2');
  assert.deepEqual(
    [here.photo, here.model, here.size, here.text, here.layer, here.head, here.change, here.tour, here.tourStep],
    ['mine', 'vit', 224, 'Ja.', 8, 1, '', 'vit', 4],
  );
  assert.equal(
    new URLSearchParams(searchAt('v=5&screen=block&box=q', {})).get('box'),
    'q',
    'of a module that is not here yet',
  );
  assert.equal(here.lang, 'ko');
  const other = at('v=5&screen=notes&model=vit-course-48&photo=other');
  assert.deepEqual([other.photo, other.model, other.size], ['other', 'vit-course-48', null], 'a size is of its model');
  assert.equal(at('screen=block&layer=3').layer, 3, 'without a version it is of the first');
});
