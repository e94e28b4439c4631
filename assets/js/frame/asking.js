// One question at a time to the server: a newer one takes over what an older one asked for, and only the newest is answered.

import { arrive, state, update } from '../core/state.js';
import { asProblem, Problem, request } from '../core/wire.js';

const MAX_BYTES = 20e6;
const POLL_MS = 400;
/** Failed looks at the progress before the server is said to be out of reach. */
const PATIENCE = 5;
/** Without any sign of the question for this long, it was lost. */
const LOST_MS = 60_000;

/** Returns { ask(change), take(file) }: look at something else of what is shown, or at a visitor's own photo. */
export function asking(wires) {
  let pending = null; // { id, what, sent }: the question that is not answered yet

  /** A new question, on top of the one that is pending or of what is shown. */
  function begin(change) {
    const { photo, model, size } = pending?.what || state.look;
    pending = { id: crypto.getRandomValues(new Uint32Array(2)).join('-'), what: { photo, model, size, ...change }, sent: false };
    return pending;
  }

  function fail(question, problem) {
    if (pending !== question) return;
    pending = null;
    update({ wanted: null, problem });
  }

  function send(question) {
    question.sent = true;
    update({ wanted: { stage: 'start' }, problem: null });
    wires.look({ ...question.what, request: question.id });
    follow(question);
  }

  async function follow(question) {
    let failures = 0, silence = 0;
    while (pending === question) {
      await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
      if (pending !== question) return;
      try {
        const stage = await (await request(`progress?request=${question.id}`)).json();
        failures = 0;
        silence = stage.stage ? 0 : silence + POLL_MS;
        if (pending === question && stage.stage) update({ wanted: stage });
      } catch (error) {
        if (++failures >= PATIENCE) fail(question, asProblem(error));
      }
      if (silence >= LOST_MS) fail(question, new Problem('lost'));
    }
  }

  wires.onAnswer((answer) => {
    if (!answer || answer.request !== pending?.id) return;
    if (answer.error) fail(pending, { code: answer.error, params: answer.params });
    else { pending = null; arrive(answer); }
  });

  return {
    ask(change) {
      // While a photo is still on its way up, the question waits for it.
      if (pending && !pending.sent) Object.assign(pending.what, change);
      else send(begin(change));
    },
    /** Send a picture up, then look at it. Whatever goes wrong leaves the old one on screen. */
    async take(file) {
      const question = begin({});
      try {
        if (!file) throw new Problem('paste_no_picture');
        if (file.size > MAX_BYTES) throw new Problem('photo_too_large', { limit: MAX_BYTES / 1e6 });
        update({ wanted: { stage: 'upload' }, problem: null });
        const { photo } = await (await request('photo', { method: 'POST', body: file })).json();
        if (pending !== question) return;
        question.what.photo = photo;
        send(question);
      } catch (error) {
        fail(question, asProblem(error));
      }
    },
  };
}
