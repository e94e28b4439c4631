// The sentences that the batch of the Words screen offers beside the visitor's own.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { twoBeside } from '../../assets/js/words/padding.js';

const EXAMPLES = ['Der Hund schläft.', 'Ja.', 'Warum hast du mir gestern nicht geholfen?', 'Wo ist sie?'];

test('no sentence stands in the batch twice', () => {
  for (const text of [
    ...EXAMPLES,
    ' Ja. ',
    'A',
    'Ein Satz, der länger ist als jeder der Beispiele, die angeboten werden.',
  ])
    for (const chosen of [[], ['Ja.'], [' Ja. '], ['Wo ist sie?'], ['Der Hund schläft.']]) {
      const batch = [text, ...chosen, ...twoBeside(text, EXAMPLES, chosen)].map((one) => one?.trim());
      const offered = batch.slice(1 + chosen.length);
      for (const one of offered.filter(Boolean))
        assert.equal(batch.filter((other) => other === one).length, 1, batch.join(' | '));
    }
});

test('one of the two is longer than the own one where there is such', () => {
  assert.deepEqual(twoBeside('Der Hund schläft.', EXAMPLES, []), ['Ja.', 'Warum hast du mir gestern nicht geholfen?']);
});
