// What each of the compared models makes of the visitor's sentence, one after another; beside it what was measured of the model.

import { takeable } from '../core/figure.js';
import { wordAxis } from '../core/axes.js';
import { closest, h } from '../core/dom.js';
import { choosing } from '../core/pick.js';
import { piece, readElement } from '../core/pieces.js';
import { recurrentView } from '../core/recurrent.js';
import { on, state, update } from '../core/state.js';
import { html, isolated, bindLabel, large, percent, read, bindText, t } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { COMPARED, swatch } from './compared.js';

export class SideBySide {
  rows;
  element;

  where = h('span.at-bucket');
  span = h('span.from-to');
  reading = h('p.readout', { 'data-told': true });
  human = h('p.note.human');

  /** `light(model key or null)` hears which one is pointed at. */
  constructor({ light }) {
    this.rows = COMPARED.map((model) => this.row(model, light));
    on('heldWritten', () => this.readHeld());
    this.element = takeable(
      h(
        'section.side-by-side',
        {},
        h('div.score-heads.axis', {}, this.where, this.span),
        h('ol.translated', {}, ...this.rows.map(({ element }) => element)),
        this.reading,
        this.human,
      ),
      () => this.rows.map(({ payload }) => payload),
      { of: () => ({ models: COMPARED.map(({ name }) => name) }) },
    );
  }

  row(model, light) {
    const row = {
      model,
      name: bindText(h('strong'), model.named),
      size: h('span.note'),
      scored: h('span.score'),
      change: h('span.change'),
      text: h('p.translated-text', { translate: 'no', tabindex: 0, role: 'application' }),
      told: h('p.note'),
      payload: null,
    };
    bindLabel(row.text, 'aria-label', 'before.written_label', () => ({ model: t(model.named) }));
    choosing(row.text, {
      axis: () => (row.payload ? wordAxis(row.payload.facts.tokens) : null),
      tokenAt: (event) => {
        const at = closest(event, '[data-token]');
        return at ? Number(at.dataset.token) : null;
      },
      held: () => heldIn(row) ?? 0,
      preview: (token) => this.read(row, token),
      hold: (token) => {
        update({ heldWritten: `${model.key}.${token + 1}` });
        this.read(row, token);
      },
    });
    row.element = h(
      'li',
      { 'data-model': model.key, onpointerenter: () => light(model.key), onpointerleave: () => light(null) },
      h('div.model-line', {}, swatch(model), h('span.model-name', {}, row.name, row.size), row.scored, row.change),
      row.text,
      row.told,
    );
    return row;
  }

  /** The scores beside the names: of the bucket looked at, and from the first to the last. */
  measure(table, bucket) {
    const seen = table.buckets[bucket]?.n ? table.buckets[bucket] : null,
      own = bucket === table.inside,
      metric = t(`before.metric_${table.metric}`);
    this.where.innerHTML = seen
      ? html(own ? 'before.scores_own' : 'before.scores_at', { ...seen, metric })
      : html('before.scores_none', {
          words: bucket === null ? table.words : lengthRange(table.buckets[bucket]),
          metric,
        });
    this.span.innerHTML = html('before.scores_change', { from: lengthRange(table.first), to: lengthRange(table.last) });
    for (const {
      model: { key },
      scored,
      change,
    } of this.rows) {
      const model = table.models.find((one) => one.key === key),
        point = model?.points.find((one) => one.bucket === bucket);
      scored.replaceChildren(...(point ? [h('b', {}, score(point.value)), interval(point)] : ['–']));
      const ends = model && endsOf(model, table);
      change.replaceChildren(...(ends ? [h('b', {}, signed(ends[1] - ends[0])), interval(model.change)] : ['–']));
    }
  }

  /** Ask for the translations in turn; what is there of another sentence stays, dimmed, until its successor is. */
  async load(sentence, wanted) {
    this.element.setAttribute('aria-busy', 'true');
    this.rows.forEach((row) => {
      row.element.dataset.waiting = '';
    });
    const known = state.boot.sentences.find(({ text }) => text === sentence.text.trim());
    this.human.innerHTML = known ? html('before.human', { text: known.reference }) : '';
    for (const row of this.rows) {
      let found;
      try {
        found = { payload: await recurrentView('translated', sentence, { name: row.model.name }), problem: null };
      } catch (error) {
        found = { payload: null, problem: asProblem(error) };
      }
      if (!wanted()) return; // what is there is of a newer sentence
      Object.assign(row, found);
      delete row.element.dataset.waiting;
      this.write(row);
    }
    this.element.removeAttribute('aria-busy');
    this.readHeld();
  }

  /** What the token that is held was given. */
  readHeld() {
    const row = this.rows.find((one) => one.payload && heldIn(one) !== null);
    if (row) this.read(row, heldIn(row));
    else {
      this.unmark();
      this.reading.innerHTML = html('before.written_hint');
    }
  }

  unmark() {
    this.element.querySelector('.written.pointed')?.classList.remove('pointed');
  }

  /** What a written token was given: of the row under the pointer or the keys; null for the one that is held. */
  read(row, token) {
    if (token === null) {
      this.readHeld();
      return;
    }
    this.unmark();
    row.text.querySelector(`[data-token="${token}"]`).classList.add('pointed');
    this.reading.innerHTML = html('before.written_reading', {
      word: isolated(piece(row.payload.facts.tokens[token]).text),
      share: percent(row.payload.arrays.probability.data[token]),
      model: t(row.model.named),
    });
  }

  speak() {
    this.rows.forEach((row) => this.write(row));
    this.readHeld();
  }

  write(row) {
    const { model, payload, problem, text, told, size } = row;
    text.replaceChildren();
    told.textContent = problem ? t(`error.${problem.code}`, problem.params) : '';
    if (!payload) return;
    const {
      facts,
      arrays: {
        probability: { data },
      },
    } = payload;
    size.innerHTML = html(`before.size_${model.key === 'bundled' ? 'bundled' : 'alike'}`, {
      parameters: large(facts.parameters),
    });
    const words = [];
    facts.tokens.forEach((token, i) => {
      const one = piece(token),
        shown = h(
          'span.written',
          { 'data-token': i },
          readElement(one),
          h('span.bar', { 'aria-hidden': 'true' }, h('span.fill', { style: { width: `${100 * data[i]}%` } })),
        );
      if (one.begins || !i) words.push(h('span.whole', {}, shown));
      else words.at(-1).append(shown);
    });
    text.replaceChildren(...words.flatMap((word) => [word, ' ']));
    const notes = [
      facts.unknown && t('before.written_unknown', facts),
      facts.stopped_by === 'limit' && t('before.written_limit'),
    ];
    told.textContent = notes.filter(Boolean).join(' ');
  }
}

/** The token of a row that is held; null where none is, or where another model has written fewer. */
function heldIn({ model, payload }) {
  const [key, number] = state.heldWritten?.split('.') ?? [];
  return key === model.key && Number(number) <= (payload?.facts.tokens.length ?? 0) ? Number(number) - 1 : null;
}

export const lengthRange = ({ fewest, most }) => `${fewest}–${most}`;
/** A score of 0 to 100, or a difference of two: one decimal, of which the intervals leave little. */
export const score = (value) =>
  value
    .toFixed(1)
    .replace(/^-0\.0$/, '0.0')
    .replace('-', '−');
/** A model's scores of the shortest and of the longest texts as they are printed: what follows from them is computed from these, as a reader does. */
export function endsOf({ points }, { first, last }) {
  const ends = [first, last].map(({ fewest }) => points.find((point) => point.fewest === fewest));
  return ends.every(Boolean) ? ends.map(({ value }) => read(score(value))) : null;
}
/** A change with its sign. */
const signed = (value) => (value > 0 ? `+${score(value)}` : score(value));
const interval = ({ low, high }) =>
  h('span.interval', {}, low < 0 ? `${score(low)} … ${score(high)}` : `${score(low)}–${score(high)}`);
