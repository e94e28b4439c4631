// How far to trust the answer: one or two sentences above the bars, always in the same place.

import { h } from '../core/dom.js';
import { state } from '../core/state.js';
import { digits, html, percent, t } from '../core/text.js';

// Below this best probability the answer is called uncertain. With the shipped model 2 of the 3 example photos whose class it lacks fall
// below it and 6 of the 21 of which it has one; some of the rest are confidently wrong, which no threshold can tell.
const LOW_CONFIDENCE = 0.4;

/** Whether the model has a class for the photo: true or false for an example, null when nobody knows. */
function hasClass(photoQuery, gallery) {
  const example = gallery.find(({ file }) => photoQuery.photo === `example:${file}`);
  return example && photoQuery.knows ? photoQuery.knows.includes(example.file) : null;
}

/** The sentences for a best probability, as text keys. */
function sentences(best, known) {
  const low = best < LOW_CONFIDENCE;
  if (known === false) return low ? ['decision.low', 'decision.absent'] : ['decision.absent_confident'];
  if (!low) return ['decision.confident'];
  return known ? ['decision.low'] : ['decision.low', 'decision.maybe_absent'];
}

export class Verdict {
  element;
  actions;

  words = h('p', { 'data-told': true });
  measured = h('p.note');

  constructor(...buttons) {
    this.actions = h('div.verdict-actions', {}, ...buttons);
    this.element = h('div.verdict', {}, h('div', {}, this.words, this.measured), this.actions);
  }

  /** Of a model that answers with numbers: nothing is weighed, and nothing can be said of how far to trust it. */
  showNumbers(photoQuery, numbers, name) {
    const [number] = numbers;
    this.words.innerHTML = html(photoQuery.numbers === 1 ? 'decision.one_number' : 'decision.numbers', {
      name,
      number: digits(number),
      count: photoQuery.numbers,
    });
    this.measured.innerHTML = '';
    this.element.classList.remove('unsure');
  }

  show(photoQuery, best, name) {
    const example = state.boot.gallery.find(({ file }) => photoQuery.photo === `example:${file}`);
    const params = { classes: photoQuery.classes, probability: percent(best), name, shown: example?.names[state.lang] };
    const keys = photoQuery.each
      ? [best < 0.5 ? 'decision.each_none' : 'decision.each_some']
      : sentences(best, hasClass(photoQuery, state.boot.gallery));
    this.words.innerHTML = keys.map((key) => html(key, params)).join(' ');
    const figures = photoQuery.figures.map(({ of, value }) =>
      html('decision.figure', { on: t(`models.figure_${of}`), value }),
    );
    this.measured.innerHTML = figures.length ? `${html('decision.measured')} ${figures.join(', ')}` : '';
    this.element.classList.toggle(
      'unsure',
      best < LOW_CONFIDENCE || hasClass(photoQuery, state.boot.gallery) === false,
    );
  }
}
