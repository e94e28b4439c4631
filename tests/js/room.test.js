// Rooms: how a code is read, what of an address phones follow, and that a question travels in both languages and without what is right.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { valuesOf } from '../../assets/js/core/address.js';
import { state } from '../../assets/js/core/state.js';
import { html, spokenIn } from '../../assets/js/core/text.js';
import { followed, questionOf, readCode, spacedCode, tallied, toldOf } from '../../assets/js/room/codec.js';
import '../../assets/js/core/keys.js';
import '../../assets/js/core/photo_query.js';
import '../../assets/js/present/presenting.js';
import '../../assets/js/room/seat.js';
import '../../assets/js/tours/asking.js';
import '../../assets/js/tours/tours.js';

const LANGUAGES = ['en', 'ko'];
/** @type {any} */ (globalThis).Element ??= class {}; // there is no page here
state.boot = {
  texts: { en: { 'choice.alike': 'both alike' }, ko: { 'choice.alike': '둘 다 비슷해요' } },
};
const lazily = (make) => ({ toString: make });
/** @type {any} */
const ANSWER = {
  choices: [{ words: 'GRU' }, { words: lazily(() => html('choice.alike')) }],
  right: 1,
  asked: { head: 3, name: lazily(() => html('choice.alike')) },
  told: { weight: '12.5 %', count: 4 },
};

test('a code is read as people write it, and nothing else is one', () => {
  for (const text of ['7KM2Q9XW4T', '7km2q-9xw4t', ' 7KM2Q – 9XW4T ', '7KM2Q 9XW4T'])
    assert.equal(readCode(text), '7KM2Q9XW4T');
  assert.equal(readCode('oO0iIlL1ZZ'), '00011111ZZ', 'signs that look alike');
  assert.equal(readCode(spacedCode('7KM2Q9XW4T')), '7KM2Q9XW4T');
  for (const text of ['', '7KM2Q9XW4', '7KM2Q9XW4TT', '7KM2Q9XW4U', 'https://a.b/?room=7KM2Q9XW4T', '7KM2Q9XW4é'])
    assert.equal(readCode(text), undefined);
});

test('phones follow what is on screen, and stay in their own language, theme, room and tour; the slides of the wall are no page for a phone', () => {
  const search =
    '?v=5&lang=ko&theme=dark&keys=0&screen=start&photo=mine&layer=3&tour=vit&tourstep=2&guess=1&present=1&slide=2&speaker=s&room=7KM2Q9XW4T&follow=0&box=q&__theme=dark';
  const params = new URLSearchParams(followed(search));
  assert.deepEqual(
    [...params.keys()].sort(),
    ['box', 'layer', 'photo', 'screen', 'v'],
    'a word that no module here has claimed goes along',
  );
  assert.deepEqual(valuesOf(followed(search), ['photo', 'layer']), { photo: 'mine', layer: 2 });
});

test('nothing that comes with a question is markup, be it the name of a word that the page has not', () => {
  const script = '<img src=x onerror=alert(1)>';
  state.boot.texts.en['question.half'] = 'Half of {name}?';
  for (const name of [script, [script], { code: script, params: {} }, { code: 'x', toString: script }]) {
    const said = html('question.half', { name });
    assert.ok(said.startsWith('Half of ') && !said.includes('<img'), said);
  }
  assert.ok(!html(`told.${script}`, {}).includes('<img'));
});

test('a question travels in both languages, and does not say what is right', () => {
  state.lang = 'ko';
  const photoQuery = { photo: 'p', model: 'm', size: 224, rows: 16, cols: 16, change: 'position:off' };
  const said = questionOf('half', ANSWER, { key: 'k', photoQuery }, spokenIn, LANGUAGES);
  assert.equal(state.lang, 'ko');
  assert.deepEqual(JSON.parse(JSON.stringify(said)), {
    key: 'k',
    called: 'half',
    about: { photo: 'p', model: 'm', size: 224, rows: 16, cols: 16 },
    asked: { en: { head: 3, name: 'both alike' }, ko: { head: 3, name: '둘 다 비슷해요' } },
    choices: [
      { en: 'GRU', ko: 'GRU' },
      { en: 'both alike', ko: '둘 다 비슷해요' },
    ],
  });
  const other = questionOf('half', { ...ANSWER, right: 0, told: {} }, { key: 'k', photoQuery }, spokenIn, LANGUAGES);
  assert.deepEqual(other, said, 'the same, whichever is right');
  assert.deepEqual(toldOf(ANSWER, spokenIn, LANGUAGES).ko, { weight: '12.5 %', count: 4 });
  const places = questionOf(
    'patch_looks',
    { ...ANSWER, held: 4, choices: [{ patch: 7, words: 'x' }] },
    { key: 'k', text: 'a'.repeat(600) },
    spokenIn,
    LANGUAGES,
  );
  assert.deepEqual([places.held, places.choices[0].patch, places.about.text.length], [4, 7, 302]);
  const cut = questionOf('half', ANSWER, { key: 'k', text: `${'a'.repeat(299)}😀😀` }, spokenIn, LANGUAGES);
  assert.ok(cut.about.text.endsWith('😀 …'), 'never through a sign of two units');
});

test('a language is spoken for a moment only, also where it fails', () => {
  state.lang = 'en';
  assert.throws(() =>
    spokenIn('ko', () => {
      assert.equal(html('choice.alike'), '둘 다 비슷해요');
      throw new Error('no');
    }),
  );
  assert.equal(html('choice.alike'), 'both alike');
});

test('parts of a tally add up, also where nobody has voted', () => {
  const question = { choices: [{ en: 'a' }, { en: 'b', ko: '나' }] };
  const rows = tallied(question, { tally: [1, 3], right: 1 }, 'ko');
  assert.deepEqual(
    rows.map(({ words, count, part, right }) => [words, count, part, right]),
    [
      ['a', 1, 0.25, false],
      ['나', 3, 0.75, true],
    ],
  );
  assert.deepEqual(
    tallied(question, { tally: [0, 0], right: 0 }, 'en').map(({ part }) => part),
    [0, 0],
  );
});
