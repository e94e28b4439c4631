// "Added, not appended", in numbers: what a token is, its position, and their sum; each as long as the others.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { hintScroll } from '../core/scroll_hint.js';
import { bare, settle, shareOf, sign, term } from '../core/equation.js';
import { exact } from '../core/exact.js';
import { onShown, shown } from '../core/held.js';
import { sameInput } from '../core/photo_query.js';
import { on, state, update } from '../core/state.js';
import { digits, html, bindText, t, whole } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { isNothing, Vectors } from '../instrument/vectors.js';

const FIRST = 8;
const PARTS = ['content', 'position', 'tokens'];
const SIGNS = ['', '+', '='];

export class Added {
  photoQuery;
  of = null; // the photo query whose numbers are here, as trained
  payload;
  shownNumbers = null;
  arrays; // of the pass on screen
  token;

  vectors = new Vectors({
    hover: () => {},
    choose: (addedUnit) => update({ addedUnit }),
    hint: 'position.added_hint',
  });
  words = h('p.lead');
  body = h('tbody');
  head = h('tr');
  element = takeable(
    h(
      'section.added',
      {},
      bindText(h('h3'), 'position.added'),
      this.words,
      h(
        'div.added-body',
        {},
        this.vectors.element,
        hintScroll(
          h(
            'div.numbers-scroll',
            { tabindex: '0' },
            h('table.first-numbers', {}, h('thead', {}, this.head), this.body),
          ),
        ),
      ),
    ),
    () => this.shownNumbers,
  );

  constructor() {
    onShown(() => this.show());
    on('addedUnit', () => this.vectors.hold(state.addedUnit));
  }

  /** What a photo query as trained adds; patches lie here where they came from. */
  load(photoQuery, payload) {
    this.of = photoQuery;
    this.payload = payload;
    this.follow(photoQuery);
  }

  /** Whether the numbers here are of a photo query's input, whatever is changed in its pass. */
  has(photoQuery) {
    return sameInput(this.of, photoQuery);
  }

  /** The same in the photo query's own pass: where positions are switched off nothing is added, and the content is what is read. */
  follow(photoQuery) {
    if (!this.has(photoQuery)) return; // those of another input come later, or are the ones before
    const { arrays, facts } = this.payload,
      { content, position, lengths } = arrays,
      off = photoQuery.change?.split(';').includes('position:off');
    const nothing = new Float32Array(position.data.length),
      length = lengths.data.subarray(0, photoQuery.tokens);
    const without = {
      ...arrays,
      position: { ...position, data: nothing },
      tokens: content,
      lengths: { ...lengths, data: Float32Array.of(...length, ...new Float32Array(photoQuery.tokens), ...length) },
    };
    this.set(photoQuery, { facts, arrays: off ? without : arrays });
  }

  set(photoQuery, payload) {
    this.photoQuery = photoQuery;
    this.shownNumbers = payload;
    this.arrays = payload.arrays;
    this.token = null;
    this.vectors.setPayload(photoQuery, payload);
    this.vectors.hold(Math.min(state.addedUnit, photoQuery.d_model - 1));
    this.show();
  }

  show() {
    if (!this.arrays || !sameInput(this.photoQuery, state.photoQuery) || state.screen !== 'position') return;
    this.vectors.show(shown());
    if (this.token !== shown()) {
      this.token = shown();
      this.speak();
    }
  }

  speak() {
    if (!this.arrays || this.token === null) return;
    const {
        photoQuery,
        token,
        arrays: { lengths, placed },
      } = this,
      d = photoQuery.d_model,
      names = [tokenName(token, photoQuery), t('position.part_position'), t('position.part_token')];
    const length = PARTS.map((_, i) => lengths.data[i * photoQuery.tokens + token]);
    const { part, whole: content, share } = shareOf(length[1], length[0]);
    const params = { token: names[0], d, twice: 2 * d, content, position: part, share };
    const position = this.arrays.position.data,
      unplaced = isNothing(position.subarray(token * d, (token + 1) * d)),
      key = isNothing(position) ? 'added_off' : placed.data[token] ? 'added_words' : 'added_unplaced';
    this.words.innerHTML = html(`position.${key}`, params);
    const cell = (tag, text) => h(tag, {}, text);
    this.head.replaceChildren(
      cell('th', t('position.number')),
      ...Array.from({ length: FIRST }, (_, j) => cell('th', String(j + 1))),
      cell('th', '…'),
      cell('th', whole(d)),
      cell('th', t('position.length')),
    );
    // Column by column: content and position as they must be written to give the token.
    const column = (j) => {
      const [content, position, sum] = PARTS.map((part) => this.arrays[part].data[token * d + j]);
      const { texts, said } = settle(
        [bare(content, exact), bare(position, exact)],
        ([one, other]) => one + other,
        bare(sum, exact),
      );
      return [...texts, said];
    };
    const columns = [...Array(FIRST).keys(), d - 1].map(column);
    this.body.setAttribute('data-equation', 'columns');
    this.body.replaceChildren(
      ...(unplaced ? [0, 2] : [0, 1, 2]).map((i) => {
        const numbers = columns.map((texts) => cell('td', term(texts[i])));
        return h(
          'tr',
          {},
          h('th', { scope: 'row' }, i ? sign(SIGNS[i]) : h('span.sign'), ` ${names[i]}`),
          ...numbers.slice(0, FIRST),
          cell('td', '…'),
          numbers[FIRST],
          cell('td', digits(length[i])),
        );
      }),
    );
  }

  draw() {
    this.show();
    this.vectors.draw();
  }
}
