// A file that the browser itself cannot read, as a folder that was dropped, is told as what it is and never sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { uploadPhoto } from '../../assets/js/core/photo_query.js';
import { state } from '../../assets/js/core/state.js';
import { before, cutTable } from '../../assets/js/take/table.js';

test('what cannot be read is not sent', async () => {
  const folder = {
    size: 4096,
    slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotFoundError')) }),
  };
  await uploadPhoto(/** @type {any} */ (folder));
  assert.equal(state.problem.code, 'file_unreadable');
  await uploadPhoto(/** @type {any} */ (new File([new Uint8Array(21e6)], 'large.jpg')));
  assert.equal(state.problem.code, 'photo_too_large');
});

test('a table shows a part of an array, with the places that its rows and columns have in all of it', () => {
  const shape = [2, 3, 50, 45],
    data = Array.from({ length: 2 * 3 * 50 * 45 }, (_, i) => i);
  assert.deepEqual(before({ shape, data }), [2, 3]);
  const first = cutTable({ shape, data }, [0, 0], 0, 0);
  assert.deepEqual([first.rows.length, first.columns.length, first.rows[1].values[2]], [40, 40, 47]);
  const last = cutTable({ shape, data }, [1, 2], 40, 40);
  assert.deepEqual(last.columns, [40, 41, 42, 43, 44]);
  assert.deepEqual(last.rows.at(-1), { row: 49, values: data.slice(-5) });
  assert.deepEqual(cutTable({ shape: [3], data: [7, 8, 9] }, [], 0, 0).rows, [{ row: 0, values: [7, 8, 9] }]);
  assert.deepEqual(cutTable({ shape: [], data: ['one'] }, [], 0, 0).rows, [{ row: 0, values: ['one'] }]);
});
