// A phone goes where the lecturer goes, until its owner goes elsewhere or lets go; "Come back" takes it there again.

import { isStep } from '../core/address.js';
import { openAddress } from '../core/history.js';
import { observe, on, state, update } from '../core/state.js';
import { asProblem } from '../core/wire.js';
import { isMember, MENDS } from './seat.js';

/** What could not be opened, as where the server is away for a moment, is tried again: after so long, then after twice as long, so many times. */
const AGAIN_MS = 3000,
  TRIES = 5;

let arriving = 0, // addresses that are being opened
  at = null; // the lecturer's address that was opened last

/** Whether what could not be opened may be there in a moment. */
const isAway = () => MENDS.includes(state.problem?.code);

async function follow() {
  const { roomNews: news, follows, room } = state;
  if (!isMember() || !follows || !news?.address) return;
  const now = `${room} ${news.address}`;
  if (now !== at) await open(now, news.address, room);
}

async function open(now, address, room, tries = 1) {
  at = now;
  arriving++;
  try {
    // The room also where somebody reloads the page meanwhile; a second wall that follows stays one.
    await openAddress(`?${address}&room=${room}${state.presenting ? '&present=1' : ''}`);
  } catch (error) {
    update({ problem: asProblem(error) });
  }
  arriving--;
  if (at !== now || !isAway() || tries > TRIES) return;
  setTimeout(
    () => {
      // Unless the lecturer has gone on meanwhile, or this phone elsewhere, or it has come through by itself.
      if (at === now && isMember() && state.follows && isAway()) open(now, address, room, tries + 1);
    },
    // Not all phones of a room at the same moment.
    AGAIN_MS * 2 ** (tries - 1) * (0.75 + Math.random() / 2),
  );
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
