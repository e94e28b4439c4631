// An address is found in a recording by the form that Python gives it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { keyOf } from '../../assets/js/core/recorded.js';
import { fixture } from './python.js';

for (const { address, usual, key } of fixture('keys'))
  test(`${address} is asked for as ${key}`, () => {
    assert.equal(keyOf(address, usual), key);
  });
