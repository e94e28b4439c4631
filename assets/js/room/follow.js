// A phone goes where the lecturer goes, until its owner goes elsewhere or lets go; "Come back" takes it there again.

import { isStep } from '../core/address.js';
import { openAddress } from '../core/history.js';
import { observe, on, state, update } from '../core/state.js';
import { asProblem } from '../core/wire.js';
import { isMember } from './seat.js';

let arriving = 0, // addresses that are being opened
  at = null; // the lecturer's address that was opened last

async function follow() {
  const { roomNews: news, follows, room } = state;
  if (!isMember() || !follows || !news?.address) return;
  const now = `${room} ${news.address}`;
  if (now === at) return;
  at = now;
  arriving++;
  try {
    // The room also where somebody reloads the page meanwhile; a second wall that follows stays one.
    await openAddress(`?${news.address}&room=${room}${state.presenting ? '&present=1' : ''}`);
  } catch (error) {
    update({ problem: asProblem(error) });
  }
  arriving--;
}

/** Begin to follow. */
export function beLed() {
  on('roomNews follows', follow);
  on('follows room', () => {
    if (!state.follows || !state.room) at = null; // whoever comes back is taken there anew
  });
  // A step of their own is their own way; what is held, and what the page does by itself, is none.
  observe((names, quietly) => {
    if (!quietly && !arriving && at !== null && names.some(isStep) && isMember()) update({ follows: false });
  });
}
