// A file that the browser itself cannot read, as a folder that was dropped, is told as what it is and never sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { take } from '../../assets/js/core/look.js';
import { state } from '../../assets/js/core/state.js';

test('what cannot be read is not sent', async () => {
  const folder = {
    size: 4096,
    slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotFoundError')) }),
  };
  await take(/** @type {any} */ (folder));
  assert.equal(state.problem.code, 'file_unreadable');
  await take(/** @type {any} */ (new File([new Uint8Array(21e6)], 'large.jpg')));
  assert.equal(state.problem.code, 'photo_too_large');
});
