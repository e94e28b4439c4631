// Numbers as the page prints them: what is printed can be read back, to half of its last digit, in as many digits as are promised.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ACTIVATIONS, erf } from '../../assets/js/calculator/activations.js';
import { real } from '../../assets/js/calculator/terms.js';
import { exact, exactTerm } from '../../assets/js/core/exact.js';
import { state } from '../../assets/js/core/state.js';
import { derived, settle, shareOf } from '../../assets/js/core/equation.js';
import {
  digits,
  html,
  large,
  magnitude,
  percent,
  powerOfTen,
  read,
  scientific,
  significant,
  small,
  whole,
} from '../../assets/js/core/text.js';
import { hundredths, signedNumber, thousandths } from '../../assets/js/decision/numbers.js';
import { level, weightAt } from '../../assets/js/instrument/scale.js';
import { brief, nats } from '../../assets/js/translation/numbers.js';

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A printed number taken apart: its value, how many digits carry it, and what one more in the last of them would be. */
function readBack(text) {
  const found =
    /^([−+]?)(\d{1,3}(?:\u202f\d{3})+|\d+)(?:\.(\d+))?(?:e([−+]?\d+)| × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(\u00a0%)?$/.exec(text);
  assert.ok(found, `${text} is no number as this page writes them`);
  const [, sign, before, after = '', e, raised, share] = found;
  const power = Number(
    (e ?? raised ?? '0').replace(/[−⁻]/, '-').replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (digit) => String(RAISED.indexOf(digit))),
  );
  const figures = before.replaceAll('\u202f', '') + after,
    unit = 10 ** (power - after.length - (share ? 2 : 0));
  return { value: (sign === '−' ? -1 : 1) * Number(figures) * unit, figures: figures.replace(/^0+/, '').length, unit };
}

/** Numbers of every size, and those on both sides of where a rounding carries over. */
function* numbers(low, high) {
  for (let power = low; power < high; power++)
    for (const mantissa of [
      1, 1.004, 1.006, 1.9996, 2.345, 3.14159, 5, 7.0707, 9.94, 9.96, 9.994, 9.996, 9.9994, 9.9996,
    ])
      yield mantissa * 10 ** power;
}

/** The printed number is as near as its last digit can tell; 1e-9 of it is for the arithmetic of this test. */
function near(text, value) {
  const read = readBack(text);
  assert.ok(Math.abs(read.value - value) <= read.unit * (0.5 + 1e-9), `${value} is printed as ${text}`);
  return read;
}

describe('digits', () => {
  test('has three that count below a thousand, and all of a larger number', () => {
    for (const size of numbers(-9, 9))
      for (const value of [size, -size]) {
        const { figures } = near(digits(value), value);
        if (size < 999) assert.equal(figures, 3, `${value} is printed as ${digits(value)}`);
        assert.ok(figures >= 3);
      }
  });

  test('as on the page', () => {
    assert.equal(digits(0), '0');
    assert.equal(digits(-0.25), '−0.250');
    assert.equal(digits(12.345), '12.3');
    assert.equal(digits(999.6), '1\u202f000');
    assert.equal(digits(-1234567.8), '−1\u202f234\u202f568');
    assert.equal(digits(0.00012345), '1.23 × 10⁻⁴');
  });

  test('tells what the mask left of a score', () => {
    assert.equal(real(-Infinity), '−∞');
    assert.equal(real(-1.5), '−1.50');
  });
});

describe('percent', () => {
  test('has three digits, but none below the step of the wire', () => {
    for (const share of numbers(-5, 0)) {
      const text = percent(share);
      if (share >= 0.9995) assert.equal(text, '100\u00a0%');
      else {
        const { figures, unit } = near(text, share);
        assert.ok(figures === 3 || (figures < 3 && unit <= 1.0001e-5), `${share} is printed as ${text}`);
      }
    }
  });

  test('as on the page', () => {
    assert.equal(percent(0), '0\u00a0%');
    assert.equal(percent(2 ** -17), '<\u00a00.001\u00a0%');
    assert.equal(percent(2 ** -16), '0.002\u00a0%');
    assert.equal(percent(0.09996), '10.0\u00a0%');
    assert.equal(percent(0.12345), '12.3\u00a0%');
    assert.equal(percent(0.9994), '99.9\u00a0%');
    assert.equal(percent(1), '100\u00a0%');
  });

  test('in brief: whole ones, or one digit of less', () => {
    for (const share of numbers(-3, 0)) if (share >= 0.00096) near(brief(share), share);
    assert.deepEqual([0, 0.0004, 0.0996, 0.123, 1].map(brief), [
      '0\u00a0%',
      '<\u00a00.1\u00a0%',
      '10\u00a0%',
      '12\u00a0%',
      '100\u00a0%',
    ]);
    assert.equal(brief(0.0123), '1.2\u00a0%');
  });
});

describe('powers of ten', () => {
  test('scientific has as many decimals as asked for', () => {
    for (const size of numbers(-40, 40))
      for (const value of [size, -size]) assert.equal(near(scientific(value, 3), value).figures, 4);
    assert.equal(scientific(-0.00041234, 2), '−4.12 × 10⁻⁴');
  });

  test('powerOfTen', () => {
    assert.deepEqual([0, 7, -12, 345].map(powerOfTen), ['10⁰', '10⁷', '10⁻¹²', '10³⁴⁵']);
  });

  test('the size of a difference is never printed as if it were none', () => {
    for (const value of numbers(-20, 3)) assert.equal(near(small(value), value).figures, value < 999.5 ? 3 : 4);
    assert.equal(small(0), '0');
  });
});

test('a large count is told as the language counts', (t) => {
  const { lang } = state;
  t.after(() => Object.assign(state, { lang }));
  const counts = [1_319_512, 22_050_664, 86_567_656, 632_000_000];
  state.lang = 'en';
  assert.deepEqual(counts.map(large), ['1.32\u00a0M', '22.1\u00a0M', '86.6\u00a0M', '632\u00a0M']);
  state.lang = 'ko';
  assert.deepEqual(counts.map(large), ['132만', '2\u202f210만', '8\u202f660만', '6.32억']);
});

describe('a fixed number of decimals', () => {
  for (const [print, decimals] of [
    [hundredths, 2],
    [thousandths, 3],
    [signedNumber, 3],
    [nats, 3],
    [exact, 4],
  ])
    test(print.name, () => {
      for (const size of numbers(-2, 4))
        for (const value of [size, -size]) {
          const text = print(value);
          assert.match(text, new RegExp(`^[−+]?[\\d\u202f]+\\.\\d{${decimals}}$`));
          near(text, value);
        }
    });

  test('a term below 0 stands in brackets, a signed one behind its sign', () => {
    assert.deepEqual(
      [0.5, -0.5].map((value) => exactTerm(value)),
      ['0.5000', '(−0.5000)'],
    );
    assert.deepEqual(
      [1, 0, -1].map((value) => signedNumber(value)),
      ['+1.000', '+0.000', '−1.000'],
    );
  });
});

test('a power of e has four digits, or all of a number up to a million', () => {
  for (const value of numbers(-8, 9)) {
    const { figures } = near(magnitude(value), value);
    assert.ok(value >= 1e3 && value < 1e6 ? figures >= 4 && figures <= 7 : figures === 4, magnitude(value));
  }
  assert.deepEqual(
    [0, 0.0213, 12.4, 999.97, 3381, 41234567].map((value) => magnitude(value)),
    ['0', '0.02130', '12.40', '1\u202f000', '3\u202f381', '4.123 × 10⁷'],
  );
});

test('a number that would print as nothing prints its first digit', () => {
  assert.deepEqual(
    [exact(0.00001234), thousandths(-0.0004), signedNumber(0.0004), nats(-0.0002), exact(0)],
    ['1 × 10⁻⁵', '−4 × 10⁻⁴', '+4 × 10⁻⁴', '−2 × 10⁻⁴', '0.0000'],
  );
});

test('what is printed is read', () => {
  const texts = ['−0.250', '1\u202f234.5', '(−0.0120)', '+4 × 10⁻⁴', '4.123 × 10⁻⁷', '12.3\u00a0%', '−∞'];
  assert.deepEqual(texts.map(read), [-0.25, 1234.5, -0.012, 4e-4, 4.123e-7, 0.12300000000000001, -Infinity]);
});

describe('the terms of an equation', () => {
  const times = ([a, b]) => a * b;
  test('have as many digits as the result needs', () => {
    const { texts, said, holds } = settle([{ value: 0.34142 }, { value: -1.7519 }], times, {
      value: 0.34142 * -1.7519,
    });
    assert.deepEqual({ texts, said, holds }, { texts: ['0.3414', '−1.752'], said: '−0.598', holds: true });
  });

  test('have three where that is enough', () => {
    assert.deepEqual(settle([{ value: 2 }, { value: 3 }], times, { value: 6 }).texts, ['2.00', '3.00']);
  });

  test('a result that no digits give has fewer, or is told as nearly', () => {
    const apart = settle([{ value: 1 }], ([x]) => x, { value: 1.004999 }),
      far = settle([{ value: 1 }], ([x]) => x, { value: 2 });
    assert.deepEqual([apart.said, apart.holds, far.holds], ['1.00', true, false]);
    assert.deepEqual(settle([{ value: 1.0049 }], ([x]) => x, { value: 1.0051 }).said, '1.0');
  });
});

test('as many significant digits as asked for, where rounding carries over too', () => {
  assert.deepEqual(
    [significant(99.96, 3), significant(999.97, 4), significant(0.00099996, 3), significant(1234.5, 2)],
    ['100', '1\u202f000', '0.00100', '1\u202f235'],
  );
});

test('the error function, and what is made of it', () => {
  // Abramowitz and Stegun, table 7.1.
  for (const [x, value] of [
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [-1.5, -0.9661051465],
    [2, 0.995322265],
  ])
    assert.ok(Math.abs(erf(x) - value) < 1e-9);
  assert.ok(Math.abs(ACTIVATIONS.gelu.compute(-4) - -4 * 3.167124183e-5) < 1e-11);
});

test('whole numbers are parted by thousands', () => {
  assert.deepEqual([0, 7, 999, 1000, 1234567.4].map(whole), ['0', '7', '999', '1\u202f000', '1\u202f234\u202f567']);
  assert.deepEqual([-7, -1000].map(whole), ['−7', '−1\u202f000']);
});

test('so are the counts that texts and sentences of errors are filled with, but no text that only looks like one', (t) => {
  const { lang, boot } = state;
  t.after(() => Object.assign(state, { lang, boot }));
  const texts = { long: 'The sentence has {found} characters, {share} of {file}.', root: 'It is $√{d}$ here.' };
  Object.assign(state, { lang: 'en', boot: { texts: { en: texts } } });
  const plain = (key, params) => html(key, params).replace(/<\/?data[^>]*>/g, '');
  assert.equal(
    plain('long', { found: 1080, share: 0.5, file: 'IMG_2024' }),
    'The sentence has 1\u202f080 characters, 0.5 of IMG_2024.',
  );
  assert.match(html('root', { d: 1024 }), /1\u202f024/);
});

test('of one a text says the word for one, also where the number comes as it is printed', (t) => {
  const { lang, boot } = state;
  t.after(() => Object.assign(state, { lang, boot }));
  const texts = { back: 'It is **{steps}** {steps:step|steps} back.' };
  Object.assign(state, { lang: 'en', boot: { texts: { en: texts } } });
  const told = (steps) => html('back', { steps }).replace(/<\/?data[^>]*>|\*/g, '');
  assert.deepEqual([1, '1', 0, 1001].map(told), [
    'It is 1 step back.',
    'It is 1 step back.',
    'It is 0 steps back.',
    'It is 1\u202f001 steps back.',
  ]);
});

describe('the ramp', () => {
  test('a legend prints the weight that is painted there', () => {
    for (const scale of [1, 0.37, 2 ** -17])
      for (let index = 0; index <= 255; index++) assert.equal(level(weightAt(index / 255, scale), scale), index);
  });

  test('nothing is brighter than its scale, and without a scale all is dark', () => {
    assert.equal(level(0.5, 0.25), 255);
    assert.equal(level(0.5, 0), 0);
    assert.equal(level(0, 1), 0);
  });
});

test('a share that a sentence gives follows from the two numbers beside it', () => {
  let finer = 0;
  for (let i = 1; i < 2000; i++) {
    const whole = Math.fround(0.01 + ((i * 7919) % 97.31)),
      part = Math.fround(whole * ((i * 31) % 211) * 0.007 + 0.003);
    const said = shareOf(part, whole);
    assert.equal(percent(read(said.part) / read(said.whole)), said.share);
    finer += said.whole === digits(whole) ? 0 : 1;
  }
  assert.ok(finer > 100, 'three digits of each often do not give the third of their quotient');
  assert.deepEqual(shareOf(2.7, 4.4), { part: '2.70', whole: '4.40', share: '61.4\u00a0%' });
});

test('what a sentence says to follow from a number does so as both are printed', () => {
  const attempts = [
    [(value) => value / Math.sqrt(32), digits], // Decoder: why scores are divided
    [(value) => value / 257, percent], // Attention: times an even share of as many keys
  ];
  for (const [compute, write] of attempts) {
    let finer = 0;
    for (let i = 1; i < 2000; i++) {
      const value = Math.fround(0.01 + ((i * 7919) % 97.31)),
        { from, said } = derived(value, compute, write);
      assert.equal(write(compute(read(from))), said);
      finer += from === digits(value) ? 0 : 1;
    }
    assert.ok(finer > 100, 'three digits of a number often do not give the third of what follows');
  }
});
