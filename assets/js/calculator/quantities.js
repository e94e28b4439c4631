// Every quantity the calculator can tell, declared once: its symbol, its colour in the grammar of the page, and its axes. Titles, trail,
// operands and highlights are all made from this table; vit_core/provenance/rules.py has the same quantities.

import { t } from '../core/text.js';
import { tokenName } from '../core/token_name.js';

const QUANTITIES = {
  'attn.q': { symbol: 'q', colour: 'query', axes: ['head', 'token', 'number'] },
  'attn.k': { symbol: 'k', colour: 'key', axes: ['head', 'token', 'number'] },
  'attn.v': { symbol: 'v', colour: 'value', axes: ['head', 'token', 'number'] },
  'attn.scores': { symbol: 's', colour: 'residual', axes: ['head', 'token', 'key'] },
  'attn.pattern': { symbol: 'w', colour: 'key', axes: ['head', 'token', 'key'] },
  'attn.z': { symbol: 'z', colour: 'value', axes: ['head', 'token', 'number'] },
  ln1: { symbol: 'x̂', colour: 'ink-2', axes: ['token', 'number'] },
  attn_out: { symbol: 'a', colour: 'value', axes: ['token', 'number'] },
  resid_pre: { symbol: 'x', colour: 'residual', axes: ['token', 'number'] },
  resid_mid: { symbol: 'x′', colour: 'residual', axes: ['token', 'number'] },
  resid_post: { symbol: 'x″', colour: 'residual', axes: ['token', 'number'] },
  ln2: { symbol: 'x̂′', colour: 'ink-2', axes: ['token', 'number'] },
  'mlp.pre': { symbol: 'h', colour: 'ink-2', axes: ['token', 'number'] },
  'mlp.post': { symbol: 'g', colour: 'ink-2', axes: ['token', 'number'] },
  mlp_out: { symbol: 'm', colour: 'ink-2', axes: ['token', 'number'] },
  patches: { symbol: 'e', colour: 'residual', axes: ['patch', 'number'] },
  position: { symbol: 'p', colour: 'ink-2', axes: ['place', 'number'] },
  tokens: { symbol: 'x', colour: 'residual', axes: ['token', 'number'] },
  ln_final: { symbol: 'x̂', colour: 'ink-2', axes: ['token', 'number'] },
  logits: { symbol: 'ℓ', colour: 'ink', axes: ['class'] },
  pixels: { symbol: 'c', colour: 'ink', axes: ['channel', 'y', 'x'] },
  weight: { symbol: 'W', colour: 'ink-3', axes: ['row', 'number'], learned: true },
  learned_token: { symbol: 'x', colour: 'residual', axes: ['', '', 'number'], learned: true },
};

/** { kind, layer, ...declaration } of a quantity's full name, as in "blocks.3.attn.q". */
export function quantity(name) {
  const inBlock = /^blocks\.(\d+)\.(.+)$/.exec(name);
  const kind = name.endsWith('.weight') ? 'weight' : name.endsWith('_token') ? 'learned_token' : inBlock ? inBlock[2] : name;
  return { kind, layer: inBlock ? Number(inBlock[1]) : null, ...QUANTITIES[kind] };
}

/** Where a number stands, in words: the parameters of its texts. */
function place({ layer, axes }, index, look) {
  const at = { layer: layer === null ? '' : layer + 1 };
  axes.forEach((axis, i) => { if (axis) at[axis] = index[i] + 1; });
  if (axes.includes('token')) at.token = tokenName(index[axes.indexOf('token')], look);
  if (axes.includes('key')) at.key = tokenName(index[axes.indexOf('key')], look);
  if (axes.includes('place')) at.token = tokenName(index[0] < look.placed ? index[0] : index[0] - look.placed + look.prefix.length, look);
  if (axes.includes('patch')) at.token = tokenName(index[0] + look.prefix.length, look);
  if (axes[0] === 'channel') at.channel = t(`calculator.channel_${index[0]}`);
  return at;
}

/** A number's name in a sentence. */
export function called(name, index, look) {
  const about = quantity(name);
  return t(`calculator.${about.kind.replace('.', '_')}`, place(about, index, look));
}

const lowered = (number) => String(number).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[digit]);

/** A number's symbol with its place as an index: q₁₂; a pixel's with its column and row. */
export function symbol(name, index) {
  const { symbol: letter, axes } = quantity(name);
  if (axes[0] === 'channel') return `${'rgb'[index[0]]}${lowered(index[2] + 1)}‚${lowered(index[1] + 1)}`;
  return axes.at(-1) === 'number' ? `${letter}${lowered(index.at(-1) + 1)}` : letter;
}

/** Where the i-th operand of a source stands: { name, index }. */
export function operandAt({ name, start, run }, i) {
  const index = [];
  for (let axis = run.length - 1, rest = i; axis >= 0; axis--) { index[axis] = start[axis] + (rest % run[axis]); rest = Math.floor(rest / run[axis]); }
  return { name, index };
}
