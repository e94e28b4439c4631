// Every module can be imported where there is no page: nothing is asked of a document before somebody mounts it.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

const SCRIPTS = new URL('../../assets/js/', import.meta.url);
/** Stands in the head of the page and is no module. */
const EARLY = 'early.js';

const modules = readdirSync(SCRIPTS, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.js') && path !== EARLY);

test('every module can be imported', async () => {
  assert.ok(modules.length > 100);
  const failed = [];
  for (const path of modules)
    await import(new URL(path, SCRIPTS).href).catch((error) => failed.push(`${path}: ${error}`));
  assert.deepEqual(failed, []);
});

test('a name means one thing: no two modules give away something of the same name', async () => {
  const from = new Map();
  for (const path of modules)
    for (const [name, value] of Object.entries(await import(new URL(path, SCRIPTS).href)))
      // Every part of the page is mounted alike.
      if (name !== 'mount') from.set(name, [...(from.get(name) ?? []), { path, value }]);
  assert.ok(from.size > 500);
  const twice = [...from].filter(([, given]) => new Set(given.map(({ value }) => value)).size > 1);
  assert.deepEqual(
    twice.map(([name, given]) => `${name}: ${given.map(({ path }) => path).join(', ')}`),
    [],
  );
});
