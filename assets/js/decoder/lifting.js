// Lifting the mask of the translator on screen, which was never trained without it: another experiment than the twins.

import { h } from '../core/dom.js';
import { takeable } from '../core/figure.js';
import { needsServer } from '../core/needs_server.js';
import { changesOf, isLifted, sentenceWish, setSentenceChange, withSentenceChange } from '../core/sentence.js';
import { html, bindText } from '../core/text.js';

export class Lifting {
  sentence;
  written = null; // with its mask, and without where that is lifted; none yet

  title = bindText(h('h3'), 'decoder.lifted_title', () => ({ model: this.sentence?.model ?? '' }));
  lifted = h('input', { type: 'checkbox', role: 'switch', onchange: () => this.turn() });
  before = h('bdi.twin-text', { lang: 'en' });
  after = h('bdi.twin-text', { lang: 'en' });
  afterLine = h('p', {}, bindText(h('span.twin-name'), 'decoder.lifted_after'), this.after);
  note = h('p.note');
  element = takeable(
    h(
      'section.card.lifting',
      {},
      this.title,
      bindText(h('p.note'), 'decoder.lifted_about'),
      bindText(h('p.note'), 'decoder.lifted_shows'),
      h(
        'div.switches',
        {},
        ...needsServer(h('label.switch', {}, this.lifted, bindText(h('span'), 'decoder.lifted_switch'))),
      ),
      h('p', {}, bindText(h('span.twin-name'), 'decoder.lifted_before'), this.before),
      this.afterLine,
      this.note,
    ),
    () => this.written,
  );

  turn() {
    setSentenceChange({ ...sentenceWish(), causal: this.lifted.checked });
  }

  /** A translation with or without its mask; with the mask lifted, the one it would have been is asked for once. */
  async load(sentence) {
    this.sentence = sentence;
    const lifted = isLifted(sentence);
    this.lifted.checked = lifted;
    this.title.respeak();
    this.afterLine.hidden = !lifted;
    if (!lifted) {
      delete this.element.dataset.waiting;
      this.before.textContent = sentence.written;
      this.written = { masked: sentence.written };
      this.note.innerHTML = html('decoder.lifted_try');
      return;
    }
    this.after.textContent = sentence.written || '∅';
    this.note.textContent = '';
    this.element.dataset.waiting = '';
    try {
      await this.compare(sentence);
    } finally {
      if (this.sentence === sentence) delete this.element.dataset.waiting;
    }
  }

  async compare(sentence) {
    this.before.textContent = '';
    const plain = await withSentenceChange(sentence, { ...changesOf(sentence), causal: false });
    if (this.sentence !== sentence) return;
    this.before.textContent = plain.written;
    this.written = { masked: plain.written, lifted: sentence.written };
    this.note.innerHTML = html(plain.written === sentence.written ? 'decoder.lifted_same' : 'decoder.lifted_other');
  }
}
