// The sentence above and its translation below, word by word, with ribbons between them: the main figure of the screen.

import { h } from '../core/dom.js';
import { keysOf } from '../core/keys.js';
import { pieceElement, sourcePieces, writtenPieces } from '../core/pieces.js';
import { PointerOrKeys } from '../core/pointer_or_keys.js';
import { bindLabel, bindText } from '../core/text.js';
import { brief } from './numbers.js';
import { Ribbons } from './ribbons.js';

// Short sentences are set larger, long ones smaller: both lines and what lies between them stay on one screen.
const SHORT = 14,
  LONG = 26;
/** Smaller weights are not written under their word. */
const LEAST_WRITTEN = 0.01;

export class SentenceLines {
  events;
  element;
  ribbons;
  sentence;
  steps;
  pieces;
  sources;
  targets;
  at;

  turn = new PointerOrKeys();
  source = h('div.words-read', { role: 'group' });
  target = h('div.words-written', { role: 'group' });

  /** events: step(t) on a press on a written word, point({ source } or { step } or null) while something is pointed at. */
  constructor(events) {
    this.events = events;
    bindLabel(this.source, 'aria-label', 'translation.source_line');
    bindLabel(this.target, 'aria-label', 'translation.target_line');
    this.element = h(
      'div.sentence-lines',
      {
        onpointerleave: (event) => {
          if (event.pointerType === 'mouse' && this.turn.follows(event)) events.point(null);
        },
      },
      bindText(h('span.read-or-written'), 'translation.read'),
      this.source,
      bindText(h('span.read-or-written'), 'translation.written'),
      this.target,
    );
    this.ribbons = new Ribbons(this.element);
    keysOf(this.source, { keys: 'ArrowLeft ArrowRight', says: 'keys.words', act: (event) => this.walk(event) });
  }

  load(sentence, steps) {
    this.sentence = sentence;
    this.steps = steps;
    const longer = Math.max(sentence.source.length, sentence.target.length);
    this.element.classList.toggle('short', longer <= SHORT);
    this.element.classList.toggle('long', longer > LONG);
    this.source.dir = direction(sentence.text);
    this.target.dir = direction(sentence.written);
    this.name();
  }

  /** Words anew: after another translation or in another language. */
  name() {
    const { sentence, steps, events } = this,
      shares = steps.arrays.chosen_share.data;
    this.pieces = { source: sourcePieces(sentence), target: writtenPieces(sentence) };
    this.sources = this.pieces.source.map((one, s) =>
      word(one, {
        tabindex: s ? -1 : 0,
        onpointerenter: (event) => {
          if (event.pointerType === 'mouse' && this.turn.follows(event)) events.point({ source: s });
        },
        onpointermove: (event) => {
          if (this.turn.regained(event)) events.point({ source: s });
        },
        // What is pressed has the focus, also where a tap gives none, so that looking elsewhere ends it.
        onclick: (event) => event.currentTarget.focus(),
        onfocus: () => events.point({ source: s }),
        onblur: () => events.point(null),
      }),
    );
    this.targets = this.pieces.target.map((one, step) => {
      const made = word(
        one,
        {
          onpointerenter: (event) => {
            if (event.pointerType === 'mouse' && this.turn.follows(event)) events.point({ step });
          },
          onpointermove: (event) => {
            if (this.turn.regained(event)) events.point({ step });
          },
          onclick: () => events.step(step),
        },
        h('span.bar', {}, h('span.fill', { style: { width: `${100 * shares[step]}%` } })),
      );
      made.element.classList.toggle('given', step < sentence.prefix.length);
      return made;
    });
    this.source.replaceChildren(...together(this.sources, this.pieces.source));
    this.target.replaceChildren(...together(this.targets, this.pieces.target));
    this.ribbons.setWords(this.sources.map(anchor), this.targets.map(anchor));
    this.at = null;
  }

  /** weights(t) is the row of attention of a step; pointed is what the pointer is on. */
  show({ step, pointed, weights }) {
    const { sentence, steps, targets, sources } = this;
    const row = pointed?.step ?? step,
      column = pointed?.source ?? null,
      shares = steps.arrays.chosen_share.data;
    targets.forEach(({ element, share }, at) => {
      element.dataset.when = at < step ? 'done' : at === step ? 'now' : 'next';
      element.tabIndex = at === step ? 0 : -1;
      element.classList.toggle('pointed', at === pointed?.step);
      if (at === step) element.setAttribute('aria-current', 'step');
      else element.removeAttribute('aria-current');
      const weight = column === null ? null : weights(at)[column];
      share.textContent = weight === null ? brief(shares[at]) : weight < LEAST_WRITTEN ? '' : brief(weight);
      share.classList.toggle('weight', weight !== null);
    });
    const attended = weights(row);
    sources.forEach(({ element, share }, at) => {
      element.classList.toggle('pointed', at === column);
      share.textContent = column === null && attended[at] >= LEAST_WRITTEN ? brief(attended[at]) : '';
      element.style.setProperty('--weight', column === null ? attended[at] : Number(at === column));
    });
    // A word that is new in the sentence joins it; going back takes it away without a show.
    if (this.at !== null && step === this.at + 1) joins(targets[step].element);
    this.at = step;
    this.ribbons.show({ step, row, column, weights, rows: sentence.target.length });
  }

  walk(event) {
    const here = this.sources.findIndex(({ element }) => element === event.target);
    if (here < 0) return false;
    const next = this.sources[here + (event.key === 'ArrowLeft' ? -1 : 1)];
    if (!next) return true;
    this.turn.keyed();
    event.target.tabIndex = -1;
    next.element.tabIndex = 0;
    next.element.focus();
    return true;
  }
}

/** By the first letter. The browser's own dir="auto" passes over pieces, which are isolated from each other. */
const direction = (text) => (/^\P{L}*[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(text) ? 'rtl' : 'ltr');

const anchor = ({ element }) => element;

function word(one, attributes, ...below) {
  const share = h('span.share', { translate: 'no', 'data-reach': true });
  const element = h('button.word', { type: 'button', ...attributes }, pieceElement(one), ...below, share);
  element.classList.toggle('begins', one.begins);
  return { element, share };
}

/** The pieces of each word in a box of their own, so that a line breaks between words. */
function together(words, pieces) {
  const groups = [];
  words.forEach(({ element }, at) => {
    if (pieces[at].begins || !at) groups.push([]);
    groups.at(-1).push(element);
  });
  return groups.map((group) => h('span.pieces', {}, ...group));
}

function joins(element) {
  element.classList.remove('joins');
  void element.offsetWidth; // so that the motion starts again
  element.classList.add('joins');
}
