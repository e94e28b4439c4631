// What the chapters share that show one cell's reading of the sentence: fetching it, choosing another cell, opening the arithmetic of a number.

import { h } from '../core/dom.js';
import { explain } from '../core/explain.js';
import { CELLS, recurrentView } from '../core/recurrent.js';
import { on, state, update } from '../core/state.js';
import { bindLabel, bindText } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { tokensHere } from './tokens_here.js';

/** Returns a chapter's `show`; `take(payload, sentence)` gets the reading, anew whenever another cell is chosen while the chapter is on screen. */
export function readingOf(host, take) {
  const counted = tokensHere();
  host.append(counted.element);
  let current = null,
    taken = null; // current: { sentence, wanted } of the last visit; taken: the cell on screen
  async function show(sentence, wanted) {
    current = { sentence, wanted };
    const { cell } = state,
      payload = await recurrentView('chain', sentence, { cell });
    if (!wanted() || state.cell !== cell) return;
    taken = cell;
    counted.load(payload.facts, sentence);
    take(payload, sentence);
  }
  on('cell', async () => {
    if (!current?.wanted()) return;
    const { cell } = state;
    host.dataset.waiting = '';
    try {
      await show(current.sentence, current.wanted);
    } catch (error) {
      if (state.cell === cell) update({ problem: asProblem(error), ...(taken && { cell: taken }) });
    }
    if (state.cell === cell || state.cell === taken) delete host.dataset.waiting;
  });
  return show;
}

/** Which of the four networks: one of `CELLS`, in the state. */
export function cellChoice() {
  const buttons = CELLS.map((cell) =>
    h(
      'button',
      { type: 'button', 'data-cell': cell, onclick: () => update({ cell }) },
      bindText(h('span'), `before.named_${cell.replace('gru-', '')}`),
    ),
  );
  const show = () =>
    buttons.forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.cell === state.cell)));
  on('cell', show);
  show();
  return bindLabel(h('div.segmented', { role: 'group' }, ...buttons), 'aria-label', 'before.cells');
}

/** Ask for the arithmetic of a number of a chain: { name, step, place } as its figure tells it. */
export function openNumber(figure, { name, step, place }, { text }) {
  const [side, row] = figure.half(step);
  explain(`${side ? 'decoder' : 'encoder'}.${name}`, [row, figure.unit(place)], { reading: { ...figure.facts, text } });
}
