// The lecturer's page: tells the room where it is and what is asked, and reveals. What is right leaves this page with the reveal, not before.

import { restored } from '../core/address.js';
import { fetchWords } from '../core/boot.js';
import { hasBegun, onAddress } from '../core/history.js';
import { observe, on, state, update } from '../core/state.js';
import { spokenIn } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { inputOf } from '../tours/asking.js';
import { QUESTIONS } from '../tours/questions.js';
import { reveal } from '../tours/tours.js';
import { followed, questionOf, toldOf } from './codec.js';
import { call, isHost, seat } from './seat.js';

/** Every phone reads in its own. */
const LANGUAGES = ['en', 'ko'];

/** Runs one task after the other; what goes wrong is told. */
let last = Promise.resolve();
const inTurn = (task) =>
  (last = last.then(task).catch((error) => {
    update({ problem: asProblem(error) });
  }));

let shown = null; // the address that the room was told last
/**
 * Whether the room goes where this page goes. A page of the lecturer's that was opened or loaded anew moves nobody before its own first step: what it
 * makes of its address by itself, as of one that was typed by hand, is none.
 */
let leads = false;

function tellWhere() {
  if (!isHost() || !state.roomNews) return;
  // A room that has been nowhere yet is where it was opened.
  if (!state.roomNews.address) leads = true;
  const address = followed(location.search).slice(1);
  if (!leads || address === shown) return;
  shown = address;
  inTurn(() => call('show', { ...seat(), address }));
}

/** What the step of the tour asks now, and whether its answer is on screen: what tells this question from all others. */
const keyOf = ({ called, of, at }) => `${called} ${of.name} ${at} ${inputOf(called)}`;

/** Whether the room has been asked what is on screen. */
export const isAsked = () => Boolean(state.asks?.answer) && state.roomNews?.key === keyOf(state.asks);

let told = null; // the room, and the key of the question that it was told last

async function tellQuestion(again = false) {
  const { asks, guess, roomNews, room, tour } = state;
  if (!isHost() || !roomNews || (tour && asks === undefined)) return;
  const key = asks?.answer ? keyOf(asks) : null,
    open = guess === null ? key : null,
    now = `${room} ${open}`;
  // It is shown what the room was asked: the vote is over, and its tally stays.
  if (key && !open && (roomNews.key === key || told === `${room} ${key}`)) return;
  // This page was loaded anew, or is a second one of the lecturer's: what it did not ask it does not take back.
  const known = told === null && (roomNews.key === open || !open);
  if (known) told = now;
  if (told === now && !again) return;
  told = now;
  await inTurn(async () => {
    try {
      let question = null;
      if (open) {
        await Promise.all(LANGUAGES.map(fetchWords));
        const { photoQuery, sentence } = state,
          about = QUESTIONS[asks.called].of === 'photoQuery' ? { key, photoQuery } : { key, text: sentence.text };
        question = questionOf(asks.called, asks.answer, about, spokenIn, LANGUAGES);
      }
      update({ roomNews: await call('ask', { ...seat(), question, again }) });
    } catch (error) {
      told = null;
      throw error;
    }
  });
}

export const askAnew = () => tellQuestion(true);

/** Close the vote and show the answer, here and on the phones. */
export async function revealToRoom() {
  const { asks, roomNews } = state;
  if (!isAsked()) return;
  const { answer, of, at } = asks;
  await inTurn(async () => {
    const more = { question: roomNews.question, right: answer.right, told: toldOf(answer, spokenIn, LANGUAGES) };
    update({ roomNews: await call('reveal', { ...seat(), ...more }) });
    await reveal(of, at, answer.right, answer.show ?? {});
  });
}

/** Begin to tell the room. */
export function beHost() {
  const leading = () => {
    leads = true;
  };
  observe((names, quietly) => {
    if (hasBegun() && !quietly && restored().some((name) => names.includes(name))) leading();
  });
  addEventListener('popstate', leading);
  on('room', () => {
    shown = null;
    leads = false;
  });
  onAddress(tellWhere);
  on('roomNews', tellWhere);
  on('roomNews asks guess', () => tellQuestion());
}
