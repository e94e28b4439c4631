// A text field, and beside it what is wrong with what stands in it, and what may be taken in its place. What was typed stays until it, or another choice, is on screen.

import { h } from './dom.js';
import { offerLine } from './offer.js';
import { isAboutText, problemKey, bindText } from './text.js';

let count = 0;

/** Whether somebody can write here: a field, and one that takes text. */
export const isWritable = (target) =>
  target instanceof Element &&
  Boolean(
    target.closest(
      'textarea:not([readonly]), input:is([type=text], [type=search], :not([type])):not([readonly]), [contenteditable=""], [contenteditable=true]',
    ),
  );

/** @template {HTMLInputElement | HTMLTextAreaElement} C */
export class Field {
  /** @type {C} */
  control;
  wrong = null; // the problem that is told
  /** Whether what stands in the field was typed and is not on screen: it waits, is on its way, or was refused. */
  typed = false;
  /** What is told, to be put beside the field. */
  told = bindText(
    h('p.field-problem', { id: `field-problem-${++count}`, 'data-told': true, hidden: true }),
    () => problemKey(this.wrong),
    () => this.wrong?.params ?? {},
  );

  /** What may be taken in place of the text on screen, to be put beside the field. */
  offers = h('div.offers', { 'data-told': true });

  /** @param {C} control */
  constructor(control) {
    this.control = control;
    control.addEventListener('input', () => {
      this.typed = true;
    });
  }

  /** What is on screen: it stands in the field unless something typed does. */
  follow(text) {
    if (!this.typed && this.control.value !== text) this.control.value = text;
  }

  /** Somebody has chosen this text, or it came on screen: it stands in the field whatever did before. */
  settle(text) {
    this.typed = false;
    this.follow(text);
    this.tell(null);
  }

  /** Have a text stand there that could not be had, as if it had just been typed. */
  keep(text) {
    if (!this.typed) this.control.value = text;
    this.typed = true;
  }

  /** Write a text as a visitor would, so that the browser's own Undo takes it back. `all`: in place of everything. */
  write(text, { all }) {
    const { control } = this;
    control.focus();
    if (all) control.select();
    else control.setSelectionRange(control.value.length, control.value.length);
    // Gone from the standards, kept by all browsers: nothing else leaves Undo alone.
    if (!document.execCommand('insertText', false, text)) control.value = text;
  }

  /** Offer other texts in place of the one on screen (demo/sentence/typed.py); `take(text)` hears of the one that is taken. */
  offer(found, take) {
    this.offers.replaceChildren(...found.map((one) => offerLine(one, take)));
  }

  /** Say what is wrong, null for nothing. What stands in the field stays. */
  tell(problem) {
    const { control, told } = this;
    if (problem === this.wrong) return;
    this.wrong = problem;
    control.toggleAttribute('aria-invalid', Boolean(problem) && isAboutText(problem));
    if (control.hasAttribute('aria-invalid')) control.setAttribute('aria-invalid', 'true');
    if (problem) control.setAttribute('aria-describedby', told.id);
    else control.removeAttribute('aria-describedby');
    told.hidden = !problem;
    if (!problem) return;
    told.respeak();
    // Whoever sees the field is to see what is wrong in it.
    const { top, bottom } = control.getBoundingClientRect();
    if (bottom > 0 && top < innerHeight) told.scrollIntoView({ block: 'nearest' });
  }
}
