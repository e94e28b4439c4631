// What the photo's strip asks the server: to look at something else of what is shown, or at a visitor's own photo.

import { Questions } from '../core/questions.js';
import { arrive, state, update } from '../core/state.js';
import { Problem, request, view } from '../core/wire.js';
import { inStatus } from './status.js';

const MAX_BYTES = 20e6;

/** Returns { ask(change), take(file), cancel() }: look at something else of what is shown, or at a visitor's own photo; or give that up. */
export function asking() {
  const questions = new Questions(inStatus);

  /** A new question, on top of the one that is under way or of what is shown. */
  function begin(change) {
    const { photo, model, size } = questions.newest?.what || state.look;
    return questions.begin({ photo, model, size, ...change });
  }

  async function send(question) {
    update({ wanted: { stage: 'start' }, problem: null });
    const look = await questions.answer(question, 'facts', question.what);
    if (look) arrive(look);
  }

  return {
    ask(change) {
      const { newest } = questions;
      // While a photo is still on its way up, the question waits for it.
      if (newest && !newest.sent) Object.assign(newest.what, change);
      else send(begin(change));
    },
    /** What is on screen stays. */
    cancel: () => questions.cancel(),
    /** Send a picture up, then look at it. Whatever goes wrong leaves the old one on screen. */
    async take(file) {
      const question = begin({});
      try {
        if (!file) throw new Problem('paste_no_picture');
        if (file.size > MAX_BYTES) throw new Problem('photo_too_large', { limit: MAX_BYTES / 1e6 });
        update({ wanted: { stage: 'upload' }, problem: null });
        const sent = { method: 'POST', body: file, signal: question.abort.signal };
        const { photo } = await (await request('photo', sent)).json();
        if (!questions.isNewest(question)) return;
        question.what.photo = photo;
        send(question);
        askAhead(question.what);
      } catch (error) {
        questions.fail(question, error);
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
