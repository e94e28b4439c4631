// The papers' figures of what is on screen: each screen's own, at addresses that the server takes, with what somebody has chosen there.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { figureTitle, paperFigureAt, paperFigures } from '../../assets/js/core/paper_figures.js';
import { state } from '../../assets/js/core/state.js';
import { keepFacts } from '../../assets/js/core/wire.js';
import { fixture } from './python.js';

const { boot, words } = fixture('figures');

before(() => {
  Object.assign(state, {
    boot: { figures: boot, models: [{ name: 'course', bundled: true }] },
    photoQuery: { photo: 'example:a.jpg', model: 'vit', size: 224, change: 'position:off', sizes: [112, 224] },
    sentence: {
      layers: { encoder: 3, decoder: 3 },
      heads: { encoder: 8, decoder: 8 },
      text: 'Ja & nein.',
      model: 'marian',
      how: 'beam:2:0.6:paper',
      prefix: [3, 4],
      change: '',
    },
    lang: 'ko',
    query: 7,
    encoderLayer: 2,
    decoderLayer: 1,
    decoderHead: 0,
    crossHead: 5,
    part: 'cross',
    step: 2,
    source: 3,
  });
});

const at = (name, screen, format = 'svg') => {
  [state.screen, state.chapter] = screen.split(':');
  const { at, params } = paperFigureAt(name, format);
  return { path: at, asked: Object.fromEntries(new URLSearchParams(params)) };
};

test('every figure is on some screen, at an address whose words the server takes', () => {
  const offered = new Set();
  for (const screen of new Set(Object.values(boot).flatMap(({ screens }) => screens))) {
    [state.screen, state.chapter] = screen.split(':');
    for (const name of paperFigures()) {
      offered.add(name);
      const { path, asked } = at(name, screen, 'pdf'),
        unknown = Object.keys(asked).filter((word) => !words[name].includes(word));
      assert.deepEqual(unknown, [], name);
      assert.deepEqual([asked.format, asked.lang], ['pdf', 'ko']);
      assert.match(path, new RegExp(`^(sentence/)?figure/${name}$`));
      assert.equal(figureTitle(name), `figures.${name}`);
    }
  }
  assert.deepEqual([...offered].sort(), Object.keys(words).sort());
  [state.screen, state.chapter] = ['before', 'cost'];
  assert.deepEqual(paperFigures(), []);
});

test('a photo goes with its change and the token that is held', () => {
  const { asked } = at('fig6', 'attention');
  assert.deepEqual(asked, {
    photo: 'example:a.jpg',
    model: 'vit',
    size: '224',
    change: 'position:off',
    query: '7',
    lang: 'ko',
    format: 'svg',
  });
});

test('a photo goes with the model beside, and with what is switched off there', () => {
  keepFacts('facts', [{ photo: 'example:a.jpg', model: 'course', size: 0 }], { layers: 4, rows: 3, cols: 3 });
  state.change = 'position:off;residual:off@9';
  const { asked } = at('fig11', 'models');
  assert.deepEqual([asked.second, asked.size2, asked.change2], ['course', '0', 'position:off']);
  state.change = '';
});

test('a sentence goes with its way of writing, and the attention on screen', () => {
  const { asked } = at('bahdanau3', 'decoder');
  assert.deepEqual([asked.text, asked.how, asked.prefix], ['Ja & nein.', 'beam:2:0.6:paper', '3,4']);
  assert.deepEqual([asked.layer, asked.head], ['1', '5']);
  assert.equal(at('bahdanau3', 'before:chain').asked.layer, undefined);
  const three = at('vaswani3', 'decoder').asked;
  assert.deepEqual([three.part, three.layer, three.word], ['cross', '1', '2']);
  const encoder = at('vaswani3', 'encoder').asked;
  assert.deepEqual([encoder.part, encoder.layer, encoder.word], ['encoder', '2', '3']);
  Object.assign(state, { stack: 'decoder', rootOf: 'decoder' });
  const decoder = at('vaswani3', 'encoder').asked;
  assert.deepEqual([decoder.part, decoder.layer, decoder.word], ['decoder', '1', '2']);
  state.stack = 'encoder';
});

test('of all heads together no head is named', () => {
  state.meanOfHeads = true;
  assert.equal(at('bahdanau3', 'decoder').asked.head, undefined);
  state.meanOfHeads = false;
});
