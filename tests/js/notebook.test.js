// The notebook of what is on screen: whose row of attention it prints.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { state } from '../../assets/js/core/state.js';
import { notebookAt } from '../../assets/js/take/notebook.js';

beforeEach(() => {
  Object.assign(state, {
    photoQuery: { photo: 'example:a.jpg', model: 'vit', size: 224, change: '' },
    sentence: {
      layers: { encoder: 6, decoder: 4 },
      heads: { encoder: 8, decoder: 8 },
      text: 'Ja.',
      model: 'marian',
      how: 'greedy',
      prefix: [],
      change: '',
    },
    journey: 'sentence',
    lang: 'en',
    ...{ encoderLayer: 5, encoderHead: 1, decoderLayer: 2, decoderHead: 3, crossHead: 4 },
    ...{ ribbonLayer: null, ribbonHead: null, meanOfHeads: false, source: 6, step: 7 },
  });
});

const asked = (here) => {
  Object.assign(state, here);
  const { part, layer, head, word } = notebookAt().params;
  return { part, layer, head, word };
};

test('every attention has its own layer and head', () => {
  const screen = 'decoder';
  assert.deepEqual(asked({ screen, part: 'encoder' }), { part: 'encoder', layer: 5, head: 1, word: 6 });
  assert.deepEqual(asked({ screen, part: 'decoder' }), { part: 'decoder', layer: 2, head: 3, word: 7 });
  assert.deepEqual(asked({ screen, part: 'cross' }), { part: 'cross', layer: 2, head: 4, word: 7 });
  assert.equal(asked({ meanOfHeads: true }).head, undefined);
});

test('on Translation it is the one whose ribbons are drawn', () => {
  const screen = 'translation';
  assert.deepEqual(asked({ screen }), { part: 'cross', layer: 3, head: undefined, word: 7 });
  assert.deepEqual(asked({ screen, ribbonLayer: 0, ribbonHead: 6 }), { part: 'cross', layer: 0, head: 6, word: 7 });
});
