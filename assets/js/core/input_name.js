// What the input on screen is called: an example by its name, a visitor's own photo by its size, a sentence by its words.

import { state } from './state.js';
import { t } from './text.js';

const LONGEST = 40;

/** The photo's name in the page's language. */
export function photoName(photoQuery) {
  const example = state.boot.gallery.find(({ file }) => photoQuery.photo === `example:${file}`);
  return example
    ? example.names[state.lang]
    : t('strip.your_photo', { width: photoQuery.width, height: photoQuery.height });
}

/** The input of the journey on screen; '' while there is none. */
export function inputName() {
  const { photoQuery, sentence, journey } = state;
  if (journey === 'photo') return photoQuery ? photoName(photoQuery) : '';
  if (!sentence) return '';
  return sentence.text.length > LONGEST ? `${sentence.text.slice(0, LONGEST - 1)}…` : sentence.text;
}
