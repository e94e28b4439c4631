// A large model on a GPU that is lent call by call: who asks, and who is told what.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, lend } from '../../assets/js/core/lent.js';
import { update } from '../../assets/js/core/state.js';

const photoQuery = { photo: 'p', model: 'large', size: 224 };

test('only large models are asked for, each question has its own answer', async () => {
  update({
    boot: {
      models: [
        { name: 'large', lent: true },
        { name: 'small', lent: false },
      ],
    },
  });
  assert.equal(await lend(photoQuery, '0'), true, 'nothing is lent here');
  const asked = [];
  let tell;
  connect(
    (what) => asked.push(what),
    (hear) => (tell = hear),
  );
  assert.equal(await lend({ ...photoQuery, model: 'small' }, '1'), true);
  assert.deepEqual(asked, []);
  const second = lend(photoQuery, '2'),
    third = lend(photoQuery, '3');
  assert.deepEqual(asked, [
    { ...photoQuery, number: '2' },
    { ...photoQuery, number: '3' },
  ]);
  tell(JSON.stringify({ number: '3', done: false }));
  tell(JSON.stringify({ number: '2', done: true }));
  assert.deepEqual(await Promise.all([second, third]), [true, false]);
});

test('a question that nobody answers is left to the CPU', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  connect(
    () => {},
    () => {},
  );
  const lost = lend(photoQuery, '4');
  context.mock.timers.runAll();
  assert.equal(await lost, false);
});
