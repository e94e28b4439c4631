// Any number of a trace can be asked for: what is explained is in the state, and whoever can explain it (assets/js/calculator) shows it.

import { textOf } from './address.js';
import { withoutOrder } from './change.js';
import { sameInput } from './photo_query.js';
import { declare, state, update } from './state.js';
import { shorterTrail, writeTrail } from './trail.js';

declare({
  // The number that is explained and the way to it (core/trail.js); '' while none is.
  explained: { word: 'explain', ...textOf(2000), otherwise: '', step: true, shorter: shorterTrail },
});

/**
 * Ask how a number came to be: its trace name (vit_core/names.py) and its full index, as in decoder.blocks.1.cross.pattern and
 * [head, step, source]. The key of an attention may be null: the one that gets most.
 *
 * Whose number it is: `photoQuery` (a photo's facts) or `sentence` (a translation's), the one on screen when neither is given. Names that begin
 * with "encoder." or "decoder." are a sentence's; others belong to the journey on screen. `reading`: what the view `chain` tells of a
 * recurrent network's reading, with its text; then the name is one of its own, as in encoder.state and [step, unit].
 * @param {string} name
 * @param {(number | null)[]} index
 * @param {{ photoQuery?: any, sentence?: any, reading?: any }} whose
 */
export function explain(name, index, { photoQuery, sentence, reading } = {}) {
  const ofSentence = !photoQuery && (sentence || /^(encoder|decoder)\./.test(name) || state.journey === 'sentence');
  if (!reading && !(ofSentence ? state.sentence : state.photoQuery)) return;
  const of = reading ? `r.${networkOfReading(reading)}` : ofSentence ? 's' : ofPhotoQuery(photoQuery);
  update({ explained: writeTrail({ of, numbers: [{ name, index }] }) });
}

/** The recurrent translator of a reading, as the address names it. */
export const networkOfReading = ({ cell, attention }) => (attention ? `${cell}-attention` : cell);

/** Which of the photo's passes a photo query is. */
function ofPhotoQuery(photoQuery = state.photoQuery) {
  if (!sameInput(photoQuery, state.photoQuery)) return 'm';
  return photoQuery.change !== state.photoQuery.change && photoQuery.change === withoutOrder(state.photoQuery.change)
    ? 'o'
    : 'p';
}
