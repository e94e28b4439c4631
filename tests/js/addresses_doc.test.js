// docs/addresses.md names every word of an address that any module declares, and none besides; its examples are read as they stand.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { fieldOf, valuesOf } from '../../assets/js/core/address.js';

const here = (path) => new URL(`../../${path}`, import.meta.url);
const table = readFileSync(here('demo/page/screens.py'), 'utf8').matchAll(/(?:Screen\(|OPENING = |HEADS = )"(\w+)"/g);
globalThis.microscope = { screens: [...table].map(([, name]) => [name, 'photo']), opening: 'start' };

// Each module is asked for the fields that it declares, as the page would.
for (const path of readdirSync(here('assets/js/'), { recursive: true }).map(String).sort())
  if (path.endsWith('.js') && /^declare\(\{/m.test(readFileSync(here(`assets/js/${path}`), 'utf8')))
    await import(here(`assets/js/${path}`).href);

const { familyShown } = await import(here('assets/js/models/catalogue.js').href);
const fields = Object.keys(valuesOf('')).map(fieldOf);
const rows = [...readFileSync(here('docs/addresses.md'), 'utf8').matchAll(/^\| `(\w+)` \| `([^`]+)` \|([^|]*)\|/gm)];

test('every word that is declared has a row, and every row is of a word that is declared', () => {
  const words = fields.map(({ word }) => word);
  assert.ok(words.length > 60);
  assert.deepEqual(rows.map(([, word]) => word).sort(), [...words].sort());
});

for (const [, word, example, usual] of rows)
  test(`${word}=${example} is read and written as it stands, and is not what is usual`, () => {
    const { read, write, otherwise } = fields.find((field) => field.word === word);
    assert.notEqual(read(example), undefined, 'nobody reads it');
    assert.equal(write(read(example)), example);
    const said = /^`(.*)`$/.exec(usual.trim())?.[1];
    if (said !== undefined) assert.equal(said, write(otherwise));
    else if (word !== 'lang') assert.ok(otherwise === null || write(otherwise) === '', `usual: ${write(otherwise)}`);
    if (otherwise !== null) assert.notEqual(example, write(otherwise));
  });

// Names and texts that only the server, the photo, the sentence or another window can know; whoever opens them says what is not there.
const OPEN =
  'photo model second translator back tour speaker explain folds change schange how kind measure box wbox worder cols text was fed batch2 batch3';

test('every other word is read only where it names what there is: a mistyped one is as usual', () => {
  const taken = fields.filter(({ read }) => read('toString') !== undefined).map(({ word }) => word);
  assert.deepEqual(taken.sort(), OPEN.split(' ').sort());
});

test('a family of which nothing is here, as on another server, leaves the one of the model on screen', () => {
  const groups = ['DINOv2', 'here', 'all'].map((family) => ({ family }));
  assert.equal(familyShown(['own', 'DINOv2'], groups), 'DINOv2');
  assert.equal(familyShown(['here', 'DINOv2'], groups), 'here');
  assert.equal(familyShown(['own', undefined], groups), 'all');
});
