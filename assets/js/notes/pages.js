// The columns that somebody turned a matrix of the notes to: as much a choice as any, so the address has it.

import { state, update } from '../core/state.js';

const all = () => state.notePages.split(',').filter(Boolean);
const nameOf = (id, first, held) => [id, first + 1, ...(held === null ? [] : [held + 1])].join(':');

/** The first column of a matrix as it was turned to, or null. What is turned stays so until another column is held. */
export function turnedTo(id, held) {
  const turned = all()
    .map((one) => one.split(':'))
    .find(([name, , column]) => name === id && (column ?? null) === (held === null ? null : String(held + 1)));
  return turned ? Math.max(0, Number(turned[1]) - 1) || 0 : null;
}

/** Turn a matrix. */
export function turnTo(id, first, held) {
  update({
    notePages: [...all().filter((one) => !one.startsWith(`${id}:`)), nameOf(id, first, held)].sort().join(','),
  });
}
