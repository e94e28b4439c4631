// Reads formulas as a JSON array of texts, and writes those that have a symbol in no row of core/notation.js, with that symbol.

import { readFileSync } from 'node:fs';

import { parsed } from '../../assets/js/core/formula.js';
import { KNOWN, symbolsOf } from './symbols.js';

const texts = JSON.parse(readFileSync(0, 'utf-8')),
  found = texts.flatMap((text) =>
    [...symbolsOf(parsed(text))].filter((one) => !KNOWN.has(one)).map((one) => `${one} of “${text}”`),
  );
process.stdout.write(JSON.stringify(found));
