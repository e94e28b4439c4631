// Questions to be answered before anything is seen. The right answer follows from the numbers of the model on the input of the moment, those that the
// screens draw.

import { PHOTO_QUESTIONS } from './photo_questions.js';
import { SENTENCE_QUESTIONS } from './sentence_questions.js';

/** @type {Record<string, import('./choices.js').Question>} */
export const QUESTIONS = { ...PHOTO_QUESTIONS, ...SENTENCE_QUESTIONS };

/** What a question asks of the input on screen, and its right answer; null where this input or model has none. */
export const answerOf = (called, subject, state) => QUESTIONS[called].answer(subject, state);
