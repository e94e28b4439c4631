// A question of a step: choose, then see. What is right follows from the numbers of this input (questions.js); another input is asked about anew.

import { counted } from '../core/address.js';
import { announce } from '../core/announce.js';
import { NOTHING } from '../core/change.js';
import { h } from '../core/dom.js';
import { trained } from '../core/photo_query.js';
import { seenPicture } from '../core/seen.js';
import { withSentenceChange } from '../core/sentence.js';
import { declare, state } from '../core/state.js';
import { html, t } from '../core/text.js';
import { answerOf, QUESTIONS } from './questions.js';

declare({
  /** Which choice of the step's question was taken; null until one is. */
  guess: { word: 'guess', ...counted, otherwise: null },
});

export const LETTERS = 'ABCDEFGH';

/** The input that a question is about, whatever is switched off in it. */
export const inputOf = (called) => {
  const { photoQuery, sentence } = state;
  if (!Object.hasOwn(QUESTIONS, called)) return null;
  if (QUESTIONS[called].of === 'photoQuery')
    return photoQuery && [photoQuery.photo, photoQuery.model, photoQuery.size].join('|');
  return sentence && [sentence.text, sentence.model, sentence.how, sentence.prefix].join('|');
};

/** A question in words, before it is known what of the input it names. */
export const questionInWords = (called) => t(`question.${called}`).replace(/\{\w+\}/g, '…');

/** What is asked, and what is right; null where this input has no answer. */
export async function asked(called) {
  const { photoQuery, sentence } = state;
  if (!inputOf(called)) return null;
  const subject =
    QUESTIONS[called].of === 'photoQuery' ? trained(photoQuery) : await withSentenceChange(sentence, NOTHING);
  return subject && answerOf(called, subject, state);
}

export class Asking {
  element = h('div.tour-ask', { hidden: true });
  said = '';

  /** @param {(guess: number) => void} choose */
  constructor(choose) {
    this.choose = choose;
  }

  hide() {
    this.element.hidden = true;
    this.element.replaceChildren();
    this.said = '';
  }

  /** The question is worked out: until then nothing can be chosen, since nobody would hear it. */
  wait() {
    this.element.hidden = false;
    this.element.dataset.waiting = '';
    for (const button of this.element.querySelectorAll('button')) button.disabled = true;
  }

  /**
   * @param {string} called
   * @param {import('./choices.js').Answer | null} answer
   */
  show(called, answer) {
    delete this.element.dataset.waiting;
    this.element.hidden = false;
    const { guess } = state;
    if (!answer) {
      this.element.replaceChildren(told(h('p.tour-question'), 'tours.no_question'));
      return;
    }
    const { choices, right, held } = answer;
    const open = guess === null || guess >= choices.length;
    const onPhoto = choices[0].patch !== undefined;
    const question = told(h('p.tour-question', { id: 'tour-question' }), `question.${called}`, answer.asked);
    const buttons = choices.map(({ words }, i) => {
      const mark = open ? '' : i === right ? '✓ ' : i === guess ? '✗ ' : '';
      return h(
        'button.action.tour-choice',
        {
          type: 'button',
          'aria-pressed': String(!open && i === guess),
          'data-right': !open && i === right,
          disabled: !open,
          onclick: () => this.choose(i),
        },
        h('span', { translate: 'no' }, `${mark}${onPhoto ? `${LETTERS[i]} · ` : ''}${words}`),
      );
    });
    const group = h('div.tour-choices', { role: 'group', 'aria-labelledby': 'tour-question' }, ...buttons);
    const verdict = open
      ? null
      : told(h('p.tour-truth', { tabindex: '-1' }), guess === right ? 'tours.right' : 'tours.not_right', {
          right: onPhoto ? LETTERS[right] : choices[right].words,
        });
    if (verdict) {
      const why = told(h('span'), `told.${called}`, answer.told);
      verdict.append(' ', why);
    }
    this.element.replaceChildren(
      ...(onPhoto ? [photo(state.photoQuery, seenPicture(trained(state.photoQuery)), choices, right, held, open)] : []),
      h('div.tour-asked', {}, question, group, verdict),
    );
    // The screen that is shown with it says a sentence of its own in the same moment.
    const { innerHTML } = verdict ?? question;
    if (innerHTML !== this.said) announce((this.said = innerHTML));
  }
}

/** @template {HTMLElement} E @param {E} element */
function told(element, key, params = {}) {
  element.innerHTML = html(key, params);
  return element;
}

/** The photo of a photo query, as a picture, with the places that can be chosen. */
export function photo(photoQuery, picture, choices, right, held, open) {
  const { rows, cols } = photoQuery;
  const at = (patch, selector, letter = '') =>
    h(
      selector,
      {
        'aria-hidden': true,
        // Letters stay on the photo.
        'data-right-edge': patch % cols > 0.75 * cols,
        'data-upper-edge': patch < 2 * cols,
        style: {
          left: `${(100 * (patch % cols)) / cols}%`,
          top: `${(100 * Math.floor(patch / cols)) / rows}%`,
          width: `${100 / cols}%`,
          height: `${100 / rows}%`,
        },
      },
      letter && h('b', { translate: 'no' }, letter),
    );
  const places = choices.map(({ patch }, i) =>
    at(patch, open || i !== right ? 'span.place' : 'span.place.right', LETTERS[i]),
  );
  return h('div.tour-photo', {}, h('img', { src: picture, alt: t('tours.photo') }), at(held, 'span.held'), ...places);
}
