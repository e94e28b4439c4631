// Forcing a word: what the model should have written at the step held. It goes on from there by its own choice.

import { h } from '../core/dom.js';
import { Field } from '../core/field.js';
import { pieceElement, piece } from '../core/pieces.js';
import { needsServer } from '../core/needs_server.js';
import { requestPrefix, sentenceView } from '../core/sentence.js';
import { on, state, update } from '../core/state.js';
import { html, bindLabel, bindText, t } from '../core/text.js';
import { asProblem } from '../core/wire.js';

/** Write other ids at a step; what stood before it is given too, what came after is written anew. */
export function force(sentence, step, ids) {
  update({ step });
  requestPrefix(sentence, [...sentence.target_ids.slice(0, step), ...ids]);
}

export class Forcing {
  coming = null; // { ids, line, offers }: what is told and offered once the translation that ends with these ids is here
  sentence;

  input = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', dir: 'auto', translate: 'no' });
  field = new Field(this.input);
  /** What became of the word that was typed, until another is, another translation comes or the screen is left: a link does not say it again. */
  told = h('p.note.told', { 'data-told': true, 'data-once': true });
  // Beside the sentence: what is given there is not the model's own choice.
  release = h('button.action', { type: 'button', onclick: () => requestPrefix(this.sentence, []) });
  given = h('p.given-note', { hidden: true }, bindText(h('span.note'), 'translation.given'), this.release);
  element = h(
    'form.forcing',
    {
      onsubmit: (event) => {
        event.preventDefault();
        this.submit();
      },
    },
    ...needsServer(this.input, h('button.action', { type: 'submit' }, bindText(h('span'), 'translation.force'))),
  );

  constructor() {
    // Given words may leave no room for another, which is known once they are asked for.
    const tell = ({ problem }) => this.field.tell(problem?.code.startsWith('prefix_') ? problem : null);
    on('problem', tell);
    tell(state);
    on('screen', () => {
      if (state.screen !== 'translation') this.unsay();
    });
    bindLabel(this.input, 'placeholder', 'translation.force_placeholder');
    bindLabel(this.input, 'aria-label', 'translation.force_label', () => ({ n: state.step + 1 }));
  }

  show(sentence) {
    const given = sentence.prefix.length;
    if (this.sentence !== sentence) {
      const written =
        this.coming && this.coming.ids.every((id, i) => sentence.prefix.at(i - this.coming.ids.length) === id);
      this.told.replaceChildren(...(written ? this.coming.line : []));
      this.field.offer(written ? this.coming.offers : [], this.take);
      if (written) this.field.settle(''); // a word that was refused stays where it was typed
      this.coming = null;
      this.sentence = sentence;
    }
    this.given.hidden = !given;
    this.release.textContent = t('translation.release', { count: given });
    this.input.setAttribute('aria-label', t('translation.force_label', { n: state.step + 1 }));
  }

  /** The word without the signs that nobody sees, in the place of the one with them. */
  take = (text) => {
    this.input.value = text;
    this.submit();
  };

  /** Nothing is told or offered of a word. */
  unsay() {
    this.told.replaceChildren();
    this.field.offer([], this.take);
  }

  async submit() {
    const { sentence } = this,
      { step } = state,
      word = this.input.value;
    this.field.tell(null);
    this.unsay(); // it was said of another word
    if (!word.trim()) {
      this.told.replaceChildren(t('translation.force_nothing'));
      return;
    }
    try {
      const { arrays, facts } = await sentenceView('pieces', sentence, { word });
      if (state.sentence !== sentence) return;
      const ids = [...arrays.ids.data];
      const shown = h('span');
      shown.innerHTML = html(
        facts.unknown
          ? `translation.force_unknown${facts.unknown === ids.length ? '_all' : ''}`
          : ids.length > 1
            ? 'translation.force_pieces'
            : 'translation.force_one',
        { count: ids.length, unknown: facts.unknown },
      );
      const line = [shown, ' ', ...ids.flatMap((id) => [pieceElement(piece(facts.words[id])), ' '])];
      // What cannot be written as typed is told before anything is translated; what can, together with its translation.
      if (facts.unknown) {
        this.told.replaceChildren(...line);
        this.field.offer(facts.offers, this.take);
        return;
      }
      this.coming = { ids, line, offers: facts.offers };
      force(sentence, step, ids);
    } catch (error) {
      if (state.sentence === sentence) this.field.tell(asProblem(error));
    }
  }
}
