// Any number of a trace can be asked for: what is explained is in the state, and whoever can explain it (assets/js/calculator) shows it.

import { textOf } from './address.js';
import { inOrder } from './change.js';
import { sameInput } from './photo_query.js';
import { declare, state, update } from './state.js';
import { writeTrail } from './trail.js';

declare({
  // The number that is explained and the way to it (core/trail.js); '' while none is.
  explained: { word: 'explain', ...textOf(2000), otherwise: '', step: true },
});

/**
 * Ask how a number came to be: its trace name (vit_core/names.py) and its full index, as in decoder.blocks.1.cross.pattern and
 * [head, step, source]. The key of an attention may be null: the one that gets most.
 *
 * Whose number it is: `look` (a photo's facts) or `sentence` (a translation's), the one on screen when neither is given. Names that begin
 * with "encoder." or "decoder." are a sentence's; others belong to the journey on screen. `reading`: what the view `chain` tells of a
 * recurrent network's reading, with its text; then the name is one of its own, as in encoder.state and [step, unit].
 * @param {string} name
 * @param {(number | null)[]} index
 * @param {{ look?: any, sentence?: any, reading?: any }} whose
 */
export function explain(name, index, { look, sentence, reading } = {}) {
  const ofSentence = !look && (sentence || /^(encoder|decoder)\./.test(name) || state.journey === 'sentence');
  if (!reading && !(ofSentence ? state.sentence : state.look)) return;
  const of = reading ? `r.${networkOf(reading)}` : ofSentence ? 's' : ofLook(look);
  update({ explained: writeTrail({ of, numbers: [{ name, index }] }) });
}

/** The recurrent translator of a reading, as the address names it. */
export const networkOf = ({ cell, attention }) => (attention ? `${cell}-attention` : cell);

/** Which of the photo's passes a look is. */
function ofLook(look = state.look) {
  if (!sameInput(look, state.look)) return 'm';
  return look.change !== state.look.change && look.change === inOrder(state.look.change) ? 'o' : 'p';
}
