// Questions that take over from each other: only the newest is answered, and the work of the one before is given up.

import { follow, giveUp, newNumber } from './following.js';
import { update } from './state.js';
import { asProblem, Problem, requestJson } from './wire.js';

/** The status line shows what becomes of the questions of a strip. */
export const inStatus = {
  told: (wanted) => update({ wanted }),
  /** @type {(problem: Problem, question?: any) => void} */
  failed: (problem) => update({ wanted: null, problem }),
};

/**
 * A line of such questions: `told(stage)` again and again while the newest is under way, `failed(problem, question)` when
 * there will be no answer. Each is { what, id, abort, sent, failure }: what is asked, its number, how to break it off, whether it is on its way,
 * and why there is no answer.
 */
export class Questions {
  constructor({ told, failed }) {
    this.told = told;
    this.failed = failed;
    this.newest = null; // null when nothing is under way
    this.last = null; // the one begun last, also when it is answered
  }

  /** Take over from the question before. */
  begin(what) {
    this.drop();
    this.last = this.newest = { what, id: newNumber(), abort: new AbortController(), sent: false, failure: null };
    return this.newest;
  }

  isNewest(question) {
    return this.newest === question;
  }

  /**
   * What the server answers at this address; null when it failed or is not the newest any more.
   * `before(answer)` is what is to be had before anybody is given the answer: meanwhile the question is still under
   * way, and it fails with it.
   */
  async answer(question, path, parameters, before = null) {
    question.sent = true;
    const wanted = () => this.isNewest(question);
    follow(question.id, {
      wanted,
      told: this.told,
      failed: (problem) => {
        if (wanted()) this.cancel(problem);
      },
    });
    try {
      const asked = new URLSearchParams({ ...parameters, request: question.id });
      const answer = await requestJson(`${path}?${asked}`, { signal: question.abort.signal });
      if (wanted()) await before?.(answer);
      if (!wanted()) return null;
      this.newest = null;
      return answer;
    } catch (error) {
      this.fail(question, error);
      return null;
    }
  }

  /** There will be no answer; a question that was taken back may break off in any way. */
  fail(question, error) {
    if (!this.isNewest(question)) return;
    this.newest = null;
    this.refuse(question, asProblem(error));
  }

  /** Whatever comes yet of the newest is passed over, and the reason told. */
  cancel(problem = new Problem('cancelled')) {
    if (!this.newest) return;
    const question = this.newest;
    this.drop();
    this.refuse(question, problem);
  }

  refuse(question, problem) {
    question.failure = problem;
    this.failed(problem, question);
  }

  /** The same without a word. */
  drop() {
    if (this.newest?.sent) giveUp(this.newest.id, this.newest.abort);
    else this.newest?.abort.abort(); // a photo on its way up
    this.newest = null;
  }
}

/** What somebody has asked for since the last address was opened, until it has taken its place in the state. */
export const asking = {
  /** @type {Set<Promise<unknown>>} */
  all: new Set(),

  /** @param {Promise<unknown>} one */
  async add(one) {
    this.all.add(one);
    try {
      await one;
    } finally {
      this.all.delete(one);
    }
  },

  /** What was asked for before is waited for no longer. */
  forget() {
    this.all.clear();
  },

  async allDone() {
    while (this.all.size) await Promise.allSettled(this.all);
  },
};
