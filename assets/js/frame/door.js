// What makes a door of a strip at the start: the question of its journey, and the way into it. Elsewhere neither is seen.

import { h } from '../core/dom.js';
import { JOURNEYS } from '../core/journeys.js';
import { kindOfRecording } from '../core/recorded.js';
import { on, state, update } from '../core/state.js';
import { languageName, bindText } from '../core/text.js';

/** Where one goes in: the way of the sentence before its words is the course's beginning. */
const INTO = { sentence: 'words', photo: JOURNEYS.photo[0] };

/** The words over a strip and the button that follows its journey, once `ready()`; nobody goes in where it says no. */
export function buildDoor(journey, ready = async () => true) {
  const go = async () => {
    if (await ready()) update({ screen: INTO[journey] });
  };
  // Which language goes in is said as soon as the translator is there: who writes another one gets nonsense.
  const reads = () => (journey === 'sentence' && state.sentence?.reads) || '',
    recorded = kindOfRecording(),
    take = bindText(
      h('p'),
      () => `start.take_${journey}${recorded ? `_${recorded}` : reads() && '_in'}`,
      () => (reads() ? { reads: languageName(reads()) } : {}),
    );
  on('sentence', () => take.respeak());
  return {
    words: h('div.door', {}, bindText(h('h2'), `start.ask_${journey}`), take),
    follow: h(
      'button.action.primary.follow',
      { type: 'button', onclick: go },
      bindText(h('span'), `start.follow_${journey}`),
      ' →',
    ),
  };
}
