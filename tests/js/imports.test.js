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
