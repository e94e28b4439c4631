// What is declared in one place is done nowhere else.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const SCRIPTS = new URL('../../assets/js/', import.meta.url);
const scripts = readdirSync(SCRIPTS, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.js'))
  .map((path) => ({ path, text: readFileSync(new URL(path, SCRIPTS), 'utf8') }));
const having = (pattern) => scripts.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

test('only core/keys.js listens to keys: the list of keys names them all', () => {
  assert.deepEqual(having(/key(down|up|press)['"`:]|onkey(down|up|press)/), ['core/keys.js']);
});

test('only core/announce.js speaks to screen readers: one voice, one sentence at a time', () => {
  assert.deepEqual(having(/aria-?live|role: ['"](status|alert|log)|setAttribute\('role', ['"](status|alert|log)/i), [
    'core/announce.js',
  ]);
});

test('only core/wire.js asks addresses: another source can answer whatever the page draws', () => {
  assert.deepEqual(having(/\bfetch\(|XMLHttpRequest|EventSource|WebSocket|document\.baseURI|['"`]microscope\//), [
    'core/wire.js',
  ]);
});

test('only core/argmax.js finds the largest: it knows whom the printed digits make equal', () => {
  assert.deepEqual(having(/indexOf\(\s*Math\.(max|min)\(|\.sort\([^;]*\)\[0\]/), []);
});

test('every key that is declared has a sentence, or is one that everybody expects', () => {
  const silent = [];
  for (const { path, text } of scripts)
    for (const [call, keys] of text.matchAll(/(?:pageKeys|keysOf)\([^)]*?keys: '([^']+)'[^}]*/g))
      if (!call.includes('says:')) silent.push(`${path}: ${keys}`);
  assert.deepEqual(silent, ['core/sheets.js: Tab']);
});
