// One notation: every symbol of every formula, text and number of the calculator stands in core/notation.js, with one meaning.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { SYMBOL, boxFormula, photoBlock, boxSymbol } from '../../assets/js/block/boxes.js';
import { blockOf } from '../../assets/js/encoder/boxes.js';
import { about } from '../../assets/js/calculator/quantities.js';
import { parsed } from '../../assets/js/core/formula.js';
import { NOTATION } from '../../assets/js/core/notation.js';
import { fixture } from './python.js';
import { KNOWN, SYMBOLS, symbolsOf } from './symbols.js';

const LOOK = { heads: 6, d_head: 64, d_model: 384, d_mlp: 1536, tokens: 257, act: 'gelu', layer_scale: true };

/** The page's texts, tours among them. */
const textFiles = (language) =>
  readdirSync(`demo/text/${language}`, { recursive: true, encoding: 'utf-8' }).filter((path) => path.endsWith('.md'));

/** Every formula that a script or a text has, by where it stands. */
function* written() {
  for (const layer of [0, 3])
    for (const residual of [true, false])
      for (const photoQuery of [LOOK, { ...LOOK, act: 'silu', gated: true }])
        for (const box of photoBlock(photoQuery).boxes) {
          const facts = { layer, off: residual ? [] : ['residual', 'scale'], norms: {} },
            formula = boxFormula(box, photoQuery, { facts });
          assert.ok(formula && !(photoQuery.gated && /GELU/.test(formula)), `${box.id}: ${formula}`);
          yield [`the box ${box.id}`, formula];
          yield [`the name of the box ${box.id}`, boxSymbol(box, photoQuery)];
        }
  for (const stack of /** @type {const} */ (['encoder', 'decoder']))
    for (const norm of /** @type {const} */ (['post', 'pre']))
      for (const residual of [true, false]) {
        const kind = blockOf(stack, norm),
          photoQuery = { ...LOOK, act: residual ? 'relu' : 'silu', keys: { attn: 12, cross: 12 } };
        for (const box of kind.boxes) {
          const facts = { layer: Number(residual), off: residual ? [] : ['residual', 'scale'], norms: {} },
            formula = kind.formula(box, photoQuery, { facts });
          assert.ok(formula, `${box.id} of ${stack} (${norm}) has a formula`);
          yield [`the box ${box.id} of ${stack} (${norm})`, formula];
          yield [`the name of the box ${box.id} of ${stack} (${norm})`, kind.symbol(box, photoQuery)];
        }
        for (const [array, text] of Object.entries(kind.symbols)) yield [`the band ${array} of ${stack}`, text];
      }
  for (const [one, , shape] of NOTATION) yield [`the shape of ${one}`, shape];
  for (const [array, text] of Object.entries(SYMBOL)) yield [`the band ${array}`, text];
  for (const language of ['en', 'ko'])
    for (const file of textFiles(language))
      for (const [, text] of readFileSync(`demo/text/${language}/${file}`, 'utf-8').matchAll(/\$([^$]+)\$/g))
        yield [`${language}/${file}`, text.replace('√{d}', '√64')];
  // A formula in a script is a string with a sign that stands in no other.
  const scripts = readdirSync('assets/js', { recursive: true, encoding: 'utf-8' }).filter((path) =>
    path.endsWith('.js'),
  );
  for (const path of scripts) {
    const source = readFileSync(`assets/js/${path}`, 'utf-8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
    if (path === 'core/formula.js' || path === 'core/notation.js') continue;
    for (const [, , quoted] of source.matchAll(/(['`])((?:(?!\1)[^\n])*)\1/g)) {
      const text = quoted.replace(/\$\{[^}]*\}/g, '1');
      if (
        !/[<>:$&"#]|\.[a-z]|\w-\w|aria|\/\w/.test(text) &&
        /[√∑⊤⊙]|^\+ |= |\^|\p{L}_[\p{L}{]/u.test(text) &&
        !/_\w{4,}|^[a-z]+_[a-z]+$/.test(text.replaceAll(/d_model|x_class|_readout/g, ''))
      )
        yield [path, text];
    }
  }
}

test('every symbol of every formula is in the table', () => {
  let seen = 0;
  for (const [where, text] of written())
    for (const one of symbolsOf(parsed(text))) {
      seen++;
      assert.ok(KNOWN.has(one), `${one} of “${text}” (${where}) is in no row`);
    }
  assert.ok(seen > 300, String(seen));
});

/** Symbols that a text has outside of formulas, by where they stand: in italics, or bare with something below. */
function* bare() {
  for (const language of ['en', 'ko'])
    for (const file of textFiles(language)) {
      const text = readFileSync(`demo/text/${language}/${file}`, 'utf-8')
        .replace(/^(?:## |(?:look|ask|then): ).*$/gm, '')
        .replace(
          /`[^`]*`|\$[^$]*\$|\{(?!\{)[^{}|]*\}|\{\w+:[^{}|]*\|[^{}|]*\}|\]\([^)]*\)|--[\w-]+|\b[A-Z]+(?:_[A-Z]{2,})+\b/g,
          ' ',
        );
      for (const [, one] of text.replaceAll('**', '').matchAll(/\*([^*\n]+)\*/g))
        if (!/\p{Script=Latin}{4}|\p{Script=Hangul}|^add$/u.test(one)) yield [`${language}/${file}`, one];
      for (const [one] of text.matchAll(/(?<![\p{L}_])\p{L}{1,4}_\p{L}+/gu)) yield [`${language}/${file}`, one];
    }
}

test('a symbol in italics or bare in a sentence is in the table, too', () => {
  let seen = 0;
  for (const [where, text] of bare())
    for (const one of symbolsOf(parsed(text))) {
      seen++;
      // What counts stands alone in a sentence.
      assert.ok(KNOWN.has(one) || KNOWN.has(`_${one}`), `${one} of “${text}” (${where}) is in no row`);
    }
  assert.ok(seen > 50, String(seen));
});

/** What of a text is no sentence: code, formulas, what is filled in, where links lead. */
const OTHER = /`[^`]*`|\$[^$]*\$|\{(?!\{)[^{}|]*\}|\{\w+:[^{}|]*\|[^{}|]*\}|\]\([^)]*\)|--[\w-]+/g;
/** Names, keys, units and words of one letter; in the glossary the symbol beside a headword. */
const NO_SYMBOL =
  /\bL2\b|ViT-B, L(?:,| and) H|Ctrl\+[CV]|⌘V|\bC (?=chooses|키)|\} s\b|\}x\{|\b[aAI](?= )|^\*\*\p{L}+\(\p{L}\)\.\*\*/gu;
/** The table's symbols from x to w: what a recurrent network reads, keeps and hands on, and what its layers cost. */
const OF_RECURRENCE = new Set(SYMBOLS.slice(SYMBOLS.indexOf('x'), SYMBOLS.indexOf('w') + 1));
OF_RECURRENCE.delete('n');
const TELL_RECURRENCE = /^(?:before|notation|glossary|notebook)\.md$|^tours/;

/** Every text of a language: its file, its key and the symbols of its formulas and sentences, [symbol, in a formula]. */
function* symbolsSaid(language) {
  for (const file of textFiles(language))
    for (const entry of readFileSync(`demo/text/${language}/${file}`, 'utf-8').split(/^## /m).slice(1)) {
      const [key, ...lines] = entry.split('\n'),
        text = lines.filter((line) => !/^(?:look|ask|then): /.test(line)).join('\n');
      const formulas = [...text.matchAll(/\$([^$]+)\$/g)].flatMap(([, one]) => [
        ...symbolsOf(parsed(one.replace('√{d}', '√64'))),
      ]);
      // Raised letters of Unicode are the others.
      const sentence = text.replace(NO_SYMBOL, ' ').replace(OTHER, ' ').normalize('NFKC').replaceAll('ɑ', 'α');
      const bare = [
        ...sentence.matchAll(
          /(?<![\p{Script=Latin}\d_.’'/-])[\p{Script=Latin}\p{Script=Greek}][′″]?(?![\p{Script=Latin}\p{M}\d_’'/-])/gu,
        ),
      ]
        .map(([one]) => one)
        .filter((one) => one !== 'Σ');
      yield { file, key, formulas, bare };
    }
}

test('a symbol in a sentence is in the table, and the same in both languages', () => {
  const said = Object.fromEntries(['en', 'ko'].map((language) => [language, [...symbolsSaid(language)]]));
  let seen = 0;
  for (const [i, { file, key, formulas, bare }] of said.ko.entries()) {
    const english = said.en[i];
    for (const one of [...bare, ...english.bare]) {
      seen++;
      assert.ok(KNOWN.has(one) || KNOWN.has(`_${one}`), `${one} (${file}, ${key}) is in no row`);
    }
    // How often is a matter of grammar; a weight is an article in English.
    const all = [
      [...formulas, ...bare],
      [...english.formulas, ...english.bare],
    ].map((those) => [...new Set(those)].filter((one) => !/^a$/i.test(one)).sort());
    assert.deepEqual(all[0], all[1], `${file}, ${key}`);
  }
  assert.ok(seen > 150, String(seen));
});

test('what the recurrent networks are written with is said of nothing else', () => {
  let seen = 0;
  for (const language of ['en', 'ko'])
    for (const { file, key, formulas, bare } of symbolsSaid(language)) {
      const found = [...formulas, ...bare].filter((one) => OF_RECURRENCE.has(one));
      seen += found.length;
      if (!TELL_RECURRENCE.test(file) && !/^calculator\.(?:step|gated|act)_/.test(key))
        assert.deepEqual(found, [], `${file}, ${key}`);
    }
  assert.ok(seen > 30, String(seen));
});

test('a symbol has one meaning, and a meaning one symbol', () => {
  assert.equal(KNOWN.size, SYMBOLS.length);
  assert.equal(new Set(NOTATION.map(([, key]) => key)).size, NOTATION.length);
  for (const language of ['en', 'ko']) {
    const texts = readFileSync(`demo/text/${language}/notation.md`, 'utf-8').trim().split(/^## /m).slice(1);
    assert.deepEqual(
      texts.map((entry) => entry.split('\n')[0]),
      NOTATION.map(([, key]) => `notation.${key}`),
    );
    const said = texts.map((entry) => entry.split('\n')[1]);
    assert.equal(new Set(said).size, said.length);
  }
});

test('the calculator writes every number with a symbol of the table', () => {
  for (const { of, cell, name } of fixture('names'))
    for (const one of about(name, of === 'photoQuery' ? {} : { sentence: {}, cell }).symbol.split('+'))
      assert.ok(KNOWN.has(one) || KNOWN.has(one.split('_')[0]), `${one}, of ${name}`);
  const learned = [
    'blocks.3.norm1.weight',
    'blocks.3.ls1.gamma',
    'blocks.3.mlp.fc1.bias',
    'head.weight',
    'pos',
    'cls',
    'encoder.embed.weight',
  ];
  for (const name of learned) assert.ok(KNOWN.has(about(name, {}).symbol), name);
});
