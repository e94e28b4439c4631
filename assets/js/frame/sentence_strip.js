// The sentence and its translator, one line high on every screen of the sentence's journey.

import { booted } from '../core/boot.js';
import { h, onceLaidOut, onWidth } from '../core/dom.js';
import { Field } from '../core/field.js';
import { keysOf } from '../core/keys.js';
import { needsServer } from '../core/needs_server.js';
import { isRecorded, sentencesOf } from '../core/recorded.js';
import { requestTranslation } from '../core/sentence.js';
import { closed, opened } from '../core/sheets.js';
import { on, state } from '../core/state.js';
import { bindLabel, bindText } from '../core/text.js';
import { onText } from './bringing.js';
import { buildDoor } from './door.js';
import { asksReach, modelOptions } from './model_options.js';
import { canUndo, undo } from './undoing.js';

export async function mount(root) {
  const boot = await booted;
  const input = h('textarea.sentence-input', {
    rows: 1,
    spellcheck: 'false',
    autocomplete: 'off',
    lang: 'de',
    dir: 'auto',
    translate: 'no',
    readonly: isRecorded(),
  });
  const field = new Field(input);
  let followed = null, // the sentence whose text the field followed last
    fitted = null; // the text that the field is as high as
  const fitSoon = onceLaidOut(input, fit); // out of sight: once it is seen
  bindLabel(input, 'aria-label', 'sentence.input');
  const translate = () => requestTranslation({ text: input.value });
  input.addEventListener('input', fit);
  keysOf(input, { keys: 'Enter', says: 'keys.translate', act: translate });
  keysOf(input, {
    keys: 'Escape',
    says: 'keys.untyped',
    act: () => {
      if (!state.sentence || !field.typed) return false;
      field.write(state.sentence.text, { all: true });
      field.settle(state.sentence.text);
      fit();
      return true;
    },
  });
  onText((text, atOnce) => {
    field.write(text, { all: atOnce || !field.typed });
    if (atOnce) translate();
  });
  // What was typed is followed, too, where nobody has pressed Enter; what was refused is not.
  const door = buildDoor('sentence', async () => {
    if (field.typed) await translate();
    return !field.typed || input.value === state.sentence?.text;
  });
  const examples = action('sentence.examples', () => turn(list.hidden));
  examples.setAttribute('aria-expanded', 'false');
  const back = action('sentence.undo', undo);
  const models = h('select', { onchange: () => requestTranslation({ model: models.value }) });
  bindLabel(models, 'aria-label', 'sentence.model');
  const list = h('div.sentence-gallery', { hidden: true }, ...sentencesOf(boot).map(example));
  root.append(
    h(
      'section.strip.sentence-strip',
      {},
      door.words,
      input,
      h(
        'div.actions',
        {},
        door.follow,
        ...needsServer(action('sentence.translate', translate, 'primary')),
        examples,
        back,
      ),
      h('label.model', {}, bindText(h('span'), 'sentence.model'), models),
    ),
    field.told,
    field.offers,
    list,
  );

  function example({ text, reference, note }) {
    const about = h('span.example-note');
    if (note) bindText(about, `sentence.example_${note}`);
    return h(
      'button',
      {
        type: 'button',
        onclick: () => {
          turn(false);
          choose(text);
        },
      },
      h('span.example-text', { lang: 'de' }, text),
      h('span.example-reference', { lang: 'en' }, reference),
      about,
    );
  }

  /** A text that was chosen stands in the field at once. */
  function choose(text) {
    field.settle(text);
    fit();
    requestTranslation({ text });
  }

  function turn(open) {
    list.hidden = !open;
    examples.setAttribute('aria-expanded', String(open));
    if (open) opened(list, { close: () => turn(false), over: false, first: list.querySelector('button') });
    else closed(list);
  }

  /** As high as the sentence needs. */
  function fit() {
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight + 2}px`;
    fitted = input.value;
  }

  function show() {
    const { sentence, problem } = state,
      refused = problem?.text;
    if (refused !== undefined) field.keep(refused);
    field.tell(refused === undefined ? null : problem);
    // Where the first sentence was refused, the translator that it was for can be seen and changed all the same.
    const model = sentence?.model ?? state.translator ?? boot.first_sentence.model;
    if (sentence) {
      const shown = boot.translators.find(({ name }) => name === model);
      if (shown) shown.here = true;
      else boot.translators.push({ name: model, here: true }); // repaired since the page was opened
    }
    models.replaceChildren(...modelOptions(boot.translators));
    models.value = model;
    if (sentence) follow(sentence);
    if (input.value !== fitted) fitSoon();
  }

  function follow(sentence) {
    if (sentence !== followed) {
      const another = sentence.text !== followed?.text,
        writing = field.typed && document.activeElement === input && input.value !== sentence.text;
      // What is being typed is not taken away by an answer to something else, nor what was typed by the same sentence again.
      if (another && !writing) field.settle(sentence.text);
      followed = sentence;
      field.offer(sentence.offers, choose);
    }
    field.follow(sentence.text);
    back.disabled = !canUndo();
  }
  on('sentence lang problem', show);
  on('wanted', () => {
    if (!state.wanted) show(); // another translator that was chosen may have been given up
  });
  asksReach(models, boot.translators, show);
  onWidth(input, fit);

  show();
}

function action(key, onclick, kind = '') {
  return h(
    `button.action${kind && `.${kind}`}`,
    { type: 'button', onclick, 'data-action': key.split('.')[1] },
    bindText(h('span'), key),
  );
}
