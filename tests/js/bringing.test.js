// What becomes of what somebody pastes or drops: text where text is meant, a picture where one is, and never another page.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { judged } from '../../assets/js/frame/bringing.js';

const file = (name, type) => new File(['x'], name, { type });
const shot = file('image.png', 'image/png'),
  report = file('report.pdf', 'application/pdf'),
  cat = file('my cat.jpg', 'image/jpeg');
const address = 'https://photos.example/cat.jpg';

const paste = (brought, journey = 'photo', writable = false) =>
  judged({ files: [], text: '', ...brought }, { writable, journey, dropped: false });
const drop = (brought, journey = 'photo', writable = false) =>
  judged({ files: [], text: '', ...brought }, { writable, journey, dropped: true });

test('a field gets the text, with or without a picture of it', () => {
  for (const journey of ['photo', 'sentence'])
    for (const files of [[], [shot]]) assert.equal(paste({ text: 'Es regnet.', files }, journey, true), null);
});

test('a picture alone never leads away from a sentence that is being written, but is looked at where there is a place for it', () => {
  assert.deepEqual(paste({ files: [shot] }, 'sentence', true), { refuse: 'paste_in_field' });
  assert.deepEqual(paste({ files: [cat], text: 'my cat.jpg' }, 'sentence', true), { refuse: 'paste_in_field' });
  assert.deepEqual(paste({ files: [shot] }, 'sentence'), { take: shot });
  assert.deepEqual(paste({ files: [shot] }, 'photo', true), { take: shot });
  const start = { writable: true, journey: 'sentence', dropped: false, starting: true };
  assert.deepEqual(judged({ files: [shot], text: '' }, start), { take: shot });
  assert.deepEqual(drop({ files: [shot] }, 'sentence', true), { take: shot });
});

test('text pasted into no field is the sentence, and never a photo', () => {
  assert.deepEqual(paste({ text: 'Es regnet.', files: [shot] }, 'sentence'), { write: 'Es regnet.' });
  assert.deepEqual(paste({ text: 'Es regnet.', files: [shot] }), { refuse: 'paste_text' });
  assert.deepEqual(paste({ text: 'Es regnet.' }), { refuse: 'paste_no_picture' });
  assert.equal(paste({}), null);
});

test("a picture's own name, path or address is no text beside it", () => {
  for (const text of ['my cat.jpg', '/home/me/my cat.jpg', address, '', '  '])
    for (const journey of ['photo', 'sentence'])
      assert.deepEqual(paste({ text, files: [cat] }, journey), { take: cat }, text);
});

test('of several files the picture is taken; what is none is refused by the server, in its own words', () => {
  assert.deepEqual(drop({ files: [report, cat] }), { take: cat });
  assert.deepEqual(drop({ files: [report] }), { take: report });
});

test('a dropped link leads nowhere, wherever it is dropped; its file is taken where there is one', () => {
  for (const writable of [false, true]) {
    assert.deepEqual(drop({ link: address, text: address }, 'sentence', writable), { refuse: 'link_dropped' });
    assert.deepEqual(drop({ link: address, text: address, files: [shot] }, 'sentence', writable), { take: shot });
  }
});

test('dropped text goes into the sentence', () => {
  assert.deepEqual(drop({ text: 'Es regnet.' }, 'sentence'), { write: 'Es regnet.' });
  assert.deepEqual(drop({ text: 'Es regnet.' }), { refuse: 'text_dropped' });
});
