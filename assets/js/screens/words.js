// The Words screen: a sentence becomes numbers. The sentence on top, one of its tokens as numbers, and what order and padding do.

import { SIDES } from '../fields/words.js';
import { takeable } from '../core/figure.js';
import { leaders } from '../core/argmax.js';
import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { readPieces, sourcePieces } from '../core/pieces.js';
import { sentenceView, showsFirst } from '../core/sentence.js';
import { on, state, update } from '../core/state.js';
import { html, isolated, bindLabel, percent, bindText, together } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { Learned } from '../words/learned.js';
import { groups, PieceLine } from '../words/line.js';
import { Making } from '../words/making.js';
import { Order } from '../words/order.js';
import { Padding } from '../words/padding.js';
import { SizesBesidePaper } from '../words/sizes.js';
import { Apart, Waves } from '../words/waves.js';

/** Of two sentences that share less than this the shared words say nothing about an edit. */
const ENOUGH_SHARED = 0.34;

export async function mount(root) {
  await booted;
  let pointed = null,
    shown = null; // shown: { sentence, payload } on screen
  let change = null, // what became of the words they share
    compared = ''; // the sentence before that this is of

  const hold = (token) => {
    pointed = null;
    update(state.side === 'source' ? { source: token } : { step: token });
    follow();
  };
  const held = () => (state.side === 'source' ? state.source : Math.min(state.step, state.sentence.target.length - 1));
  const line = new PieceLine({
    preview: (token) => {
      pointed = token;
      follow();
    },
    hold,
  });
  const making = new Making(),
    learned = new Learned(),
    waves = new Waves({ hold }),
    apart = new Apart(),
    sizes = new SizesBesidePaper(),
    order = new Order(),
    padding = new Padding();
  const sides = h(
    'div.segmented',
    { role: 'group' },
    ...SIDES.map((name) =>
      h(
        'button',
        { type: 'button', 'data-side': name, onclick: () => choose(name) },
        bindText(h('span'), `words.side_${name}`),
      ),
    ),
  );
  bindLabel(sides, 'aria-label', 'words.sides');
  const controls = h('div.switches', {}, sides);
  const told = h('p.told', { 'data-told': true }),
    edited = h('p.edited.note');
  const notes = ['words.see', 'words.try', 'words.not'].map((key) => bindText(h('p.note'), key));
  const below = h('div.words-below', {}, order.element, padding.element);
  root.append(
    h(
      'div.words-screen',
      {},
      h('header', {}, bindText(h('h2'), 'words.heading'), controls),
      takeable(
        h('div.line-figure', {}, line.element),
        () => shown?.pieces && { ids: [...shown.ids], pieces: shown.pieces.map(({ text }) => text) },
        { title: 'words.heading', at: controls },
      ),
      h('div.line-words', {}, told, edited),
      h('div.words-middle', {}, making.element, h('aside', {}, h('div.notes', {}, ...notes), sizes.element)),
      learned.element,
      takeable(
        h(
          'section.word-waves',
          {},
          bindText(h('h3'), 'words.waves'),
          h('div.waves-pair', {}, waves.element, apart.element),
        ),
        () => shown && [...waves.numbers, shown.payload.arrays.by_offset],
      ),
      below,
    ),
  );

  function choose(name) {
    pointed = null;
    update({ side: name });
  }

  /** Fetch what the sentence on screen needs, then draw; the old figures stay, dimmed, until the new ones are there. */
  async function visit() {
    const { sentence } = state;
    if (state.screen !== 'words' || !sentence) return;
    if (shown?.sentence === sentence) {
      if (compared !== state.earlier) compare(sentence).catch((error) => update({ problem: asProblem(error) }));
      for (const part of [order, padding]) part.load(sentence);
      delete below.dataset.waiting;
      return;
    }
    root.dataset.waiting = '';
    try {
      const payload = await sentenceView('words', sentence);
      if (state.sentence !== sentence) return;
      shown = { sentence, payload };
      change = null; // it was another sentence's
      delete root.dataset.waiting;
      below.dataset.waiting = ''; // what is there is the sentence's before
      lay();
      apart.load(payload);
      sizes.load(sentence, payload);
      await Promise.all([learned.load(sentence), compare(sentence)]);
      if (state.sentence !== sentence) return;
      for (const part of [order, padding]) part.load(sentence);
      delete below.dataset.waiting;
    } catch (error) {
      if (state.sentence !== sentence) return;
      delete root.dataset.waiting;
      delete below.dataset.waiting;
      update({ problem: asProblem(error) });
    }
  }

  /** What an edit did to the words it left alone. */
  async function compare(sentence) {
    const { earlier } = state;
    compared = earlier;
    change = null;
    if (earlier && earlier !== sentence.text) {
      const { arrays } = await sentenceView('moved', { ...sentence, prefix: [] }, { before: earlier });
      if (state.sentence !== sentence || state.earlier !== earlier) return;
      const partner = [...arrays.partner.data],
        shared = partner.slice(0, -1).filter((place) => place >= 0).length;
      if (shared >= ENOUGH_SHARED * (partner.length - 1))
        change = { partner, relative: [...arrays.relative.data], before: earlier };
    }
    tellEdit();
  }

  function tellEdit() {
    line.mark(state.side === 'source' ? change : null);
    if (state.side !== 'source' || !change) {
      edited.innerHTML = state.side === 'source' ? html('words.edit_hint') : '';
      return;
    }
    const known = [...change.relative.keys()].filter((token) => !Number.isNaN(change.relative[token])),
      pieces = sourcePieces(shown.sentence),
      { equals, printed } = leaders(
        known.map((token) => change.relative[token]),
        percent,
      );
    edited.innerHTML = html('words.edited', {
      before: isolated(change.before),
      added: change.partner.filter((place) => place < 0).length,
      word: together(equals.map((at) => `“${isolated(pieces[known[at]].text)}”`)),
      share: printed,
    });
  }

  /** The pieces of the side on screen, and what is drawn of them. */
  function lay() {
    if (!shown) return;
    const { sentence, payload } = shown,
      source = state.side === 'source';
    sides
      .querySelectorAll('button')
      .forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.side === state.side)));
    const pieces = source ? sourcePieces(sentence) : readPieces(sentence);
    shown.pieces = pieces;
    // The decoder reads the start token, then what it wrote.
    shown.ids = source ? sentence.source_ids : [sentence.start_id, ...sentence.target_ids.slice(0, -1)];
    line.load({ pieces, ids: shown.ids, unknown: source ? sentence.unknown : [] });
    bindLabel(line.element, 'aria-label', `words.line_${state.side}`);
    making.load(sentence, payload, state.side);
    waves.load(sentence, payload, pieces);
    tellEdit();
    follow();
  }

  /** The token on screen: the one under the pointer, else the one held. */
  function follow() {
    if (!shown?.pieces || state.sentence !== shown.sentence) return;
    const { pieces, ids } = shown,
      token = Math.min(pointed ?? held(), pieces.length - 1),
      word = groups(pieces).find((tokens) => tokens.includes(token));
    line.show(held(), pointed);
    making.show(token, pieces[token], ids[token]);
    waves.show(token);
    const whole = word.length === 1,
      params = {
        piece: isolated(pieces[token].text),
        place: token + 1,
        count: pieces.length,
        part: word.indexOf(token) + 1,
        parts: word.length,
        word: isolated(word.map((i) => pieces[i].text).join('')),
      };
    told.innerHTML = html(
      pieces[token].special && pieces[token].special !== 'unknown'
        ? 'words.told_special'
        : whole
          ? 'words.told_whole'
          : 'words.told_part',
      params,
    );
  }

  on('sentence earlier screen wordOrder paddingSeen batchSecond batchThird', visit);
  on('side', lay);
  on('source step', () => {
    if (state.screen === 'words') follow();
  });
  on('lang', () => {
    if (!shown) return;
    lay();
    for (const part of [order, padding, apart]) part.draw();
    waves.speak();
    sizes.load(shown.sentence, shown.payload);
  });
  // A canvas cannot be drawn while its screen is away: what changed meanwhile is drawn on coming back.
  on('theme screen', () => {
    if (state.screen !== 'words' || !shown || state.sentence !== shown.sentence) return;
    waves.recolour();
    making.draw();
    apart.draw();
    padding.fit();
    follow();
  });
  showsFirst('words', (sentence) => sentenceView('words', sentence));
  visit();
}
