// The eight cards of the notes, 27 to 34: which matrices stand on each. What is said is in demo/text/*/notes.md.

import { operandAt } from '../calculator/quantities.js';
import { explain } from '../core/explain.js';
import { update } from '../core/state.js';
import { NO_KEYS, rowPeak } from '../instrument/scale.js';

/** Press a number: its token and its place among the token's numbers are held. */
const holdUnit = (row, unit) => update({ query: row, unit });
/** The same in a head, whose numbers are a part of the token's when the heads are joined. */
const holdDim =
  ({ head, photoQuery }) =>
  (row, dim) =>
    update({ query: row, unit: head * photoQuery.d_head + dim });
const holdPair = (query, noteKey) => update({ query, noteKey });

/** All tokens on d_model numbers. */
const stream = (key, symbol, of, tone = 'residual') => ({
  key,
  tone,
  choose: () => holdUnit,
  show: (shown) => ({
    symbol: symbol(shown),
    rows: shown.names,
    cols: shown.photoQuery.d_model,
    data: of(shown).data,
    held: [shown.token, shown.unit],
  }),
});
/** All tokens on the numbers of one head. */
const ofHead = (which, symbol, tone) => ({
  key: `notes.of_${which}`,
  tone,
  choose: holdDim,
  show: ({ block, head, photoQuery: { tokens, d_head: d }, names, token, dim }) => ({
    symbol: symbol(head + 1),
    rows: names,
    cols: d,
    data: block[which].data.subarray(head * tokens * d, (head + 1) * tokens * d),
    held: [token, dim],
  }),
});
/** All tokens on all tokens, in one head. */
const pairs = (which, symbol, shares) => ({
  key: `notes.of_${which}`,
  tone: 'key',
  choose: () => holdPair,
  show: ({ block, head, photoQuery: { tokens }, names, token, key }) => {
    const data = block[which].data.subarray(head * tokens ** 2, (head + 1) * tokens ** 2);
    return {
      symbol,
      rows: names,
      columnNames: names,
      cols: tokens,
      data,
      held: [token, key],
      scale: shares ? rowPeak(data, NO_KEYS) : null,
    };
  },
});
const units = (which, symbol) => ({
  key: `notes.of_${which}`,
  tone: 'ink',
  choose: () => (query, hiddenUnit) => update({ query, hiddenUnit }),
  show: ({ block, photoQuery, names, token, hidden }) => ({
    symbol,
    rows: names,
    cols: photoQuery.d_mlp,
    data: block[which].data,
    held: [token, hidden],
  }),
});
/** What is read of the one token that reaches the head, or said by it. */
const single = (key, symbol, of, held, choose) => ({
  key,
  tone: 'ink',
  choose: () => choose,
  show: (shown) => {
    const data = of(shown);
    return { symbol, rows: ['CLS'], cols: data.length, data, held: [0, held(shown)] };
  },
});
/** What was learned for the number that is worked out: the matrix's column, as a row. Its numbers open as those of the calculator do. */
const column = (which, symbol, counted = 'd_model') => ({
  key: 'notes.column',
  tone: 'ink',
  params: ({ told, photoQuery }) => {
    const { start, run } = told[which].facts.sources.b;
    return { column: start[0] + 1, rows: run.at(-1), columns: photoQuery[counted] };
  },
  choose:
    ({ told, photoQuery }) =>
    (_, at) => {
      const { name, index } = operandAt(told[which].facts.sources.b, at);
      explain(name, index, { photoQuery });
    },
  show: ({ told }) => {
    const { data } = told[which].arrays.b;
    return { symbol, rows: [''], cols: data.length, data, held: [0, null] };
  },
});
const concatOf = ({ block: { z }, photoQuery: { heads, tokens, d_head: d, d_model } }) => ({
  data: Float32Array.from({ length: tokens * d_model }, (_, i) => {
    const token = Math.floor(i / d_model),
      at = i % d_model;
    return z.data[((Math.floor(at / d) % heads) * tokens + token) * d + (at % d)];
  }),
});

/** [card, its matrices] in the notes' order. */
export const CARDS = [
  [
    27,
    [
      {
        key: 'notes.of_pixels',
        tone: 'ink',
        choose: () => (row, notePixel) => update({ query: row + 1, notePixel }),
        show: ({ around, photoQuery, names, patch, pixel }) => ({
          symbol: 'x_p',
          rows: names.slice(1),
          cols: 3 * photoQuery.patch ** 2,
          data: around.pixels.data,
          held: [patch, pixel],
        }),
      },
      stream(
        'notes.of_position',
        () => 'E_pos',
        ({ around }) => around.position,
        'ink',
      ),
    ],
  ],
  [
    28,
    [
      column('patch', 'E'),
      stream(
        'notes.of_content',
        () => 'x_p E + b',
        ({ around }) => around.content,
      ),
      stream(
        'notes.of_ln1',
        ({ layer }) => `LN(z_${layer})`,
        ({ block }) => block.ln1,
        'ink',
      ),
    ],
  ],
  [
    29,
    [
      stream(
        'notes.of_tokens',
        () => 'z_0',
        ({ around }) => around.tokens,
      ),
    ],
  ],
  [
    30,
    [
      column('q', 'W^Q'),
      column('k', 'W^K'),
      column('v', 'W^V'),
      ofHead('q', (i) => `Q_${i}`, 'query'),
      ofHead('k', (i) => `K_${i}`, 'key'),
      ofHead('v', (i) => `V_${i}`, 'value'),
    ],
  ],
  [
    31,
    [
      pairs('scores', 's', false),
      pairs('pattern', 'A', true),
      ofHead('z', (i) => `head_${i}`, 'value'),
      stream('notes.of_concat', () => 'concat', concatOf, 'value'),
      column('attn_out', 'W^O'),
      stream(
        'notes.of_attn_out',
        () => 'MSA',
        ({ block }) => block.attn_out,
        'value',
      ),
    ],
  ],
  [
    32,
    [
      stream(
        'notes.of_x',
        ({ layer }) => `z_${layer}`,
        ({ block }) => block.x,
      ),
      stream(
        'notes.of_mid',
        ({ layer }) => `z′_${layer + 1}`,
        ({ block }) => block.mid,
      ),
    ],
  ],
  [
    33,
    [
      stream(
        'notes.of_ln2',
        ({ layer }) => `LN(z′_${layer + 1})`,
        ({ block }) => block.ln2,
        'ink',
      ),
      column('pre', 'W_1', 'd_mlp'),
      units('pre', 'a'),
      units('post', 'φ'),
      column('mlp_out', 'W_2'),
      stream(
        'notes.of_mlp_out',
        () => 'MLP',
        ({ block }) => block.mlp_out,
      ),
      stream(
        'notes.of_out',
        ({ layer }) => `z_${layer + 1}`,
        ({ block }) => block.out,
      ),
    ],
  ],
  [
    34,
    [
      single(
        'notes.of_final',
        'y',
        ({ around, photoQuery }) => around.final.data.subarray(0, photoQuery.d_model),
        ({ unit }) => unit,
        (_, unit) => update({ query: 0, unit }),
      ),
      column('logit', 'W', 'classes'),
      single(
        'notes.of_logits',
        'ℓ',
        ({ around }) => around.logits.data,
        ({ index }) => index,
        (_, heldClass) => update({ heldClass }),
      ),
    ],
  ],
];
