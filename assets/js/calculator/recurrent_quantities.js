// The quantities of a recurrent translator, as quantities.js declares those of the others: symbol, colour, axes; and the formula that gives
// them, as the model runs it. vit_core/provenance/recurrent_rules.py has the same quantities.

const UNIT = ['token', 'number'];
/** A gate's letter; the candidate's depends on the cell: the plain network's is the new state itself. */
const LETTERS = {
  reset_gate: 'r',
  update_gate: 'z',
  input_gate: 'i',
  forget_gate: 'f',
  output_gate: 'o',
  candidate: { rnn: 'h', lstm: 'g', gru: 'n' },
};
const RAISED = { r: 'ʳ', z: 'ᶻ', i: 'ⁱ', f: 'ᶠ', o: 'ᵒ', n: 'ⁿ', g: 'ᵍ', h: '' };
const STATE = { rnn: 'h_t = tanh(u_t)', lstm: 'h_t = o_t ⊙ tanh(c_t)', gru: 'h_t = z_t ⊙ h_{t − 1} + (1 − z_t) ⊙ n_t' };

const QUANTITIES = {
  words: { symbol: 'w', colour: 'residual', axes: UNIT },
  read: { symbol: 'x', colour: 'residual', axes: UNIT },
  cell: { symbol: 'c', colour: 'residual', axes: UNIT, formula: 'c_t = f_t ⊙ c_{t − 1} + i_t ⊙ g_t' },
  'attn.q': { symbol: 'q', colour: 'query', axes: UNIT, formula: 'q_t = W h_{t − 1}' },
  'attn.k': { symbol: 'k', colour: 'key', axes: ['key', 'number'], formula: 'k_s = U h_s' },
  'attn.fit.pre': { symbol: 'q+k', colour: 'ink-2', axes: ['token', 'key', 'number'] },
  'attn.fit': { symbol: 'm', colour: 'ink-2', axes: ['token', 'key', 'number'], formula: 'm_{t s} = tanh(q_t + k_s)' },
  'attn.scores': {
    symbol: 'e',
    colour: 'residual',
    axes: ['token', 'key'],
    formula: 'e_{t s} = v^⊤ tanh(W h_{t − 1} + U h_s)',
  },
  'attn.pattern': { symbol: 'a', colour: 'key', axes: ['token', 'key'], formula: 'a_t = softmax(e_t)' },
  context: { symbol: 'ctx', colour: 'value', axes: UNIT, formula: 'context_t = ∑_s a_{t s} h_s' },
  'readout.pre': { symbol: 'uʸ', colour: 'ink-2', axes: UNIT },
  readout: { symbol: 'y', colour: 'ink-2', axes: UNIT, formula: 'y_t = tanh(u_y)' },
  logits: { symbol: 'ℓ', colour: 'ink', axes: ['token', 'word'] },
};
/** @type {[RegExp, string][]} */
const LEARNED = [
  [/bias(_[ih]h)?$/, 'b'],
  [/^attn\.v$/, 'v'],
  [/embed\.weight$/, 'E'],
  [/^attn\.k\.weight$/, 'U'],
  [/./, 'W'],
];

/** What the recurrent network of this cell has under that name, without "encoder." or "decoder."; null for what it learned. */
function declared(rest, cell) {
  if (rest === 'state') return { symbol: 'h', colour: 'residual', axes: UNIT, formula: STATE[cell] };
  const [, gate, before] = /^(\w+?)(\.pre)?$/.exec(rest) ?? [];
  if (!Object.hasOwn(LETTERS, gate ?? '')) return QUANTITIES[rest] ?? null;
  const letter = LETTERS[gate][cell] ?? LETTERS[gate],
    own = letter === 'h' ? '' : letter,
    u = `u_${own || 't'}`;
  const about = { gate, axes: UNIT, colour: gate === 'candidate' ? 'value' : 'ink-2' };
  if (!before)
    return { ...about, symbol: letter, formula: `${letter}_t = ${gate === 'candidate' ? 'tanh' : 'σ'}(${u})` };
  const recalled = `W_{${own}h} h_{t − 1} + b_{${own}h}`,
    closed = cell === 'gru' && gate === 'candidate';
  return {
    ...about,
    symbol: `u${RAISED[letter]}`,
    colour: 'ink-2',
    formula: `${u} = W_{${own}x} x_t + b_{${own}x} + ${closed ? `r_t ⊙ (${recalled})` : recalled}`,
  };
}

/** As quantities.js' `quantity`, of a recurrent translator with this cell. */
export function recurrentQuantity(name, cell) {
  const [, stack = '', rest] = /^(?:(encoder|decoder)\.)?(.+)$/.exec(name),
    found = declared(rest, cell);
  const about = {
    name,
    stack,
    cross: false,
    layer: null,
    kind: ['words', 'logits'].includes(rest) ? rest : `step.${rest}`,
  };
  return found
    ? { ...about, ...found }
    : { ...about, learned: true, symbol: LEARNED.find(([ending]) => ending.test(name))[1], colour: 'ink-3', axes: [] };
}
