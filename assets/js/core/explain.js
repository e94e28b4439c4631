// Any number of a trace can be asked for: whoever can explain it listens for `microscope:explain` on the document.

import { state } from './state.js';

/** Tell that what is switched off on a photo's screen has changed: whoever explains a number of the pass before says so. */
export const changedNow = (change) =>
  document.dispatchEvent(new CustomEvent('microscope:changed', { detail: { change } }));

/**
 * Ask how a number came to be: its trace name (vit_core/names.py) and its full index, as in decoder.blocks.1.cross.pattern and
 * [head, step, source]. The key of an attention may be null: the one that gets most.
 *
 * Whose number it is: `look` (a photo's facts) or `sentence` (a translation's), the one on screen when neither is given. Names that begin
 * with "encoder." or "decoder." are a sentence's; others belong to the journey on screen. `change` is what was switched off or
 * moved in that pass of a photo; a sentence brings its own. `reading`: what the view `chain` tells of a recurrent network's reading, with
 * its text; then the name is one of its own, as in encoder.state and [step, unit].
 * @param {string} name
 * @param {(number | null)[]} index
 * @param {{ change?: string, look?: any, sentence?: any, reading?: any }} whose
 */
export function explain(name, index, { change = '', look, sentence, reading } = {}) {
  if (reading) {
    document.dispatchEvent(new CustomEvent('microscope:explain', { detail: { name, index, reading } }));
    return;
  }
  const ofSentence = !look && (sentence || /^(encoder|decoder)\./.test(name) || state.journey === 'sentence');
  const subject = ofSentence ? { sentence: sentence ?? state.sentence } : { look: look ?? state.look, change };
  if (!subject.sentence && !subject.look) return;
  document.dispatchEvent(new CustomEvent('microscope:explain', { detail: { name, index, ...subject } }));
}
