// The page reads what the server writes: safetensors, every one of the 65,536 float16 numbers, and weights to their last printed digit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { percent } from '../../assets/js/core/text.js';
import { decode } from '../../assets/js/core/wire.js';
import { brief } from '../../assets/js/translation/numbers.js';
import { fixture } from './python.js';

const bytesOf = (base64) => Uint8Array.from(Buffer.from(base64, 'base64')).buffer;

/** A safetensors file put together by hand: the length of the header, the header, the bytes. */
function file(header, bytes) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const whole = new Uint8Array(8 + text.length + bytes.length);
  new DataView(whole.buffer).setBigUint64(0, BigInt(text.length), true);
  whole.set(text, 8);
  whole.set(bytes, 8 + text.length);
  return whole.buffer;
}

const expected = fixture('payload');
const read = decode(Uint8Array.from(gunzipSync(bytesOf(expected.body))).buffer);

test('a payload has its facts, words of any script among them', () => {
  assert.deepEqual(read.facts, { words: ['Hündin', '개'], count: 3 });
});

test('a payload has its arrays in their shapes', () => {
  const shapes = Object.fromEntries(Object.entries(read.arrays).map(([name, { shape }]) => [name, shape]));
  assert.deepEqual(shapes, expected.shapes);
});

for (const [name, kind] of Object.entries({
  halves: Float32Array,
  levels: Uint8Array,
  ids: Int32Array,
  digits: Float32Array,
  pattern: Float32Array,
}))
  test(`a payload has every number of ${name}, as ${kind.name}`, () => {
    const { data } = read.arrays[name],
      numbers = new Float64Array(bytesOf(expected.values[name]));
    assert.ok(data instanceof kind);
    assert.equal(data.length, numbers.length);
    // Object.is tells −0 from 0, and takes NaN for NaN.
    const wrong = [...numbers.keys()].filter((i) => !Object.is(data[i], numbers[i]));
    assert.deepEqual(
      wrong.slice(0, 5).map((i) => [i, data[i], numbers[i]]),
      [],
    );
  });

test('every printed digit of every weight is the one that the weight itself would print', () => {
  const { body, values } = fixture('printed');
  const sent = decode(Uint8Array.from(gunzipSync(bytesOf(body))).buffer).arrays.weights.data,
    weights = new Float32Array(bytesOf(values));
  assert.equal(sent.length, weights.length);
  for (const print of [percent, brief, (value) => value.toFixed(3)]) {
    const wrong = [...weights.keys()].filter((i) => print(sent[i]) !== print(weights[i]));
    assert.deepEqual(
      wrong.slice(0, 5).map((i) => [weights[i], print(weights[i]), print(sent[i])]),
      [],
    );
  }
});

test('tensors are found by their offsets, whatever their order and the length of the header', () => {
  const header = {
    second: { dtype: 'U8', shape: [2], data_offsets: [4, 6] },
    first: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
  };
  for (const padding of ['', ' ', '  ', '   ']) {
    const { arrays, facts } = decode(
      file({ __metadata__: { facts: '{"a": 1}', padding }, ...header }, [0, 0, 0x28, 0xc1, 7, 250]),
    );
    assert.deepEqual(facts, { a: 1 });
    assert.deepEqual([...arrays.first.data], [-10.5]);
    assert.deepEqual([...arrays.second.data], [7, 250]);
  }
});

test('weights lie group by group, low bits first, and lose their first axis and their ending', () => {
  // By number 1 is 11914, the cell from 1 % on 1114, and -0.00025 % 1, with its sign above the low six bits; their levels
  // are 115, 88 and 8 eighths of a power of two. Three queries of two keys: 1, 1 % | -0.00025 %, 0.00025 % | 1 %, 1.
  // Expected is 0 | 115 of the first query by key, 115 | 0 of the second, 8 | 88 of the third: what the query before has
  // and what the key before has more than that, at least 0.
  const numbers = [11914, 1, 1114, 11914, 1114, -1],
    many = { 0: 2, 8: 1, 88: 1, 115: 2 },
    counts = Array.from({ length: 116 }, (_, group) => many[group] ?? 0);
  const header = {
    __metadata__: { facts: '{}' },
    'w.weights': { dtype: 'U8', shape: [2, 3, 2], data_offsets: [0, 12] },
    'w.groups': { dtype: 'I32', shape: [116], data_offsets: [12, 12 + 4 * 116] },
  };
  const low = numbers.map((number) => (Math.abs(number) % 64) + (number < 0 ? 64 : 0)),
    high = numbers.map((number) => Math.abs(number) >> 6);
  const { arrays } = decode(file(header, [...low, ...high, ...new Uint8Array(Int32Array.from(counts).buffer)]));
  assert.deepEqual(Object.keys(arrays), ['w']);
  assert.deepEqual(arrays.w.shape, [3, 2]);
  const one = Math.fround(0.010025),
    least = Math.fround(0.0000025);
  assert.deepEqual([...arrays.w.data], [1, one, -least, least, one, 1]);
});
