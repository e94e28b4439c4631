// The arithmetic of the notes' cards: each line is done with the numbers it prints, and opens in the calculator. The printed sheets have the same lines.
//
// A line is { key, params, parts, compute, result, symbol, opens }: what is said of it, the equation (core/equation.js), the symbol under its result, and the number of
// the trace that it is. A long sum prints its three largest products and the rest of them as one number, so that it can be done by hand.

import { timesKept } from '../calculator/parts.js';
import { operandAt } from '../calculator/quantities.js';
import { number, powerOfE } from '../calculator/terms.js';
import { changeOf } from '../core/photo_query.js';
import { bare } from '../core/equation.js';
import { magnitude, percent, significant, t, whole } from '../core/text.js';

const FEW = 3;
const usual = (value, more) => significant(value, 3 + more);
/** Behind a sign a number below 0 stands in brackets. */
const behind = (value, more) => (value < 0 ? `(${usual(value, more)})` : usual(value, more));
/** What is given as it is. */
const fixed = (value, symbol) => number(symbol, value, Number.isInteger(value) ? whole : String);

/** Whether a kind of change (core/change.js) is made in a layer. */
const isOff = (photoQuery, kind, layer) => {
  const layers = changeOf(photoQuery)[kind];
  return layers === 'all' || layers.includes(layer + 1);
};

/** The places of the largest products, in their order. */
function largest(a, b) {
  const size = (i) => Math.abs(a[i] * b[i]);
  return [...a.keys()]
    .sort((i, j) => size(j) - size(i))
    .slice(0, FEW)
    .sort((i, j) => i - j);
}

/** Three products and the rest of a sum of products, then what is added, then what it is divided by: { parts, compute }. */
function sumOfProducts(a, b, { of, by, bias = null, divisor = null }) {
  const chosen = largest(a, b),
    all = a.reduce((sum, value, i) => sum + value * b[i], 0),
    rest = all - chosen.reduce((sum, i) => sum + a[i] * b[i], 0);
  const parts = chosen.flatMap((i, at) => [
    ...(at ? ['+'] : []),
    number(of(i), a[i], at ? behind : usual),
    '×',
    number(by(i), b[i], behind),
  ]);
  parts.push('+', number(t('notes.rest', { count: whole(a.length - FEW) }), rest, behind));
  if (bias !== null) parts.push('+', number('b', bias, behind));
  const compute = (values) => {
    let sum = 0;
    for (let i = 0; i < FEW; i++) sum += values[2 * i] * values[2 * i + 1];
    sum += values[2 * FEW] + (bias === null ? 0 : values[2 * FEW + 1]);
    return divisor === null ? sum : sum / values.at(-1);
  };
  if (divisor === null) return { parts, compute };
  return { parts: ['(', ...parts, ')', '÷', divisor], compute };
}

/** A number that a matrix makes of a row, from what the calculator is told of it. */
function made({ arrays, facts }, of, by) {
  return timesKept(sumOfProducts(arrays.a.data, arrays.b.data, { of, by, bias: facts.numbers.bias ?? null }), facts);
}

function normed({ arrays, facts: { numbers } }, symbol) {
  const { at, eps, weight, bias, mean, variance } = numbers;
  return {
    parts: [
      '(',
      number(`${symbol}[${at + 1}]`, arrays.x.data[at]),
      '−',
      number('mean', mean, behind),
      ')',
      '÷',
      number('std', Math.sqrt(variance + eps)),
      '×',
      number('γ', weight, behind),
      '+',
      number('b', bias, behind),
    ],
    compute: ([x, m, s, g, b]) => ((x - m) / s) * g + b,
  };
}

const added = ([one, other]) => one + other;
const sum = (one, other) => ({ parts: [one, '+', other], compute: added });
const alone = (one) => ({ parts: [one], compute: ([value]) => value });
const divided = ([power, all]) => power / all;

/** A share of all the powers of e: the weight of a key, the probability of a class. */
function share(scores, at) {
  const top = Math.max(...scores),
    shift = top > 80 ? top : 0; // as the calculator does it
  const powers = Array.from(scores, (score) => Math.exp(score - shift));
  const all = powers.reduce((before, power) => before + power, 0);
  return {
    parts: [
      powerOfE(scores[at], powers[at], shift),
      '÷',
      number(t('calculator.sum_of', { count: scores.length }), all, magnitude),
    ],
    compute: divided,
    write: percent,
  };
}

/** Of a head that says of each class whether it is there: 1 / (1 + e^-score). */
function yesOrNo(score) {
  const below = 1 + Math.exp(-score);
  return {
    parts: [bare(1, whole), '÷', number('1 + e^−ℓ', below, magnitude)],
    compute: divided,
    write: percent,
  };
}

/** Lines of cards 27 to 34, by card. `shown` is what the screen holds (screens/notes.js), with the calculator's answers in `told`. */
export function arithmeticLines(shown) {
  const { photoQuery, layer, head, token, patch, unit, dim, key, hidden, pixel, index, around, block, told } = shown;
  const l = layer + 1,
    at = (quantity) => `blocks.${layer}.${quantity}`,
    place = { token: shown.name(token), key: shown.name(key), patch: shown.name(patch + 1), layer: l, head: head + 1 };
  const one = ({ data, shape }, row, col) => data[row * shape.at(-1) + col],
    row = ({ data, shape: [, n, d] }, of) => data.subarray((head * n + of) * d, (head * n + of + 1) * d);
  const line = (name, sumOf, value, symbol, opens, params = {}) => ({
    ...sumOf,
    key: `notes.line_${name}`,
    params: { ...place, j: unit + 1, i: dim + 1, ...params },
    symbol,
    value,
    opens,
  });
  const counting = (name, parts, compute, value) => ({
    ...line(name, { parts, compute, write: whole }, value, '', null),
  });
  const n = photoQuery.rows,
    side = photoQuery.patch,
    given = (value) => bare(value, whole);
  const { mean, std } = told.pixel.facts.numbers,
    byte = told.pixel.arrays.x.data[0];
  const weights = row(block.pattern, token),
    values = Float32Array.from({ length: photoQuery.tokens }, (_, s) => row(block.v, s)[dim]);
  /** The stream and what a branch adds to it; that alone where the residual is off. */
  const onStream = (symbol, stream, name, branch) =>
    isOff(photoQuery, 'residual', layer)
      ? alone(number(name, one(branch, token, unit)))
      : sum(number(symbol, one(stream, token, unit)), number(name, one(branch, token, unit), behind));
  const root = isOff(photoQuery, 'scale', layer) ? null : fixed(Math.sqrt(photoQuery.d_head), `√${photoQuery.d_head}`);
  const a = one(block.pre, token, hidden),
    φ = one(block.post, token, hidden);
  const pixelAt = operandAt(told.patch.facts.sources.a, pixel);
  return {
    27: [
      counting('side', [given(n * side), '÷', given(side)], divided, n),
      counting('tokens', [given(n), '×', given(n), '+', given(1)], ([x, y, z]) => x * y + z, n * n + 1),
      counting('numbers', [given(3), '×', given(side), '×', given(side)], ([x, y, z]) => x * y * z, 3 * side * side),
      line(
        'pixel',
        {
          parts: ['(', fixed(byte, ''), '÷', fixed(255, ''), '−', fixed(mean, 'mean'), ')', '÷', fixed(std, 'std')],
          compute: ([x, all, m, s]) => (x / all - m) / s,
        },
        one(around.pixels, patch, pixel),
        `x_p[${pixel + 1}]`,
        pixelAt,
        { m: pixel + 1 },
      ),
    ],
    28: [
      line(
        'embed',
        made(
          told.patch,
          (m) => `x_p[${m + 1}]`,
          (m) => `E[${m + 1}, ${unit + 1}]`,
        ),
        one(around.content, patch + 1, unit),
        `emb[${unit + 1}]`,
        { name: 'patches', index: [patch, unit] },
      ),
      line('norm', normed(told.ln1, `z_${layer}`), one(block.ln1, token, unit), `LN[${unit + 1}]`, {
        name: at('ln1'),
        index: [token, unit],
      }),
    ],
    29: [
      line(
        'sum',
        sum(
          number(token ? `emb[${unit + 1}]` : 'x_class', one(around.content, token, unit)),
          number('E_pos', one(around.position, token, unit), behind),
        ),
        one(around.tokens, token, unit),
        `z_0[${unit + 1}]`,
        { name: 'tokens', index: [token, unit] },
      ),
    ],
    30: ['q', 'k', 'v'].map((which) =>
      line(
        which,
        made(
          told[which],
          (m) => `LN[${m + 1}]`,
          (m) => `W^${which.toUpperCase()}[${m + 1}, ${head * photoQuery.d_head + dim + 1}]`,
        ),
        row(block[which], token)[dim],
        `${which}[${dim + 1}]`,
        { name: at(`attn.${which}`), index: [head, token, dim] },
      ),
    ),
    31: [
      line(
        isOff(photoQuery, 'scale', layer) ? 'score_unscaled' : 'score',
        sumOfProducts(row(block.q, token), row(block.k, key), {
          of: (m) => `q[${m + 1}]`,
          by: (m) => `k[${m + 1}]`,
          divisor: root,
        }),
        row(block.scores, token)[key],
        's',
        { name: at('attn.scores'), index: [head, token, key] },
        { d: photoQuery.d_head },
      ),
      line('weight', share(row(block.scores, token), key), weights[key], 'A', {
        name: at('attn.pattern'),
        index: [head, token, key],
      }),
      line(
        'mix',
        sumOfProducts(weights, values, {
          of: (s) => t('notes.weight_of', { key: shown.short(s) }),
          by: () => `v[${dim + 1}]`,
        }),
        row(block.z, token)[dim],
        `head[${dim + 1}]`,
        { name: at('attn.z'), index: [head, token, dim] },
      ),
      line(
        'heads',
        made(
          told.attn_out,
          (m) => `concat[${m + 1}]`,
          (m) => `W^O[${m + 1}, ${unit + 1}]`,
        ),
        one(block.attn_out, token, unit),
        `MSA[${unit + 1}]`,
        { name: at('attn_out'), index: [token, unit] },
        { heads: photoQuery.heads, d: photoQuery.d_head, product: photoQuery.d_model },
      ),
    ],
    32: [
      line(
        'residual',
        onStream(`z_${layer}[${unit + 1}]`, block.x, 'MSA', block.attn_out),
        one(block.mid, token, unit),
        `z′_${l}[${unit + 1}]`,
        {
          name: at('resid_mid'),
          index: [token, unit],
        },
      ),
    ],
    33: [
      line('norm2', normed(told.ln2, `z′_${l}`), one(block.ln2, token, unit), `LN[${unit + 1}]`, {
        name: at('ln2'),
        index: [token, unit],
      }),
      line(
        'hidden',
        made(
          told.pre,
          (m) => `LN[${m + 1}]`,
          (m) => `W_1[${m + 1}, ${hidden + 1}]`,
        ),
        a,
        `a[${hidden + 1}]`,
        { name: at('mlp.pre'), index: [token, hidden] },
        { u: hidden + 1 },
      ),
      line(
        'gelu',
        {
          parts: [number(`a[${hidden + 1}]`, a), '×', number(t('notes.below'), a ? φ / a : 0.5)],
          compute: ([x, below]) => x * below,
        },
        φ,
        `φ[${hidden + 1}]`,
        { name: at('mlp.post'), index: [token, hidden] },
        { u: hidden + 1 },
      ),
      line(
        'mlp',
        made(
          told.mlp_out,
          (m) => `φ[${m + 1}]`,
          (m) => `W_2[${m + 1}, ${unit + 1}]`,
        ),
        one(block.mlp_out, token, unit),
        `MLP[${unit + 1}]`,
        { name: at('mlp_out'), index: [token, unit] },
      ),
      line(
        'out',
        onStream(`z′_${l}[${unit + 1}]`, block.mid, 'MLP', block.mlp_out),
        one(block.out, token, unit),
        `z_${l}[${unit + 1}]`,
        {
          name: at('resid_post'),
          index: [token, unit],
        },
      ),
    ],
    34: [
      line(
        'logit',
        made(
          told.logit,
          (m) => `y[${m + 1}]`,
          (m) => `W[${m + 1}, ${index + 1}]`,
        ),
        around.logits.data[index],
        'ℓ',
        { name: 'logits', index: [index] },
        { class: shown.className(index) },
      ),
      line(
        'class',
        photoQuery.each ? yesOrNo(around.logits.data[index]) : share(around.logits.data, index),
        around.probabilities.data[index],
        'p',
        null,
        {
          class: shown.className(index),
          count: photoQuery.classes,
        },
      ),
    ],
  };
}
