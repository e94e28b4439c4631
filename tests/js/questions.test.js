// Of questions that take over from each other only the newest is answered, also while something else is still fetched for its answer.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { Questions } from '../../assets/js/core/questions.js';
import { answerFrom } from '../../assets/js/core/wire.js';

const told = /** @type {any[]} */ ([]);
const questionsOfPage = () =>
  new Questions({ told: () => {}, failed: ({ code }, { what }) => told.push([code, what]) });
answerFrom({ ask: async () => new Response('{"tokens": 5}'), place: (address) => address });
afterEach(() => told.splice(0));

/** Something that is fetched for an answer, until it is let go. */
function held() {
  let letGo = /** @type {(value?: unknown) => void} */ (() => {}),
    begin = /** @type {(value?: unknown) => void} */ (() => {});
  const begun = new Promise((resolve) => (begin = resolve)),
    gone = new Promise((resolve) => (letGo = resolve));
  return { begun, letGo: () => letGo(), fetch: () => (begin(), gone) };
}

test('an answer is given once what it needs is there', async () => {
  const asked = questionsOfPage(),
    { begun, letGo, fetch } = held(),
    question = asked.begin('Wo ist der Hund?');
  let answer = null;
  const answering = asked.answer(question, 'facts', {}, fetch).then((found) => (answer = found));
  await begun;
  assert.equal(answer, null);
  assert.equal(asked.newest, question);
  letGo();
  await answering;
  assert.deepEqual([answer, asked.newest], [{ tokens: 5 }, null]);
});

test('who asks again meanwhile gets no answer to the first question', async () => {
  const asked = questionsOfPage(),
    { begun, letGo, fetch } = held(),
    answering = asked.answer(asked.begin('Wo ist der Hund?'), 'facts', {}, fetch);
  await begun;
  const next = asked.begin('Wo ist die Katze?');
  letGo();
  assert.equal(await answering, null);
  assert.equal(asked.newest, next);
  asked.drop();
});

test('who takes a question back meanwhile gets no answer, and is told so once', async () => {
  const asked = questionsOfPage(),
    { begun, letGo, fetch } = held(),
    answering = asked.answer(asked.begin('Wo ist der Hund?'), 'facts', {}, fetch);
  await begun;
  asked.cancel();
  letGo();
  assert.equal(await answering, null);
  assert.deepEqual(told, [['cancelled', 'Wo ist der Hund?']]);
});
