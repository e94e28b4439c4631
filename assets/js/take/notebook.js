// What is on screen as a notebook that computes it with Python (demo/takeaway/notebook.py), and of whose attention it prints a row.

import { attention, heldWord, oneHead } from '../core/paper_figures.js';
import { translationQuery } from '../core/sentence.js';
import { state } from '../core/state.js';
import { file, named, Problem } from '../core/wire.js';
import { headOf, heldCrossLayer, MEAN } from '../translation/head_choice.js';
import { save } from './save.js';

const NAME = 'attention-microscope.ipynb';

/** The head that is held of a photo. */
const ofPhoto = () => ({ layer: state.layer, head: state.head, query: state.query });

/** The head that is held of a sentence; none where the mean over all of them is on screen. */
function ofSentence() {
  if (state.screen === 'translation') {
    const head = headOf(state.sentence);
    return { part: 'cross', layer: heldCrossLayer(state.sentence), word: state.step, ...(head !== MEAN && { head }) };
  }
  const { part, layer } = attention(),
    head = oneHead(part);
  return { part, layer, word: heldWord(), ...(head !== null && { head }) };
}

/** Where the notebook of what is on screen is found, and the words of its address. */
export function notebookAt() {
  const isPhoto = state.journey === 'photo',
    subject = isPhoto ? state.photoQuery : state.sentence;
  if (!subject) throw new Problem(isPhoto ? 'photo_gone' : 'other');
  const more = { screen: state.screen, lang: state.lang };
  return isPhoto
    ? { at: 'notebook.ipynb', params: { ...named(subject), ...ofPhoto(), ...more } }
    : { at: 'sentence/notebook.ipynb', params: { ...translationQuery(subject), ...ofSentence(), ...more } };
}

/** Keep it as a file; its name. */
export async function saveNotebook() {
  const { at, params } = notebookAt();
  save(await file(at, params), NAME);
  return NAME;
}
