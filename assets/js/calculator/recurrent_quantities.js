// The quantities of a recurrent translator, as quantities.js declares those of the others: symbol, colour, axes; and the formula that gives
// them, as the model runs it. vit_core/provenance/recurrent_rules.py has the same quantities.

const UNIT = ['token', 'number'];
/** A gate's letter; the candidate's depends on the cell: the plain network's is the new state itself. */
const LETTERS = {
  reset_gate: 'r',
  update_gate: 'u',
  input_gate: 'i',
  forget_gate: 'f',
  output_gate: 'o',
  candidate: { rnn: 'h', lstm: 'g', gru: 'g' },
};
const STATE = { rnn: 'h_t = tanh(a_t)', lstm: 'h_t = o_t ⊙ tanh(c_t)', gru: 'h_t = u_t ⊙ h_{t − 1} + (1 − u_t) ⊙ g_t' };

const QUANTITIES = {
  words: { symbol: 'emb', colour: 'residual', axes: UNIT },
  read: { symbol: 'x', colour: 'residual', axes: UNIT },
  cell: { symbol: 'c', colour: 'residual', axes: UNIT, formula: 'c_t = f_t ⊙ c_{t − 1} + i_t ⊙ g_t' },
  'attn.q': { symbol: 'q', colour: 'query', axes: UNIT, formula: 'q_t = W_a h_{t − 1}' },
  'attn.k': { symbol: 'k', colour: 'key', axes: ['key', 'number'], formula: 'k_j = U_a h_j' },
  'attn.fit.pre': { symbol: 'q+k', colour: 'ink-2', axes: ['token', 'key', 'number'] },
  'attn.fit': {
    symbol: 'fit',
    colour: 'ink-2',
    axes: ['token', 'key', 'number'],
    formula: 'fit_{t j} = tanh(q_t + k_j)',
  },
  'attn.scores': {
    symbol: 's',
    colour: 'residual',
    axes: ['token', 'key'],
    formula: 's_{t j} = v_a^⊤ tanh(W_a h_{t − 1} + U_a h_j)',
  },
  'attn.pattern': { symbol: 'A', colour: 'key', axes: ['token', 'key'], formula: 'A_t = softmax(s_t)' },
  context: { symbol: 'context', colour: 'value', axes: UNIT, formula: 'context_t = ∑_j A_{t j} h_j' },
  'readout.pre': { symbol: 'a_readout', colour: 'ink-2', axes: UNIT },
  readout: { symbol: 'readout', colour: 'ink-2', axes: UNIT, formula: 'readout_t = tanh(a_readout)' },
  logits: { symbol: 'ℓ', colour: 'ink', axes: ['token', 'word'] },
};
/** @type {[RegExp, string][]} */
const LEARNED = [
  [/bias_hh$/, 'b′'],
  [/bias(_ih)?$/, 'b'],
  [/^attn\.v$/, 'v_a'],
  [/embed\.weight$/, 'E'],
  [/^attn\.k\.weight$/, 'U_a'],
  [/^attn\.q\.weight$/, 'W_a'],
  [/weight_hh$/, 'U'],
  [/./, 'W'],
];

/** What the recurrent network of this cell has under that name, without "encoder." or "decoder."; null for what it learned. */
function declared(rest, cell) {
  if (rest === 'state') return { symbol: 'h', colour: 'residual', axes: UNIT, formula: STATE[cell] };
  const [, gate, before] = /^(\w+?)(\.pre)?$/.exec(rest) ?? [];
  if (!Object.hasOwn(LETTERS, gate ?? '')) return QUANTITIES[rest] ?? null;
  const letter = LETTERS[gate][cell] ?? LETTERS[gate],
    own = letter === 'h' ? '' : letter,
    a = own ? `a_{${own} t}` : 'a_t';
  const about = { gate, axes: UNIT, colour: gate === 'candidate' ? 'value' : 'ink-2' };
  if (!before)
    return { ...about, symbol: letter, formula: `${letter}_t = ${gate === 'candidate' ? 'tanh' : 'σ'}(${a})` };
  const at = own && `_${own}`,
    recalled = `U${at} h_{t − 1} + b′${at}`,
    closed = cell === 'gru' && gate === 'candidate';
  return {
    ...about,
    symbol: own ? `a_${own}` : 'a',
    colour: 'ink-2',
    formula: `${a} = W${at} x_t + b${at} + ${closed ? `r_t ⊙ (${recalled})` : recalled}`,
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
