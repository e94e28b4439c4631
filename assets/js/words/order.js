// The jigsaw for words: the sentence in another order, read with and without positions.
//
// Whether the sentence on screen has positions is part of its change (core/change.js), which every screen shows.

import { takeable } from '../core/figure.js';
import { writeChange } from '../core/change.js';
import { h } from '../core/dom.js';
import { oneAtATime } from '../core/one_at_a_time.js';
import { movedCount, randomOrder, readOrder, swapped, unshuffled, writeOrder } from '../core/order.js';
import { needsServer } from '../core/needs_server.js';
import { changesOf, requestTranslation, sentenceView, sentenceWish, setSentenceChange } from '../core/sentence.js';
import { state, update } from '../core/state.js';
import { html, bindLabel, bindText, small, t } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { chips } from './chips.js';

/** Most sentences are understood in any order, German nouns by their cases. Of these three words only the places tell who loves whom. */
const MATTERS = { text: 'Tom liebt Maria', order: [2, 1, 0] };

const PASSES = [
  ['on', 'before'],
  ['on', 'after'],
  ['off', 'before'],
  ['off', 'after'],
];

export class Order {
  sentence = null;
  words = [];
  order = null;
  answers = {};
  chips;
  reset;
  shuffle;
  example;
  switches;
  passes;
  table;
  element;

  ask = oneAtATime(() => this.compare());
  board = h('div.chips', { translate: 'no', role: 'group' });
  position = h('input', {
    type: 'checkbox',
    role: 'switch',
    onchange: () => setSentenceChange({ ...sentenceWish(), position: !this.position.checked }),
  });
  verdict = h('p.verdict-line', { 'data-told': 'here' });

  constructor() {
    bindLabel(this.board, 'aria-label', 'words.board');
    this.chips = chips(this.board, {
      swap: (a, b) => this.move(writeOrder(swapped(this.order, a, b), state.wordOrder)),
    });
    const button = (key, act) => h('button.action', { type: 'button', onclick: act }, bindText(h('span'), key));
    this.reset = button('words.put_back', () => this.move(''));
    this.shuffle = button('words.shuffle', () => {
      const { length } = this.words;
      this.move(randomOrder(length) || writeOrder(swapped(unshuffled(length), 0, 1)));
    });
    this.example = button('words.order_example', () =>
      requestTranslation({ text: MATTERS.text }, { wordOrder: writeOrder(MATTERS.order) }),
    );
    this.switches = h(
      'div.switches',
      {},
      ...needsServer(
        this.shuffle,
        this.reset,
        this.example,
        h('label.switch', {}, this.position, bindText(h('span'), 'words.position')),
      ),
    );
    this.passes = PASSES.map(([position, which]) => ({
      position,
      which,
      name: h('dt'),
      written: h('dd', {}, h('bdi')),
    }));
    this.table = h('dl.passes', {}, ...this.passes.flatMap(({ name, written }) => [name, written]));
    this.element = takeable(
      h(
        'section.word-order',
        {},
        bindText(h('h3'), 'words.order'),
        bindText(h('p.note'), 'words.order_see'),
        this.board,
        this.switches,
        h('div.order-answer', {}, this.verdict, this.table),
        bindText(h('p.note'), 'words.order_not'),
      ),
      () => this.order && [{ words: this.words, order: [...this.order] }, ...Object.values(this.answers)],
    );
  }

  /** A sentence as it is translated now, and where its words lie. Words that were forced elsewhere stay elsewhere. */
  load(sentence) {
    const before = this.sentence;
    this.sentence = { ...sentence, prefix: [] };
    this.position.checked = this.positionOn;
    if (!before || before.text !== sentence.text) {
      this.words = sentence.text.trim().split(/\s+/u);
      this.order = null;
    }
    if (!before || question(before) !== question(sentence)) this.answers = {};
    this.lay();
  }

  get positionOn() {
    return !changesOf(this.sentence).position;
  }

  move(wordOrder) {
    update({ wordOrder });
  }

  /** Lay the words as the state says; a word in the hand stays there while none has moved. */
  lay() {
    const order = readOrder(state.wordOrder, this.words.length) ?? unshuffled(this.words.length);
    if (String(order) !== String(this.order)) {
      this.order = order;
      this.answers = {};
      this.chips.lay(
        order.map((word) => this.words[word]),
        order,
      );
      this.reset.disabled = !movedCount(order);
      this.shuffle.disabled = this.words.length < 2;
    }
    this.draw();
    this.ask();
  }

  /** Asked with position on and off, first as the sentence on screen is. */
  async compare() {
    if (!movedCount(this.order)) return;
    const { sentence, order, words } = this,
      text = order.map((word) => words[word]).join(' ');
    this.table.setAttribute('aria-busy', 'true'); // a sign stands for what is not here
    try {
      for (const position of this.positionOn ? ['on', 'off'] : ['off', 'on']) {
        const change = writeChange({ ...changesOf(sentence), position: position === 'off' });
        const payload = await sentenceView('moved', { ...sentence, text, change }, { before: words.join(' ') });
        if (this.order !== order || this.sentence !== sentence) return;
        this.answers[position] = payload;
        this.draw();
      }
    } catch (error) {
      if (this.sentence === sentence) update({ problem: asProblem(error) });
    } finally {
      this.table.setAttribute('aria-busy', 'false');
    }
  }

  draw() {
    if (!this.sentence) return;
    const position = this.positionOn ? 'on' : 'off',
      answer = this.answers[position],
      moved = movedCount(this.order);
    this.table.hidden = !moved;
    this.element.dataset.position = position;
    if (moved && !answer) this.element.dataset.waiting = '';
    else delete this.element.dataset.waiting;
    if (!moved) this.verdict.innerHTML = html('words.order_start');
    else if (answer) {
      const known = [...answer.arrays.largest.data].filter((value) => !Number.isNaN(value)),
        most = Math.max(...known);
      const { before, after, rounding } = answer.facts;
      this.verdict.innerHTML = [
        html(most < rounding ? 'words.order_same' : 'words.order_moved', {
          most: small(most),
          moved,
          position: t(`words.position_${position}`),
        }),
        html(before === after ? 'words.order_keeps' : 'words.order_changes', { before, after }),
      ].join(' ');
    }
    for (const { position: of, which, name, written } of this.passes) {
      const facts = this.answers[of]?.facts;
      name.textContent = t(`words.pass_${which}_${of}`);
      written.firstChild.textContent = facts ? facts[which] : '…';
      for (const element of [name, written]) element.classList.toggle('now', of === position && which === 'after');
    }
  }
}

/** What the answers depend on beside the order; they are asked with and without position. */
const question = ({ text, model, how, change }) =>
  JSON.stringify([text, model, how, { ...changesOf({ change }), position: false }]);
