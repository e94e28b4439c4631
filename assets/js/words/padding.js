// Three sentences as rows of one matrix: what fills up the shorter ones, and what it does once nobody hides it.

import { argmax } from '../core/argmax.js';
import { takeable } from '../core/figure.js';
import { closest, focusOn, h, onWidth } from '../core/dom.js';
import { Field } from '../core/field.js';
import { ARROWS, keysOf } from '../core/keys.js';
import { Later } from '../core/later.js';
import { piece, pieceElement } from '../core/pieces.js';
import { needsServer } from '../core/needs_server.js';
import { PointerOrKeys } from '../core/pointer_or_keys.js';
import { hintScroll } from '../core/scroll_hint.js';
import { sentenceView } from '../core/sentence.js';
import { state, update } from '../core/state.js';
import { html, isolated, bindLabel, percent, bindText, small, t } from '../core/text.js';
import { asProblem } from '../core/wire.js';

const OTHERS = ['batchSecond', 'batchThird'];

/** A piece lies flat in a cell this wide, and stands upright in a narrower one; none is narrower than a finger can meet (words.css). */
const FLAT = 62;
/** Pixels below the window at which the batch is asked for already. */
const NEAR = 300;
/** How much longer than the visitor's own the longer of the two others is to be. */
const LONGER = 1.2;

/** The shortest of the examples, and one that makes the visitor's own need padding as well: none twice, and none that stands in the batch already. */
export function twoBeside(text, examples, chosen) {
  const there = [text, ...chosen].map((one) => one.trim()),
    [shortest, ...longer] = examples.filter((one) => !there.includes(one.trim())).sort((a, b) => a.length - b.length);
  return [shortest, longer.find((one) => one.length >= LONGER * text.length) ?? longer[longer.length >> 1]];
}

export class Padding {
  payload = null;
  later;
  asked = null; // { sentence, others, masked } of the last question
  masked;
  share;

  list = h(
    'datalist',
    { id: 'padding-examples' },
    ...state.boot.sentences.map(({ text }) => h('option', { value: text })),
  );
  inputs = OTHERS.map((field, i) =>
    bindLabel(
      h('input.other-sentence', {
        type: 'text',
        list: 'padding-examples',
        dir: 'auto',
        spellcheck: 'false',
        translate: 'no',
        onchange: () => {
          this.fields[i].typed = false;
          update({ [field]: this.inputs[i].value });
        },
      }),
      'aria-label',
      'words.batch_other',
      () => ({ row: i + 2 }),
    ),
  );
  turn = new PointerOrKeys();
  fields = this.inputs.map((input) => new Field(input));
  mask = h('input', {
    type: 'checkbox',
    role: 'switch',
    onchange: () => update({ paddingSeen: !this.mask.checked }),
  });
  matrix = hintScroll(h('div.batch', { translate: 'no' }));
  reading = h('p.readout.in-sight', { 'data-told': 'here' });
  verdict = h('p.verdict-line', { 'data-told': 'here' });
  results = h('div.batch-results');
  legend = h(
    'div.legend',
    {},
    h('span.entry', {}, h('span.swatch.real'), bindText(h('span'), 'words.batch_seen')),
    h('span.entry', {}, h('span.swatch.hidden'), bindText(h('span'), 'words.batch_hidden')),
    h('span.entry', {}, h('span.swatch.leak'), bindText(h('span'), 'words.batch_leak')),
  );
  element = takeable(
    h(
      'section.word-padding',
      {},
      bindText(h('h3'), 'words.padding'),
      bindText(h('p.note'), 'words.padding_see'),
      h('div.other-sentences', {}, ...needsServer(...this.inputs), this.list),
      ...this.fields.flatMap(({ told, offers }) => [told, offers]),
      this.matrix,
      this.reading,
      h('div.switches', {}, h('label.switch', {}, this.mask, bindText(h('span'), 'words.mask')), this.legend),
      this.verdict,
      this.results,
      bindText(h('p.note'), 'words.padding_not'),
    ),
    () => this.payload,
  );

  constructor() {
    for (const type of ['pointerover', 'pointerleave'])
      this.matrix.addEventListener(type, (event) => {
        if (this.turn.follows(event)) this.tell(type === 'pointerleave' ? null : closest(event, '[data-cell]'));
      });
    this.matrix.addEventListener('pointermove', (event) => {
      if (this.turn.regained(event)) this.tell(closest(event, '[data-cell]'));
    });
    this.matrix.addEventListener('focusin', (event) => this.tell(closest(event, '[data-cell]')));
    keysOf(this.matrix, {
      keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown',
      says: 'keys.cells',
      act: (event) => this.walk(event),
    });
    onWidth(this.matrix, () => this.fit());
    this.later = new Later(this.element, () => this.ask(), NEAR);
  }

  /** A sentence in a batch with the others, which stay as they were chosen. Words that were forced elsewhere stay elsewhere. */
  load(sentence) {
    const chosen = OTHERS.map((field) => state[field]).filter((text) => text !== null),
      examples = state.boot.sentences.map(({ text }) => text),
      offered = twoBeside(sentence.text, examples, chosen);
    const others = OTHERS.map((field, i) => state[field] ?? offered[i] ?? ''),
      masked = !state.paddingSeen;
    this.mask.checked = masked;
    this.fields.forEach((field, i) => field.follow(others[i]));
    const { asked } = this;
    const same =
      asked?.sentence === sentence && asked.masked === masked && others.every((one, i) => one === asked.others[i]);
    if (same) return;
    this.asked = { sentence, others, masked };
    this.element.dataset.waiting = '';
    this.later.want();
  }

  /** Each sentence is translated once more, as a row of the batch: only for who can see it. */
  async ask() {
    const { asked } = this,
      { sentence, others, masked } = asked,
      given = others.map((text) => text.trim()).filter(Boolean);
    try {
      const payload = await sentenceView(
        'padding',
        { ...sentence, prefix: [] },
        { others: given.join('\n'), mask: masked ? 'on' : 'off' },
      );
      if (this.asked !== asked) return;
      this.payload = payload;
      this.fields.forEach((field) => field.tell(null));
      this.offer(others);
      this.outdated(false);
      this.masked = masked;
      delete this.element.dataset.waiting;
      this.draw();
    } catch (error) {
      if (this.asked === asked) {
        this.asked = null; // the same may be asked again
        delete this.element.dataset.waiting;
        this.refuse(asProblem(error), others);
      }
    }
  }

  /** What may be taken in the place of each sentence that holds signs nobody sees. */
  offer(others) {
    const { offers } = this.payload.facts;
    let row = 0; // an empty field is no row
    this.fields.forEach((field, i) => {
      const found = others[i].trim() ? offers[row++] : [];
      field.offer(found, (text) => update({ [OTHERS[i]]: text }));
    });
  }

  /** Beside the sentence that cannot be read; where none is named, beside the longest. */
  refuse(problem, others) {
    const given = others.flatMap((text, i) => (text.trim() ? [i] : [])),
      longest = argmax(others, (text) => text.length),
      wrong = given[problem.params?.row - 1] ?? longest;
    this.fields.forEach((field, i) => field.tell(i === wrong ? problem : null));
    this.outdated(true);
  }

  /** Whether what is shown is of other sentences than those in the fields. */
  outdated(is) {
    for (const one of [this.matrix, this.reading, this.verdict, this.results]) one.toggleAttribute('data-outdated', is);
  }

  draw() {
    if (!this.payload) return;
    const {
      facts: { tokens, lengths, written, alone, rounding },
      arrays: { on_padding: onPadding, leaked, moved },
    } = this.payload;
    const [layers, rows, n] = onPadding.shape,
      { masked } = this;
    const share = (row, token) => {
      let sum = 0;
      for (let l = 0; l < layers; l++) sum += onPadding.data[(l * rows + row) * n + token];
      return sum / layers;
    };
    this.share = share;
    this.matrix.style.setProperty('--cells', n);
    this.matrix.classList.toggle('masked', masked); // hatched is what is masked: padding that may be looked at is not
    this.matrix.replaceChildren(
      ...tokens.map((row, r) =>
        h(
          'div.batch-row',
          {},
          h(
            'div.cells',
            {},
            ...Array.from({ length: n }, (_, token) => {
              const real = token < lengths[r],
                cell = h(
                  'span.cell',
                  { 'data-cell': `${r},${token}`, tabindex: token ? '-1' : '0' },
                  pieceElement(real ? piece(row[token]) : piece('', { as: 'pad' })),
                );
              cell.classList.toggle('padded', !real);
              if (real) cell.append(h('span.leak', { style: { height: `${100 * share(r, token)}%` } }));
              return cell;
            }),
          ),
          h(
            'div.mask-row',
            { 'aria-hidden': true },
            ...Array.from({ length: n }, (_, token) => h(token < lengths[r] || !masked ? 'span.may' : 'span.may-not')),
          ),
        ),
      ),
    );
    const widest = Math.max(...moved.data);
    this.verdict.innerHTML = html(masked ? 'words.mask_on' : 'words.mask_off', {
      most: small(widest),
      rounding: small(rounding),
    });
    this.results.replaceChildren(
      ...tokens.map((row, r) => {
        const mass = Array.from({ length: layers }, (_, l) => leaked.data[l * rows + r]),
          same = written[r] === alone[r];
        const numbers = h('dl', {});
        for (const [key, value] of [
          ['words.on_padding', mass.map(percent).join(' · ')],
          ['words.from_alone', small(moved.data[r])],
        ])
          numbers.append(h('dt', {}, t(key, { layers })), h('dd', {}, value));
        return h(
          'article.batch-result',
          { 'data-same': String(same) },
          h('h4', {}, t('words.batch_row', { row: r + 1, tokens: lengths[r], pads: n - lengths[r] })),
          numbers,
          h(
            'p.written',
            {},
            h('span.note', {}, t(same ? 'words.batch_same' : 'words.batch_alone')),
            h('bdi', {}, alone[r]),
          ),
          same ? null : h('p.written.spoilt', {}, h('span.note', {}, t('words.batch_now')), h('bdi', {}, written[r])),
        );
      }),
    );
    this.fit();
    this.tell(null);
  }

  /** How the pieces lie in cells of this width. */
  fit() {
    if (!this.payload) return;
    const wide = this.matrix.clientWidth / this.payload.arrays.ids.shape[1];
    this.matrix.dataset.pieces = wide >= FLAT ? 'flat' : 'upright';
  }

  /** The arrow keys go from cell to cell. */
  walk(event) {
    const at = closest(event, '[data-cell]');
    if (!at) return false;
    const [row, token] = at.dataset.cell.split(',').map(Number),
      [right, down] = ARROWS[event.key];
    this.turn.keyed();
    focusOn(this.matrix, `[data-cell="${row + down},${token + right}"]`);
    return true;
  }

  tell(cell) {
    if (!this.payload) return;
    if (!cell) {
      this.reading.innerHTML = html('words.batch_hint', {});
      return;
    }
    const [row, token] = cell.dataset.cell.split(',').map(Number),
      { tokens, lengths } = this.payload.facts,
      real = token < lengths[row];
    this.reading.innerHTML = real
      ? html('words.batch_reading', {
          row: row + 1,
          piece: isolated(piece(tokens[row][token]).text),
          share: percent(this.share(row, token)),
        })
      : html(this.masked ? 'words.batch_pad_hidden' : 'words.batch_pad_seen', {
          row: row + 1,
          id: this.payload.arrays.ids.data[row * this.payload.arrays.ids.shape[1] + token],
        });
  }
}
