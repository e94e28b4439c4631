// Which room this page is in, and as whom: the lecturer's page has a secret that only its browser keeps, a phone a word of its own.

import { flag } from '../core/address.js';
import { declare, on, remember, remembered, state, update } from '../core/state.js';
import { asProblem, requestJson } from '../core/wire.js';
import { readCode } from './codec.js';

declare({
  room: { word: 'room', read: readCode, write: String, otherwise: null, lasting: true },
  /** A phone goes where the lecturer goes. */
  follows: { word: 'follow', ...flag, otherwise: true, lasting: true },
});

// What the room has said last (demo/room/rooms.py), and why it says nothing; null where there is nothing to say.
state.roomNews = null;
state.roomTrouble = null;

const KEPT = 8;
/** A request that finds nothing new is answered after so long; proxies wait at least a minute. */
const WAIT = 20;
/** Where somebody on the way lets no request wait, phones ask every so often. */
const BETWEEN_MS = 3000;
/** Votes that come together are told to the lecturer's page together. */
const TOGETHER_MS = 400;
/** A request that breaks off before is no sign of a proxy that lets none wait. */
const CUT_MS = 4000;

/** @type {{ room: string, host?: string, member?: string, until?: number }[] | null} the rooms of this browser, the last one first */
let seats = null;

function seatsKept() {
  try {
    seats ??= JSON.parse(remembered('rooms') ?? '[]');
  } catch {
    seats = [];
  }
  return seats;
}

function keep(seat) {
  if (seatsKept()[0] === seat) return seat;
  seats = null; // other tabs have kept theirs meanwhile
  const others = seatsKept().filter(({ room }) => room !== seat.room);
  // Of too many, members' places go: a lecturer's word is kept nowhere else.
  seats = [seat, ...others.filter(({ host }) => host), ...others.filter(({ host }) => !host)].slice(0, KEPT);
  remember('rooms', JSON.stringify(seats));
  return seat;
}

/** Sixteen letters and digits that nobody guesses; http has this one, too. */
const word = () => Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => (byte % 36).toString(36)).join('');

const seatIn = (room) => seatsKept().find((one) => one.room === room) ?? { room, member: word() };

/** Who this page is in its room: { room, host } or { room, member }. */
export function seat() {
  const { room, host, member } = keep(seatIn(state.room));
  return host ? { room, host } : { room, member };
}

/** Whether this page is the lecturer's. */
export const isHost = () => Boolean(state.room && seat().host);
/** Whether this page is one of the class. */
export const isMember = () => Boolean(state.room && !state.embedded && !seat().host);

/** Ask something of the room. */
export const call = (name, said, options = {}) =>
  requestJson(`rooms/${name}`, { method: 'POST', body: JSON.stringify(said), ...options });

/** Open a room; this page is its lecturer's from now on. */
export async function openRoom() {
  const { room, host, until } = await call('open', {});
  keep({ room, host, until });
  update({ room });
}

/** The code of the room that was opened last in this browser, while it is there. */
export function ownRoom() {
  seats = null; // another tab may have opened one meanwhile
  return seatsKept().find(({ host, until }) => host && until > Date.now() / 1000)?.room ?? null;
}

/** A room that has ended is nobody's. */
function forget(room) {
  seats = null;
  seats = seatsKept().filter((one) => one.room !== room);
  remember('rooms', JSON.stringify(seats));
}

/** Go into the room of a code; where there is none, nothing happens but that it is told. */
export async function joinRoom(room) {
  const mine = seatIn(room);
  try {
    await call('look', mine);
  } catch (error) {
    if (asProblem(error).code === 'room_gone') forget(room);
    throw error;
  }
  keep(mine);
  update({ room });
}

export const leaveRoom = () => update({ room: null, follows: true });

export async function endRoom() {
  const mine = seat();
  forget(mine.room); // nothing leads back to a room that ends
  leaveRoom(); // before the room answers whoever waits that it is gone
  try {
    await call('end', mine);
  } catch (error) {
    keep(mine);
    throw error;
  }
}

/** A phone's vote on the present question. */
export async function vote(question, choice) {
  await call('vote', { ...seat(), question, choice });
  const { roomNews: news } = state;
  if (news?.question?.id === question) update({ roomNews: { ...news, mine: choice } });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A phone in a pocket asks for nothing. */
const seen = () =>
  document.hidden && !isHost()
    ? new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }))
    : null;

let waiting = new AbortController(); // what this page waits for

async function listen() {
  waiting.abort();
  const mine = (waiting = new AbortController());
  let version = -1,
    waits = true;
  update({ roomNews: null, roomTrouble: null });
  while (state.room && !state.embedded && waiting === mine) {
    await seen();
    const began = performance.now(),
      asked = { ...seat(), seen: version, wait: waits ? WAIT : 0 };
    try {
      const news = await call('look', asked, { signal: mine.signal });
      if (waiting !== mine) return;
      version = news.version;
      update({ roomNews: news, roomTrouble: null });
      if (asked.host || !waits) await pause(waits ? TOGETHER_MS : BETWEEN_MS);
    } catch (error) {
      if (waiting !== mine) return;
      const problem = asProblem(error);
      if (problem.code === 'room_not_yours') keep({ room: state.room, member: word() });
      else if (!MENDS.includes(problem.code)) {
        update({ problem });
        leaveRoom();
        return;
      }
      if (version >= 0 && performance.now() - began > CUT_MS) waits = false;
      version = -1;
      update({ roomTrouble: problem });
      await pause(BETWEEN_MS);
    }
  }
}

/** What may be otherwise in a moment. */
export const MENDS = ['offline', 'too_many', 'other'];

/** Begin to hear what the room says. */
export function beginSeat() {
  on('room', listen);
  listen();
}
