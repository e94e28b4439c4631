// How the held token gets its numbers: a row of the embedding table, times a factor, plus the position of its place.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { bare, given, inline, sign, silent } from '../core/equation.js';
import { exact, exactTerm } from '../core/exact.js';
import { explain } from '../core/explain.js';
import { formulaElement } from '../core/formula.js';
import { pieceElement } from '../core/pieces.js';
import { on, state, update } from '../core/state.js';
import { html, bindText, told, whole } from '../core/text.js';
import { Vectors } from '../instrument/vectors.js';

const PARTS = ['content', 'position', 'tokens'];
/** The row of the table, times √d where the model does so. */
const content = (factor, d) => (factor === 1 ? 'emb' : `√${d} · emb`);

export class Making {
  sentence;
  facts;
  side;
  stack;
  factor;
  rows;
  token;
  payload = null;

  title = bindText(h('h3'), 'words.making');
  steps = h('ol.token-steps', { translate: 'no' });
  story = h('p.note.story');
  vectors = new Vectors({
    hover: () => {},
    open: (unit) => {
      update({ wordUnit: unit });
      explain(`${this.stack}.tokens`, [this.token, unit], { sentence: this.sentence });
    },
    hint: 'words.vectors_hint',
    figure: 'words.vectors_figure',
    symbols: (token, { factor, d_model: d }) => [content(factor, d), '+ E_pos', '= z_0'],
    // Times the factor, as a term of its own: the sum can be done on paper.
    first: (unit, content) =>
      this.factor === 1
        ? { parts: [bare(content, exact)], compute: ([value]) => value }
        : {
            parts: [this.times(), '×', bare(this.looked(unit), exactTerm)],
            compute: ([factor, value]) => factor * value,
          },
  });
  element = takeable(
    h('section.token-making', {}, this.title, this.steps, this.story, this.vectors.element),
    () => this.payload,
  );

  constructor() {
    on('wordUnit', () => this.hold());
  }

  /** The number that is held, where a token has so many. */
  hold() {
    if (this.sentence) this.vectors.hold(Math.min(state.wordUnit, this.sentence.d_model - 1));
  }

  /** The bytes of demo/sentence/views/words.py `words`, for one side of the translation. */
  load(sentence, payload, side) {
    const { facts, arrays } = payload;
    this.sentence = sentence;
    this.facts = facts;
    this.side = side;
    this.stack = side === 'source' ? 'encoder' : 'decoder';
    this.factor = facts.factor;
    this.payload = PARTS.map((part) => arrays[`${side}_${part}`]).concat(arrays[`${side}_row`]);
    this.rows = arrays[`${side}_row`];
    this.token = null;
    this.vectors.setPayload(
      { d_model: sentence.d_model, factor: facts.factor, prefix: [] },
      { arrays: Object.fromEntries(PARTS.map((part) => [part, arrays[`${side}_${part}`]])) },
    );
    this.hold();
  }

  /** A number of the table's row. */
  looked(unit) {
    return this.rows.data[this.token * this.sentence.d_model + unit];
  }

  /** The factor is √d: whole for 256, with four decimals, or more, for 512. */
  times() {
    return Number.isInteger(this.factor) ? given(this.factor) : bare(this.factor, exact);
  }

  /** One token: its piece, its id and its number in line. */
  show(token, piece, id) {
    const {
      sentence: { d_model: d },
      facts,
    } = this;
    this.token = token;
    const vocabulary = whole(this.side === 'source' ? facts.source_vocabulary : facts.target_vocabulary);
    const step = (key, params, ...what) =>
      h('li', {}, h('span.step-what', {}, ...what), told(h('span.step-words'), key, params));
    this.steps.replaceChildren(
      step(
        piece.special === 'unknown' ? 'words.step_unknown' : 'words.step_piece',
        { vocabulary },
        pieceElement(piece),
      ),
      step('words.step_id', { vocabulary }, h('b', {}, whole(id))),
      step(
        facts.factor === 1 ? 'words.step_row_plain' : 'words.step_row',
        {
          id,
          d,
          factor: inline({
            parts: [sign('√', 'sqrt('), given(d), silent(')')],
            compute: ([size]) => Math.sqrt(size),
            result: this.times(),
          }),
        },
        formulaElement(content(facts.factor, d)),
      ),
      step('words.step_place', { place: token }, formulaElement('+ E_pos')),
      step('words.step_block', { d }, formulaElement('= z_0')),
    );
    this.story.innerHTML = html(`words.story_${this.kind(piece)}`, {});
    this.vectors.show(token);
    this.vectors.tell();
  }

  kind({ special }) {
    if (special === 'unknown') return 'unknown';
    if (special === 'start') return 'start';
    return special === 'end' ? 'end' : this.side === 'source' ? 'source' : 'target';
  }

  draw() {
    this.vectors.draw();
  }
}
