// The cheating switch: two trained twins, one of which never had the causal mask. Fed the answer, and writing alone.

import { takeable } from '../core/figure.js';
import { wordAxis } from '../core/axes.js';
import { NOTHING } from '../core/change.js';
import { h } from '../core/dom.js';
import { Field } from '../core/field.js';
import { keysOf } from '../core/keys.js';
import { Later } from '../core/later.js';
import { piece, pieceElement, pieceName } from '../core/pieces.js';
import { needsServer } from '../core/needs_server.js';
import { withSentenceChange } from '../core/sentence.js';
import { state, update } from '../core/state.js';
import { html, isolated, bindLabel, percent, bindText, t } from '../core/text.js';
import { asProblem, fetchView } from '../core/wire.js';
import { HeadMatrix } from '../instrument/matrix.js';
import { NO_KEYS } from '../instrument/scale.js';

const MASKED = 0,
  OPEN = 1;
const NEAR = 200; // pixels below the window: both write by themselves, which takes a while
const chosen = () => (state.openTwin ? OPEN : MASKED);

/** What the twins are fed of a sentence unless somebody types it: a person's translation, else what the model on screen wrote with nothing switched off. */
export async function offeredFor(sentence) {
  const example = state.boot.sentences.find(({ text }) => text === sentence.text.trim());
  return example?.reference
    ? { text: example.reference, by: 'corpus' }
    : { text: (await withSentenceChange(sentence, NOTHING)).written, by: 'model' };
}

/** Both twins, fed a translation and alone. */
export const twinsOf = (text, reference) => fetchView('sentence/view/twins', { text, reference });

export class Twins {
  texts;
  matrix;
  figures;
  element;
  later;
  sentence;
  offered = null; // the page's own translation of the sentence, { text, by: 'corpus' or 'model' }; null until it is known
  asked = null; // { text, reference } of the last question
  answered = null; // the question that the payload answers
  payload;
  chosen; // of the twins, the one drawn large
  pieces;
  axis;
  weights;

  mask = h('input', {
    type: 'checkbox',
    role: 'switch',
    onchange: () => update({ openTwin: !this.mask.checked }),
  });
  reference = bindLabel(
    h('textarea.reference', {
      rows: 1,
      lang: 'en',
      dir: 'auto',
      spellcheck: 'false',
      autocomplete: 'off',
      translate: 'no',
    }),
    'aria-label',
    'decoder.reference',
  );
  field = new Field(this.reference);
  // Who wrote what is fed: only a person's translation is an answer.
  author = h('p.note.fed-by', { 'data-told': true });
  fedTitle = bindText(
    h('h4'),
    () => (this.authorOf() === 'corpus' ? 'decoder.fed_title' : 'decoder.fed_title_other'),
    () => ({}),
  );
  bars = h('ol.twin-bars');
  counts = h('p');
  where = h('p.note');
  reading = h('p.readout');
  measured = h('table.measured');
  absent = bindText(h('p', { hidden: true }), 'decoder.twins_absent');

  constructor() {
    this.reference.addEventListener('input', () => this.tellAuthor());
    keysOf(this.reference, { keys: 'Enter', says: 'keys.feed', act: () => this.feed() });
    this.texts = [MASKED, OPEN].map((twin) => ({
      name: bindText(h('span.twin-name'), `decoder.twin_${twin}`),
      text: h('bdi.twin-text', { lang: 'en' }),
      end: h('span.note'),
    }));
    this.matrix = new HeadMatrix({
      hover: (query, key) => this.read(query, key),
      choose: () => {},
      explain: () => {},
      name: 'decoder.matrix_label',
    });
    this.figures = h(
      'div.twin-figures',
      {},
      h(
        'div.twin-fed',
        {},
        this.fedTitle,
        this.counts,
        h(
          'div.twin-legend',
          {},
          ...[MASKED, OPEN].map((twin) =>
            h('span', {}, h(`span.swatch.twin-${twin}`), bindText(h('span'), `decoder.twin_${twin}`)),
          ),
        ),
        this.bars,
        bindText(h('p.note'), 'decoder.fed_how'),
      ),
      h(
        'div.twin-alone',
        {},
        bindText(h('h4'), 'decoder.alone_title'),
        ...this.texts.map(({ name, text, end }, twin) => h(`p.alone.twin-${twin}`, {}, name, text, end)),
        bindText(h('h4'), 'decoder.ahead_title'),
        this.where,
        this.matrix.element,
        this.reading,
      ),
      h('div.twin-measured', {}, bindText(h('h4'), 'decoder.measured_title'), this.measured),
    );
    this.element = takeable(
      h(
        'section.card.cheating',
        {},
        bindText(h('h3'), 'decoder.twins_title'),
        bindText(h('p.note'), 'decoder.twins_about'),
        bindText(h('p.note'), 'decoder.twins_shows'),
        h(
          'div.switches',
          {},
          h('label.switch', {}, this.mask, bindText(h('span'), 'decoder.twins_mask')),
          ...needsServer(
            h('label.fed-with', {}, bindText(h('span'), 'decoder.reference'), this.reference),
            h('button.action', { type: 'button', onclick: () => this.feed() }, bindText(h('span'), 'decoder.feed')),
          ),
        ),
        this.field.told,
        this.field.offers,
        this.author,
        this.absent,
        this.figures,
      ),
      () => this.payload,
      { of: () => ({ models: this.payload?.facts.twins.map(({ name }) => name) ?? [] }) },
    );
    this.later = new Later(this.element, () => this.ask(), NEAR);
  }

  /** A translation is on its way: what is here of another one waits for it. */
  expect(sentence) {
    if (sentence !== this.sentence) this.figures.dataset.waiting = '';
    else if (this.answered === this.asked) delete this.figures.dataset.waiting; // gone back to before it was here
  }

  /** Another sentence: unless somebody types one, its translation is the example's, else the one on screen with nothing switched off. */
  async load(sentence) {
    this.sentence = sentence;
    this.offered = null;
    this.figures.dataset.waiting = '';
    const offered = await offeredFor(sentence);
    if (this.sentence !== sentence) return;
    this.offered = offered;
    this.follow();
  }

  /** Nothing more comes of the translation on screen: what is here is of another one. */
  giveUp() {
    delete this.figures.dataset.waiting;
    this.figures.toggleAttribute('data-outdated', this.answered !== this.asked || this.offered === null);
  }

  /** What was typed is fed from now on; nothing typed, the page's own again. */
  feed() {
    if (this.offered === null && !this.field.typed) return; // what stands there is of the translation before
    const typed = this.reference.value.trim();
    this.field.typed = false;
    update({ fed: typed && typed !== this.offered?.text ? typed : null });
    this.follow();
  }

  /**
   * The translation and the twin that are chosen. The twin without the mask reads everything again with each word, so the two are only asked
   * once they can be seen.
   */
  follow() {
    this.mask.checked = !state.openTwin;
    if (this.offered === null) return;
    const { text } = this.sentence,
      reference = state.fed ?? this.offered.text,
      { asked } = this;
    this.field.follow(reference); // what somebody types stays, whatever else is switched
    this.tellAuthor();
    if (asked?.text !== text || asked.reference !== reference) {
      this.asked = { text, reference };
      this.figures.dataset.waiting = '';
      this.later.want();
      return;
    }
    if (this.answered === asked) {
      delete this.figures.dataset.waiting;
      this.figures.toggleAttribute('data-outdated', false);
    }
    if (this.chosen !== chosen()) this.show();
  }

  /** Who wrote the translation that is fed: 'visitor', 'corpus' or 'model'. */
  authorOf() {
    return state.fed !== null ? 'visitor' : (this.offered?.by ?? 'corpus');
  }

  tellAuthor() {
    if (!this.offered) return;
    const typed = this.reference.value.trim(),
      pending = this.field.typed && typed !== (state.fed ?? this.offered.text);
    this.author.innerHTML = html(pending ? 'decoder.fed_by_typing' : `decoder.fed_by_${this.authorOf()}`, {
      model: this.sentence.model,
    });
    if (pending) this.author.hidden = false;
    this.fedTitle.respeak();
  }

  async ask() {
    const { asked } = this;
    try {
      const payload = await twinsOf(asked.text, asked.reference);
      if (this.asked !== asked) return;
      this.payload = payload;
      this.answered = asked;
      this.field.tell(null);
      this.field.offer(payload.facts.offers, (text) => {
        this.reference.value = text;
        this.feed();
      });
      this.author.hidden = false;
      this.figures.toggleAttribute('data-outdated', false);
      this.absent.hidden = payload.facts.twins.length > 0;
      this.figures.hidden = payload.facts.twins.length === 0;
      this.show();
    } catch (error) {
      if (this.asked !== asked) return;
      this.asked = null; // the same may be asked again
      this.field.tell(asProblem(error));
      this.field.offer([], () => {});
      // Nothing was fed: what stands there is of another text, or of none.
      this.author.hidden = true;
      this.figures.hidden = !this.payload;
      this.figures.toggleAttribute('data-outdated', true);
    } finally {
      if (this.asked === asked || !this.asked) delete this.figures.dataset.waiting;
    }
  }

  /** Everything that follows from the payload, the switch and the language. */
  show() {
    this.tellAuthor();
    if (!this.payload?.facts.twins.length) return;
    const {
        facts: { twins },
        arrays,
      } = this.payload,
      { given, start } = twins[MASKED];
    const right = twins.map((_, twin) => arrays[`right_${twin}`].data),
      shares = twins.map((_, twin) => arrays[`probability_${twin}`].data);
    this.chosen = chosen();
    this.element.dataset.chosen = this.chosen;
    this.pieces = given.map((token, i) => ({ ...piece(token), ...(i ? {} : { begins: true }) }));
    this.bars.replaceChildren(
      ...this.pieces.map((one, i) =>
        h(
          'li',
          {},
          h('span.token', { title: one.text, translate: 'no' }, pieceElement(one)),
          h(
            'span.track',
            { 'aria-hidden': 'true' },
            ...shares.map((share, twin) => h(`span.bar.twin-${twin}`, { style: { width: `${100 * share[i]}%` } })),
          ),
          ...shares.map((share, twin) =>
            h(`span.share.twin-${twin}`, {}, `${right[twin][i] ? '✓' : '✗'} ${percent(share[i])}`),
          ),
        ),
      ),
    );
    const count = right.map((all) => all.reduce((sum, one) => sum + one, 0));
    this.counts.innerHTML = html('decoder.fed_counts', { masked: count[MASKED], open: count[OPEN], all: given.length });
    this.texts.forEach(({ text, end }, twin) => {
      text.textContent = twins[twin].written || '∅';
      end.textContent = '';
      if (twins[twin].stopped_by === 'limit') end.innerHTML = html('decoder.alone_limit');
    });
    this.measure(twins);
    this.paint([piece(start, { as: 'start' }), ...this.pieces]);
  }

  /** The decoder's own attention of the chosen twin, in the head that looks most at the word it has to predict. */
  paint(read) {
    const {
        facts: { twins },
        arrays,
      } = this.payload,
      twin = twins[this.chosen],
      share = arrays[`share_${this.chosen}`];
    const axis = wordAxis(read);
    this.axis = axis;
    this.weights = arrays[`pattern_${this.chosen}`].data;
    const params = {
      layer: twin.layer + 1,
      head: twin.head + 1,
      share: percent(share.data[twin.layer * share.shape[1] + twin.head]),
    };
    this.where.innerHTML = html(twin.causal ? 'decoder.ahead_masked' : 'decoder.ahead_open', params);
    this.matrix.lay(wordAxis(read.slice(0, -1)), axis); // the end is read, but nothing is asked of its row
    this.matrix.paint(
      this.weights,
      Math.max(...this.weights),
      NO_KEYS,
      twin.causal ? (query, key) => key > query : null,
      (query) => query + 1,
    );
    this.read(null, null);
  }

  read(query, key) {
    this.matrix.mark(query ?? 0, key);
    if (query === null) {
      this.reading.innerHTML = html('decoder.ahead_hint');
      return;
    }
    this.reading.innerHTML = html('decoder.ahead_reading', {
      read: isolated(this.axis.words[query]),
      wanted: isolated(pieceName(this.pieces[query])),
      key: isolated(this.axis.words[key]),
      weight: percent(this.weights[query * this.axis.length + key]),
    });
  }

  /** The figures of their cards, side by side. */
  measure(twins) {
    const names = [...new Set(twins.flatMap(({ figures }) => figures.map(({ of }) => of)))];
    this.measured.parentElement.hidden = !names.length;
    this.measured.replaceChildren(
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('td'),
          ...[MASKED, OPEN].map((twin) => bindText(h(`th.twin-${twin}`, { scope: 'col' }), `decoder.twin_${twin}`)),
        ),
      ),
      h(
        'tbody',
        {},
        ...names.map((name) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, t(`models.figure_${name}`)),
            ...twins.map(({ figures }, twin) =>
              h(`td.twin-${twin}`, {}, figures.find(({ of }) => of === name)?.value ?? '–'),
            ),
          ),
        ),
      ),
    );
  }
}
