// Every quantity the calculator can tell, declared once: its symbol (core/notation.js), its colour in the grammar of the page, and its axes. Titles, trail,
// operands and highlights are all made from this table; vit_core/provenance has the same quantities.

import { t } from '../core/text.js';
import { recurrentQuantity } from './recurrent_quantities.js';

const STREAM = ['token', 'number'],
  OF_HEAD = ['head', 'token', 'number'];
const QUANTITIES = {
  'attn.q': { symbol: 'q', colour: 'query', axes: OF_HEAD },
  'attn.k': { symbol: 'k', colour: 'key', axes: OF_HEAD },
  'attn.v': { symbol: 'v', colour: 'value', axes: OF_HEAD },
  'attn.scores': { symbol: 's', colour: 'residual', axes: ['head', 'token', 'key'] },
  'attn.pattern': { symbol: 'A', colour: 'key', axes: ['head', 'token', 'key'] },
  'attn.z': { symbol: 'head', colour: 'value', axes: OF_HEAD },
  ln1: { symbol: 'LN', colour: 'ink-2', axes: STREAM },
  attn_out: { symbol: 'MSA', colour: 'value', axes: STREAM },
  attn_sum: { symbol: 'z+MSA', colour: 'residual', axes: STREAM },
  resid_pre: { symbol: 'z', colour: 'residual', axes: STREAM },
  resid_mid: { symbol: 'z′', colour: 'residual', axes: STREAM },
  resid_post: { symbol: 'z', colour: 'residual', axes: STREAM },
  ln_cross: { symbol: 'LN', colour: 'ink-2', axes: STREAM },
  cross_out: { symbol: 'MCA', colour: 'value', axes: STREAM },
  cross_sum: { symbol: 'z′+MCA', colour: 'residual', axes: STREAM },
  resid_cross: { symbol: 'z″', colour: 'residual', axes: STREAM },
  ln2: { symbol: 'LN', colour: 'ink-2', axes: STREAM },
  'mlp.pre': { symbol: 'a', colour: 'ink-2', axes: STREAM },
  'mlp.gate': { symbol: 'gate', colour: 'ink-2', axes: STREAM },
  'mlp.value': { symbol: 'a′', colour: 'ink-2', axes: STREAM },
  'mlp.post': { symbol: 'φ', colour: 'ink-2', axes: STREAM },
  mlp_out: { symbol: 'MLP', colour: 'ink-2', axes: STREAM },
  mlp_sum: { symbol: 'z+MLP', colour: 'residual', axes: STREAM },
  patches: { symbol: 'emb', colour: 'residual', axes: ['patch', 'number'] },
  words: { symbol: 'emb', colour: 'residual', axes: STREAM },
  position: { symbol: 'E_pos', colour: 'ink-2', axes: ['place', 'number'] },
  tokens: { symbol: 'z_0', colour: 'residual', axes: STREAM },
  pooled: { symbol: 'pool', colour: 'residual', axes: ['mean', 'number'] },
  ln_final: { symbol: 'y', colour: 'ink-2', axes: STREAM },
  logits: { symbol: 'ℓ', colour: 'ink', axes: ['class'] },
  pixels: { symbol: 'x_p', colour: 'ink', axes: ['channel', 'y', 'x'] },
};
const OF_WORDS = { logits: ['token', 'word'] };
/**
 * What was learned is named by its place in the model, not by a trace: the ending tells what it is.
 * @type {[RegExp, string][]}
 */
const LEARNED = [
  [/norm\w*\.weight$/, 'γ'],
  [/\.gamma$/, 'λ'],
  [/bias$/, 'b'],
  [/embed\.weight$/, 'E'],
  [/\.weight$/, 'W'],
  [/pos/, 'E_pos'],
  [/reg_token/, 'x_reg'],
  [/dist_token/, 'x_dist'],
  [/./, 'x_class'],
];
const NAME = /^(?:(encoder|decoder)\.)?(?:blocks\.(\d+)\.)?(.+)$/;

/**
 * { kind, stack, layer, cross, ...declaration } of a quantity's full name, as in "decoder.blocks.3.cross.q". Of cross-attention the kind
 * is that of any attention; a number of the model that no trace names is learned.
 */
function quantity(name, ofSentence) {
  const [, stack = '', layer, rest] = NAME.exec(name),
    cross = rest.startsWith('cross.') || /^(cross_|ln_cross)/.test(rest);
  const kind = rest.replace(/^cross\./, 'attn.'),
    declared = QUANTITIES[kind];
  const about = { name, kind, stack, cross, layer: layer === undefined ? null : Number(layer) };
  if (!declared)
    return {
      ...about,
      learned: true,
      symbol: LEARNED.find(([ending]) => ending.test(name))[1],
      colour: 'ink-3',
      axes: [],
    };
  return { ...about, ...declared, ...(ofSentence && OF_WORDS[kind] && { axes: OF_WORDS[kind] }) };
}

/** The declaration of a number of a subject. */
export const about = (name, subject) =>
  subject.cell ? recurrentQuantity(name, subject.cell) : quantity(name, Boolean(subject.sentence));

/** Axes whose places have names, and the parameter of the texts that takes each. */
const NAMED = {
  token: 'token',
  mean: 'token',
  key: 'key',
  place: 'token',
  patch: 'token',
  class: 'class',
  word: 'word',
};

/** Where a number stands, in words: the parameters of its texts. */
function place(of, index, subject) {
  const at = { layer: of.layer === null ? '' : of.layer + 1 };
  of.axes.forEach((axis, i) => {
    at[NAMED[axis] || axis] = axis in NAMED ? subject.token(axis, index[i], of) : index[i] + 1;
  });
  if (subject.cell) at.step = index[of.axes.indexOf('token')] + 1;
  if (of.gate) at.gate = t(`calculator.${of.gate}`);
  if (of.axes[0] === 'channel') at.channel = t(`calculator.channel_${index[0]}`);
  return at;
}

/** A number's name in a sentence. */
export function called(name, index, subject) {
  const of = about(name, subject);
  if (of.learned) return t('calculator.weight_of', { name });
  const kind = of.gate ? of.kind.replace(of.gate, 'gate') : of.kind,
    product = kind === 'mlp.post' && subject.photoQuery?.gated,
    key = of.axes.includes('word') ? 'word_score' : product ? 'mlp_product' : kind.replaceAll('.', '_'),
    words = t(`calculator.${key}`, place(of, index, subject));
  // Encoder and decoder have layers of the same number.
  return of.stack ? `${words} · ${t(`calculator.stack_${stackOf(of)}`)}` : words;
}

const stackOf = ({ stack, cross, kind }) =>
  cross ? 'cross' : stack === 'decoder' && kind.startsWith('attn.') ? 'self' : stack;

/** A number's symbol with its place in its vector: q[12]; a pixel's with its column and row, a recurrent network's with its step below: h_3[12]. */
export function quantitySymbol(name, index, subject) {
  const { symbol: letter, axes } = about(name, subject);
  if (axes[0] === 'channel') return `${'RGB'[index[0]]}[${index[2] + 1}, ${index[1] + 1}]`;
  const own = axes.at(-1) === 'number' ? `[${index.at(-1) + 1}]` : '';
  if (!subject.cell || !axes.length) return `${letter}${own}`;
  const [base, under] = letter.split('_'),
    steps = index.filter((_, axis) => ['token', 'key'].includes(axes[axis])).map((i) => i + 1);
  return `${base}_{${[under, ...steps].filter(Boolean).join(' ')}}${own}`;
}

/** Where the i-th operand of a source stands: { name, index }. */
export function operandAt({ name, start, run }, i) {
  const index = [];
  for (let axis = run.length - 1, rest = i; axis >= 0; axis--) {
    index[axis] = start[axis] + (rest % run[axis]);
    rest = Math.floor(rest / run[axis]);
  }
  return { name, index };
}
