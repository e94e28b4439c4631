// The lecturer's page: a room that has been nowhere is where it was opened; a page that was opened anew moves nobody before its own first step.

import assert from 'node:assert/strict';
import { test } from 'node:test';

/** @type {any} */
const page = globalThis;
const heard = {};
page.microscope = {
  screens: [
    ['start', null],
    ['block', 'photo'],
  ],
  opening: 'start',
};
page.location = { search: '?v=5&screen=block' };
page.addEventListener = (name, act) => (heard[name] = act);

const { state, update } = await import('../../assets/js/core/state.js');
const { answerFrom } = await import('../../assets/js/core/wire.js');
const { beHost } = await import('../../assets/js/room/host.js');
const { openRoom } = await import('../../assets/js/room/seat.js');

const CODE = '7KM2Q9XW4T';
const asked = [];
answerFrom({
  ask: async (address, options) => {
    asked.push([address.split('/').at(-1), JSON.parse(options?.body ?? '{}').address]);
    return Response.json({ room: CODE, host: 'secret', until: Date.now() / 1000 + 60 });
  },
  place: String,
});
/** What the room was told of since, once all of it is said. */
const told = async () => {
  await new Promise((resolve) => setTimeout(resolve));
  return asked.splice(0).filter(([name]) => name === 'show');
};
const news = (address) => update({ roomNews: { address, question: null, key: null } });

test('a page that is opened anew moves nobody before its own first step, whatever it makes of its address', async () => {
  state.asks = null;
  beHost();
  await openRoom();
  news('');
  assert.deepEqual(await told(), [['show', 'v=5&screen=block']], 'a room that has been nowhere is where it was opened');

  update({ room: null });
  update({ room: CODE });
  page.location.search = '?v=5&screen=start';
  news('v=5&screen=block');
  page.location.search = '?v=5&screen=start&box=2';
  news('v=5&screen=block');
  assert.deepEqual(await told(), []);
  heard.popstate();
  news('v=5&screen=block');
  news('v=5&screen=start');
  assert.deepEqual(await told(), [['show', 'v=5&screen=start&box=2']], 'once');
});
