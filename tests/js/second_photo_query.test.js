// What stands beside the photo query on screen where nobody chose it: the same for everybody who opens the link.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { secondQuestion } from '../../assets/js/core/second_photo_query.js';
import { state } from '../../assets/js/core/state.js';

test('a model that is on one server alone is never the second one unchosen', () => {
  const photoQuery = { photo: 'a', model: 'one', size: 224, sizes: [42, 112, 224] },
    own = { name: 'downloaded here', here: true, bundled: false },
    shipped = ['one', 'two'].map((name) => ({ name, here: true, bundled: true }));
  for (const models of [
    [own, ...shipped],
    [...shipped, own],
  ]) {
    Object.assign(state, { photoQuery, boot: { models } });
    assert.deepEqual(secondQuestion(), { photo: 'a', model: 'two', size: 0 });
  }
  state.boot = { models: [own, shipped[0]] };
  assert.deepEqual(secondQuestion(), { photo: 'a', model: 'one', size: 112 });
});
