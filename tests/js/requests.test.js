// What a request fails for is told by the sentence that is true of it, whoever refused it and whenever.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { answerFrom, pictureAddress, Problem, requestJson, setRescue, view } from '../../assets/js/core/wire.js';

const really = { fetch: globalThis.fetch, document: globalThis.document };
/** @type {(string | URL | Request)[]} */
let asked = [];

/** Have the next requests answered so, one after the other. */
function answers(...responses) {
  asked = [];
  globalThis.fetch = async (address) => {
    asked.push(address);
    const response = responses.shift();
    if (response instanceof Error) throw response;
    return response;
  };
}

const json = (told, status = 200) => new Response(JSON.stringify(told), { status });
const page = (status) => new Response('<html>nginx</html>', { status });

beforeEach(() => {
  globalThis.document = /** @type {any} */ ({ baseURI: 'https://school.example/lab/' });
});
afterEach(() => {
  Object.assign(globalThis, really);
  setRescue(async () => false);
});

test('an address is relative to the page', async () => {
  answers(json({ tokens: 257 }));
  assert.deepEqual(await requestJson('facts?size=224'), { tokens: 257 });
  assert.deepEqual(asked.map(String), ['https://school.example/lab/microscope/facts?size=224']);
});

for (const [name, response, code] of /** @type {const} */ ([
  ['the server refuses', json({ error: 'photo_gone', params: {} }, 410), 'photo_gone'],
  ['the server refuses after it has begun', new Response('   {"error": "cancelled", "params": {}}'), 'cancelled'],
  ['a proxy does not take so much', page(413), 'upload_refused'],
  ['the server itself does not', json({ error: 'photo_too_large', params: { limit: 20 } }, 413), 'photo_too_large'],
  ['a proxy finds nobody behind it', page(502), 'offline'],
  ['a proxy has waited too long', page(504), 'offline'],
  ['nobody answers', new TypeError('Failed to fetch'), 'offline'],
  ['something breaks', page(500), 'other'],
]))
  test(`${name}: ${code}`, async () => {
    answers(response);
    await assert.rejects(requestJson('facts'), { code });
  });

test('a photo that the server has lost meanwhile is mended, also when it is told late', async () => {
  setRescue(async ({ code }, path) => code === 'photo_gone' && path === 'facts');
  answers(new Response('  {"error": "photo_gone", "params": {}}'), json({ tokens: 257 }));
  assert.deepEqual(await requestJson('facts'), { tokens: 257 });
  assert.equal(asked.length, 2);
});

test('another source answers every address in place of the server', async () => {
  globalThis.fetch = async () => assert.fail('the server was asked');
  const asked = [];
  answerFrom({
    ask: async (address) => {
      asked.push(address.split('?')[0]);
      if (address.startsWith('view/')) throw new Problem('not_recorded');
      return json({ tokens: 17 });
    },
    place: (address) => `data:,${address.split('?')[0]}`,
  });
  const photoQuery = { photo: 'example:cat.jpg', model: 'vit', size: 48 };
  assert.deepEqual(await requestJson('facts'), { tokens: 17 });
  await assert.rejects(view('layer', photoQuery, { layer: 2 }), { code: 'not_recorded' });
  assert.equal(pictureAddress('seen', photoQuery), 'data:,picture/seen');
  assert.deepEqual(asked, ['facts', 'view/layer']);
});
