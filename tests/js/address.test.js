// The state and its address: what is written is read back, older addresses keep their meaning, nothing that nobody knows is lost.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as address from '../../assets/js/core/address.js';
import { NOTHING, fit, fitSentence, parseChange, switched, writeChange } from '../../assets/js/core/change.js';
import { randomOrder, readOrder, swapped, writeOrder } from '../../assets/js/core/order.js';
import { readTrail, writeTrail } from '../../assets/js/core/trail.js';

globalThis.microscope = {
  screens: [
    ['attention', 'photo'],
    ['words', 'sentence'],
  ],
  opening: 'attention',
};
// The fields are those of the modules that declare them.
await import('../../assets/js/core/photo_query.js');
await import('../../assets/js/core/sentence.js');
await import('../../assets/js/core/recurrent.js');
await import('../../assets/js/core/explain.js');

const { searchOf, valuesOf } = address;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The characters that a typed text takes in an address, with its word. */
const encodedText = (/** @type {string} */ text) => String(new URLSearchParams({ text })).length + 1;

describe('an address', () => {
  test('says in the page’s counting what the state holds', () => {
    const values = { ...valuesOf(''), screen: 'words', lang: 'ko', layer: 2, query: 7, ribbonHead: -1, hideAll: true };
    const params = new URLSearchParams(searchOf(values));
    assert.equal(params.get('v'), String(address.VERSION));
    assert.equal(params.get('layer'), '3');
    assert.equal(params.get('query'), '7');
    assert.equal(params.get('chead'), 'mean');
    assert.equal(params.get('screen'), 'words');
    assert.equal(params.has('head'), false, 'what is as usual is not named');
  });

  test('is no longer than links may be, whatever is shuffled or switched off and however deep somebody has gone: the way there is told shorter', () => {
    const patches = 24 * 24,
      words = ['e', 'd'].flatMap((stack) => Array.from({ length: 5 }, (_, i) => `${stack}${i + 1}`)),
      way = (/** @type {number} */ many) =>
        writeTrail({
          of: 'p',
          numbers: Array.from({ length: many }, (_, i) => ({
            name: 'blocks.11.attn.pattern',
            index: [5, 500 + i, null],
          })),
        });
    const typed = 'Wo ist er? '.repeat(400),
      values = {
        ...valuesOf(''),
        ...{ screen: 'attention', photo: 'A'.repeat(22), model: 'vit-s14-everyday', size: 336, text: typed },
        ...{ translator: 'a-translator-of-six-and-six', how: 'beam:4:0.6:exponent' },
        change: writeChange({
          ...{ ...NOTHING, position: true },
          ...{
            residual: Array.from({ length: 11 }, (_, i) => i + 1),
            scale: Array.from({ length: 11 }, (_, i) => i + 2),
          },
          order: writeOrder(Array.from({ length: patches }, (_, i) => patches - 1 - i)),
        }),
        sentenceChange: writeChange({ ...NOTHING, ...{ position: true, causal: true, residual: words, scale: words } }),
      };
    for (const many of [1, 2, 12, 40]) {
      const query = searchOf({ ...values, explained: way(many) }),
        params = new URLSearchParams(query),
        said = params.get('explain') ?? '';
      params.delete('text');
      assert.ok(query.length - encodedText(typed) <= address.MOST, `${query.length}`);
      assert.equal(said.split('~')[0], way(1));
      assert.equal(said.split('~').at(-1), way(many).split('~').at(-1));
      assert.equal(readTrail(said)?.numbers.length, said.split('~').length);
      if (many <= 12) assert.equal(said, way(many), 'there is room for it');
      assert.equal(params.get('change'), values.change);
    }
    const alone = { ...valuesOf(''), explained: way(40) };
    assert.equal(new URLSearchParams(searchOf(alone)).get('explain'), way(40), 'nothing is shorter than it has to be');
  });

  test('has room for a shuffle of a large board and for hundreds of patches that were moved by hand', () => {
    const patches = 37 * 37;
    let text = randomOrder(patches),
      order = readOrder(text, patches);
    for (let i = 0; i < 400; i++) {
      order = swapped(order ?? [], i, (i * 7 + 400) % patches);
      text = writeOrder(order, text);
    }
    assert.deepEqual(readOrder(text, patches), order);
    const search = searchOf({ ...valuesOf(''), change: writeChange({ ...NOTHING, order: text }) });
    assert.equal(valuesOf(search).change, `order:${text}`);
    assert.ok(search.length <= address.MOST, `${search.length}`);
    const after = writeOrder(swapped(order ?? [], 5, 6), text);
    assert.ok(after.length < 1700 && after.startsWith(text.slice(0, 6)), 'the same shuffle');
  });

  test('brings every field back', () => {
    const values = {
      ...valuesOf(''),
      photo: 'a-token_1',
      model: 'm',
      size: 224,
      change: 'position:off;residual:off@3;order:BA',
      text: 'Wo ist & was? = 100 % ~ #1',
      prefix: '3,14',
      layer: 11,
      step: 4,
      part: 'decoder',
      explained: 'p!9.attn.pattern:4,12,*',
      lang: 'ko',
    };
    assert.deepEqual(valuesOf(searchOf(values)), values);
  });

  test('is as usual where it is no address', () => {
    const usual = valuesOf('');
    assert.deepEqual(valuesOf('?v=2&layer=0&head=x&part=wrong&size=-1&prefix=a&lang=fr'), usual);
  });

  test('says that one screen is shown alone, in two ways that mean the same', () => {
    const short = valuesOf('?v=4&embed=words&screen=attention');
    assert.deepEqual([short.screen, short.embedded], ['words', true]);
    assert.deepEqual(valuesOf('?v=4&embed=screen&screen=words'), short);
    assert.match(searchOf(short), /&embed=screen&screen=words/);
    assert.deepEqual(address.unreadable('?layer=x&head=2&nobodys=1'), [{ word: 'layer', text: 'x' }]);
  });

  test('says of a word that is there twice with two values what it says, and takes neither', () => {
    assert.deepEqual(valuesOf('?v=5&layer=2&layer=3&head=4&head=4'), { ...valuesOf(''), head: 3 });
    assert.deepEqual(address.unreadable('?v=5&layer=2&layer=3&head=4&head=4'), [{ word: 'layer', text: '2&layer=3' }]);
  });

  test('keeps words that nobody knows yet', () => {
    assert.match(searchOf(valuesOf(''), '?v=2&later=7'), /later=7/);
  });

  test('of the first version means what it meant', () => {
    const old = valuesOf(
      '?lang=en&screen=words&layer=8&head=4&slayer=1&shead=2&chead=mean&step=0&text=Tom&change=causal:off',
    );
    assert.equal(old.layer, 8);
    assert.equal(old.head, 4);
    assert.deepEqual([old.encoderLayer, old.decoderLayer], [1, 1]);
    assert.deepEqual([old.encoderHead, old.decoderHead, old.crossHead], [2, 2, 2]);
    assert.equal(old.headChosen, true);
    assert.equal(old.ribbonHead, -1);
    assert.equal(old.step, 0);
    assert.equal(old.sentenceChange, 'causal:off');
    assert.equal(old.change, '');
  });

  test('of the third version asks for the last word of the chapter on the gradient where it names none', () => {
    const step = (search) => new URLSearchParams(searchOf(valuesOf(search), search)).get('gstep');
    assert.equal(step('?v=3&chapter=gradient'), '999999');
    assert.equal(step('?chapter=gradient'), '999999');
    assert.equal(step('?v=3&chapter=gradient&gstep=2'), '2');
    assert.equal(step('?v=3&chapter=chain'), null);
    assert.equal(step('?v=4&chapter=gradient'), null);
  });

  test('of the fourth version holds one layer and one head of all attentions, as it did', () => {
    const held = (search) => {
      const { encoderLayer, decoderLayer, encoderHead, decoderHead, crossHead } = valuesOf(search);
      return [encoderLayer, decoderLayer, encoderHead, decoderHead, crossHead];
    };
    assert.deepEqual(held('?v=4&slayer=3&shead=6'), [2, 2, 5, 5, 5]);
    assert.deepEqual(held('?v=5&elayer=3&ehead=2&dlayer=1&dhead=4&xhead=8'), [2, 0, 1, 3, 7]);
    assert.doesNotMatch(searchOf(valuesOf('?v=4&slayer=3'), '?v=4&slayer=3'), /slayer/);
  });

  test('of the model of 200 classes asks for the one that took its place, and for none of its classes', () => {
    const asks = (search) => {
      const { model, photo, explained } = valuesOf(search);
      return [model, photo, explained];
    };
    const former = 'model=vit-s14-imagenet200&photo=example:a.jpg';
    assert.deepEqual(asks(`?v=2&${former}&class=3&explain=p!logits:3`), [null, 'example:a.jpg', '']);
    assert.deepEqual(asks(`?v=2&${former}&explain=p!9.attn.q:4,12,3`), [null, 'example:a.jpg', 'p!9.attn.q:4,12,3']);
    assert.deepEqual(asks('?v=2&model=another&explain=p!logits:3'), ['another', null, 'p!logits:3']);
    assert.deepEqual(asks('?v=3&model=another&explain=p!logits:3'), ['another', null, 'p!logits:3']);
  });
});

describe('a change', () => {
  test('is dropped by kind where it does not fit, and only there', () => {
    const change = { ...NOTHING, position: true, residual: [3, 12], scale: 'all', order: writeOrder([1, 0, 2, 3]) };
    const { fits, dropped } = fit(change, { layers: 4, patches: 9 });
    assert.deepEqual(fits, { ...change, residual: [3], order: '' });
    assert.deepEqual(dropped, ['residual', 'order']);
    assert.deepEqual(fit(change, { layers: 12, patches: 4 }).dropped, []);
    assert.deepEqual(fit({ ...NOTHING, causal: true }, { layers: 4, patches: 9 }), {
      fits: NOTHING,
      dropped: ['causal'],
    });
  });

  test('is dropped by kind where a translator has not got it', () => {
    const change = { ...NOTHING, residual: ['e2', 'd9'], scale: 'all', causal: true, order: 'BA' };
    const { fits, dropped } = fitSentence(change, { encoder: 3, decoder: 3 });
    assert.deepEqual(fits, { ...change, residual: ['e2'], order: '' });
    assert.deepEqual(dropped, ['residual', 'order']);
  });

  test('is switched in one layer of all', () => {
    assert.deepEqual(switched({ ...NOTHING, scale: 'all' }, 'scale', 1, false, 3).scale, [1, 3]);
    assert.deepEqual(switched(NOTHING, 'scale', 1, true, 3).scale, [2]);
    assert.equal(writeChange(parseChange('scale:off@2;position:off')), 'position:off;scale:off@2');
  });

  test('has an order only of the patches there are', () => {
    assert.deepEqual(readOrder('BAC', 3), [1, 0, 2]);
    assert.equal(readOrder('BA', 3), null);
    assert.equal(readOrder('AAB', 3), null);
    const turned = Array.from({ length: 65 }, (_, i) => (i + 1) % 65),
      backwards = Array.from({ length: 65 }, (_, i) => 64 - i),
      text = writeOrder(backwards),
      once = turned.map((patch) => (patch < 64 ? `A${LETTERS[patch]}` : 'BA')).join('');
    assert.deepEqual(readOrder(once, 65), turned, 'two letters each, as once written');
    assert.deepEqual(readOrder(text, 65), backwards);
    assert.equal(readOrder('_'.repeat(text.length), 65), null, 'beyond the last');
    assert.equal(readOrder(`${text.slice(0, -1)}!`, 65), null);
  });
});

describe('the way to a number', () => {
  const trail = {
    of: 'r.gru-attention',
    numbers: [
      { name: 'encoder.blocks.8.attn.pattern', index: [4, 12, null], key: null, dim: 3 },
      { name: 'decoder.blocks.0.cross.z', index: [0, 1, 2], key: 17, dim: null },
      { name: 'blocks.11.mlp.pre', index: [5, 700], key: null, dim: null },
      { name: 'ln_final', index: [0, 1], key: null, dim: null },
    ],
  };
  test('is read as it was written, layers counted from 1', () => {
    const text = writeTrail(trail);
    assert.equal(text.split('~')[0], 'r.gru-attention!e9.attn.pattern:4,12,*:d3');
    assert.deepEqual(readTrail(text), trail);
  });
  test('keeps its beginning and its end where it is long', () => {
    const long = { of: 'p', numbers: Array.from({ length: 60 }, (_, i) => ({ name: 'tokens', index: [i, 0] })) };
    const kept = readTrail(writeTrail(long)).numbers.map(({ index }) => index[0]);
    assert.equal(kept.length, 40);
    assert.deepEqual([kept[0], kept[1], kept.at(-1)], [0, 21, 59]);
  });
  test('is none where it is not one', () => {
    for (const text of ['', 'p', 'p!', 'p!tokens', 'p!tokens:x', '9!tokens:1', 'p!<b>:1'])
      assert.equal(readTrail(text), null);
  });
});
