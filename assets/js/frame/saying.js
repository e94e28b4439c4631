// One translation at a time is asked for; a newer question takes over from an older one, and each can be undone.

import { follow, giveUp, newNumber } from '../core/following.js';
import { arriveSentence, spoken } from '../core/sentence.js';
import { state, update } from '../core/state.js';
import { asProblem, Problem, request } from '../core/wire.js';

/** What can be taken back. */
const MOST_UNDONE = 50;

/** Returns { say(change), undo(), cancel(), canUndo() }. */
export function saying() {
  let pending = null; // { id, what, abort }: the question that is not answered yet
  const before = []; // the translations that were on screen, the latest last

  /** Translate something else of what is on screen or under way; forced words and a lifted mask belong to their own sentence and model. */
  function say(change) {
    const other = change.text !== undefined || change.model !== undefined;
    const what = { ...current(), ...(other ? { prefix: [], change: '' } : {}), ...change };
    return ask(what, () => {
      if (before.push(spokenOf(state.sentence)) > MOST_UNDONE) before.shift();
    });
  }

  const current = () => pending?.what || spokenOf(state.sentence);
  const spokenOf = ({ text, model, how, prefix, change }) => ({ text, model, how, prefix, change });

  async function ask(what, answered = () => {}) {
    if (pending) giveUp(pending.id, pending.abort);
    const question = { id: newNumber(), what, abort: new AbortController() };
    pending = question;
    const wanted = () => pending === question;
    const fail = (problem) => {
      if (wanted()) {
        pending = null;
        update({ wanted: null, problem });
      }
    };
    update({ wanted: { stage: 'start' }, problem: null });
    follow(question.id, { wanted, told: (stage) => update({ wanted: stage }), failed: fail });
    try {
      const asked = new URLSearchParams({ ...spoken(what), request: question.id });
      const facts = await (await request(`sentence/facts?${asked}`, { signal: question.abort.signal })).json();
      if (!wanted()) return;
      pending = null;
      answered();
      arriveSentence(facts);
    } catch (error) {
      if (wanted()) fail(asProblem(error)); // one that was taken back may break off in the middle of its answer
    }
  }

  return {
    say,
    first: ask,
    undo() {
      if (before.length) ask(before.pop());
    },
    canUndo: () => before.length > 0,
    /** What is on screen stays, and whatever comes yet of the question is passed over. */
    cancel() {
      if (!pending) return;
      giveUp(pending.id, pending.abort);
      pending = null;
      update({ wanted: null, problem: new Problem('cancelled') });
    },
  };
}
