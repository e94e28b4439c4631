// One question at a time to the server: a newer one takes over what an older one asked for, and only the newest is answered.

import { follow, giveUp, newNumber } from '../core/following.js';
import { arrive, state, update } from '../core/state.js';
import { asProblem, Problem, request, view } from '../core/wire.js';

const MAX_BYTES = 20e6;

/** Returns { ask(change), take(file), cancel() }: look at something else of what is shown, or at a visitor's own photo; or give that up. */
export function asking(wires) {
  let pending = null; // { id, what, sent }: the question that is not answered yet

  /** A new question, on top of the one that is pending or of what is shown. */
  function begin(change) {
    const { photo, model, size } = pending?.what || state.look;
    // A model nobody waits for any more need not be downloaded to its end.
    if (pending?.sent && change.model && change.model !== model) giveUp(pending.id);
    pending = { id: newNumber(), what: { photo, model, size, ...change }, sent: false };
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
    follow(question.id, {
      wanted: () => pending === question,
      told: (wanted) => update({ wanted }),
      failed: (problem) => fail(question, problem),
    });
  }

  wires.onAnswer((answer) => {
    if (!answer || answer.request !== pending?.id) return;
    if (answer.error) fail(pending, { code: answer.error, params: answer.params });
    else {
      pending = null;
      arrive(answer);
    }
  });

  return {
    ask(change) {
      // While a photo is still on its way up, the question waits for it.
      if (pending && !pending.sent) Object.assign(pending.what, change);
      else send(begin(change));
    },
    /** What is on screen stays, and whatever comes yet of the question is passed over. */
    cancel() {
      if (!pending) return;
      if (pending.sent) giveUp(pending.id);
      fail(pending, new Problem('cancelled'));
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
        askAhead(question.what);
      } catch (error) {
        fail(question, asProblem(error));
      }
    },
  };
}

/** The heads that the Attention screen will want are asked for along with the photo: they are on their way while the look is still described. */
function askAhead({ photo, model, size }) {
  const { look, layer, screen } = state;
  if (screen !== 'attention' || model !== look.model || size !== look.size) return;
  view('layer', { photo, model, size }, { layer }).catch(() => {}); // the screen asks again, and tells what went wrong
}
