// What a browser remembers, beside what an address says.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { valuesAt } from '../../assets/js/core/state.js';

test('a language that an address names is spoken, whatever was remembered; one that it does not name is remembered', () => {
  const kept = { 'microscope.lang': 'ko', 'microscope.theme': 'dark' };
  Object.defineProperty(globalThis, 'localStorage', { value: { getItem: (key) => kept[key] ?? null } });
  const at = (search) => Object.values(valuesAt(search, ['lang', 'chosenTheme']));
  // What is usual is what the page began with (early.js): English here, as at ?lang=en.
  assert.deepEqual(at('?v=5&lang=en&screen=encoder'), ['en', 'dark']);
  assert.deepEqual(at('?v=5&screen=encoder'), ['ko', 'dark']);
  assert.deepEqual(at('?lang=en&theme=light'), ['en', 'light']);
});
