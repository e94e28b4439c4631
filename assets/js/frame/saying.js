// One translation at a time is asked for; a newer question takes over from an older one, and each can be undone.

import { Questions } from '../core/questions.js';
import { arriveSentence, spoken } from '../core/sentence.js';
import { state, update } from '../core/state.js';
import { inStatus } from './status.js';

/** What can be taken back. */
const MOST_UNDONE = 50;

/** Returns { say(change), undo(), cancel(), canUndo() }. */
export function saying() {
  const questions = new Questions(inStatus);
  const before = []; // the translations that were on screen, the latest last

  /** Translate something else of what is on screen or under way; forced words and a lifted mask belong to their own sentence and model. */
  function say(change) {
    const other = change.text !== undefined || change.model !== undefined;
    const what = { ...current(), ...(other ? { prefix: [], change: '' } : {}), ...change };
    return ask(what, () => {
      if (before.push(spokenOf(state.sentence)) > MOST_UNDONE) before.shift();
    });
  }

  const current = () => questions.newest?.what || spokenOf(state.sentence);
  const spokenOf = ({ text, model, how, prefix, change }) => ({ text, model, how, prefix, change });

  async function ask(what, answered = () => {}) {
    update({ wanted: { stage: 'start' }, problem: null });
    const facts = await questions.answer(questions.begin(what), 'sentence/facts', spoken(what));
    if (!facts) return;
    answered();
    arriveSentence(facts);
  }

  return {
    say,
    first: ask,
    undo() {
      if (before.length) ask(before.pop());
    },
    canUndo: () => before.length > 0,
    /** What is on screen stays. */
    cancel: () => questions.cancel(),
  };
}
