// The Encoder screen: one block of the translator as a flow, the encoder's or the decoder's, for the word that is held, and why √d is there.

import { ATTENTIONS, STACKS } from '../fields/encoder.js';
import { wordAxis } from '../core/axes.js';
import { booted } from '../core/boot.js';
import { changeWords } from '../core/change_words.js';
import { h } from '../core/dom.js';
import { Fold } from '../core/folds.js';
import { explain } from '../core/explain.js';
import { layerBar } from '../core/layer_bar.js';
import { readPieces, sourcePieces, writtenPieces } from '../core/pieces.js';
import {
  changesOf,
  chosenHead,
  heldHead,
  heldLayer,
  rowWithAChoice,
  sentenceView,
  sentenceWish,
  setSentenceChange,
  showsFirst,
  withSentenceChange,
} from '../core/sentence.js';
import { NOTHING } from '../core/change.js';
import { on, state, update } from '../core/state.js';
import { html, isolated, bindLabel, bindText, t } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { blockOf, memoryOf } from '../encoder/boxes.js';
import { LikenessCard } from '../encoder/likeness_card.js';
import { RootCard } from '../encoder/root_card.js';
import { Equation } from '../flow/equation.js';
import { BlockFlow } from '../flow/flow.js';
import { Panel } from '../flow/panel.js';
import { Switches } from '../flow/switches.js';
import { WordTable } from '../flow/word_table.js';
import { makePicker } from '../instrument/picker.js';

const NO_KEY = { key: null, hidden: new Set() };

export async function mount(root) {
  await booted;
  const picks = { held: null, source: null };
  let shown = null; // everything on screen: sentence, stack, layer, token, source and the numbers of it

  /** What is held, as far as the block on screen has it. */
  const layer = (sentence = state.sentence) => (sentence ? heldLayer(state.stack, sentence) : 0);
  const source = (sentence = state.sentence) => Math.min(state.source, sentence.source.length - 1);
  const token = (sentence = state.sentence) =>
    state.stack === 'encoder' ? source(sentence) : Math.min(state.step, sentence.target.length - 1);
  const head = () => heldHead(part());
  const part = () => (state.stack === 'encoder' ? 'encoder' : state.rootOf);

  const panel = new Panel('encoder-open', WordTable);
  const flow = new BlockFlow({ panel, open: (id) => update({ openWordBox: state.openWordBox === id ? '' : id }) });
  const equation = new Equation(),
    switches = new Switches({ set: setSentenceChange, wish: sentenceWish }),
    card = new RootCard(),
    likeness = new LikenessCard({ explain: explainScore });
  const stacks = choice(
    'encoder.stacks',
    STACKS,
    (stack) => `encoder.stack_${stack}`,
    (stack) => update({ stack, ...(stack === 'decoder' && rowWithAChoice()) }),
  );
  const attentions = choice(
    'encoder.attentions',
    ATTENTIONS,
    (one) => `encoder.root_of_${one}`,
    (rootOf) => update({ rootOf }),
  );
  const heads = bindLabel(h('div.segmented.head-choice', { role: 'group' }), 'aria-label', 'encoder.heads');
  const layers = layerBar('encoder', {
    at: () => [layer(), state.sentence?.layers[state.stack]],
    step: stepLayer,
    says: true,
  });
  const pickers = { held: h('div.picker-box'), source: h('div.picker-box.of-keys') };
  const heldName = bindText(h('span.line-name.query'), () => `encoder.held_${state.stack}`);
  const sourceLine = h('div.line', {}, bindText(h('span.line-name.key'), 'encoder.held_source'), pickers.source);
  const see = bindText(h('p.note'), () => `encoder.see_${state.sentence?.norm ?? 'post'}`);
  const held = h('p.readout', { 'data-told': true });
  const before = h('bdi.twin-text'),
    after = h('bdi.twin-text');
  const beforeLine = h('p', {}, bindText(h('span.twin-name'), 'encoder.answer_trained'), before);
  const answer = h(
    'section.encoder-answer',
    {},
    h('p', {}, bindText(h('span.twin-name'), 'encoder.answer_now'), after),
    beforeLine,
  );
  const main = h(
    'div.encoder-main',
    {},
    equation.element,
    flow.element,
    h('div.encoder-break', {}, switches.element, answer),
    panel.element,
    h('div.root-bar', {}, bindText(h('span.break-name'), 'encoder.heads'), heads, attentions),
    new Fold('like', likeness.element).element,
    new Fold('root', card.element).element,
  );
  root.append(
    h(
      'div.encoder-screen',
      {},
      h(
        'header.encoder-about',
        {},
        h('div', {}, bindText(h('h2'), 'encoder.heading'), h('div.encoder-choices', {}, stacks, layers.element)),
        h('div.notes', {}, see, ...['try', 'not'].map((key) => bindText(h('p.note'), `encoder.${key}`))),
      ),
      h(
        'section.sentence-band',
        {},
        h('div.line', {}, heldName, pickers.held),
        sourceLine,
        h('div.band-foot', {}, held, bindText(h('span.note.pieces-legend'), 'pieces.legend')),
      ),
      main,
    ),
  );

  /** A row of buttons of which one is pressed. */
  function choice(name, options, words, choose) {
    const buttons = options.map((one) =>
      h('button', { type: 'button', 'data-choice': one, onclick: () => choose(one) }, bindText(h('span'), words(one))),
    );
    return bindLabel(h('div.segmented', { role: 'group' }, ...buttons), 'aria-label', name);
  }

  const press = (group, chosen) =>
    group
      .querySelectorAll('button')
      .forEach((one) => one.setAttribute('aria-pressed', String(one.dataset.choice === chosen)));

  /** What is asked for of a sentence: the block, and what is held in it. */
  const wantedOf = (sentence) => ({
    stack: state.stack,
    layer: layer(sentence),
    token: token(sentence),
    source: state.stack === 'encoder' ? 0 : source(sentence),
    part: part(),
  });

  function fetchAll(sentence, { part: attention, ...opened }) {
    const query = { part: attention, layer: opened.layer, query: opened.token };
    return Promise.all([
      sentenceView('block', sentence, opened),
      sentenceView('root', sentence, query),
      sentenceView('likeness', sentence, query),
      sentence.change ? withSentenceChange(sentence, NOTHING) : sentence,
    ]);
  }

  /** Fetch what is held, then draw it; the old picture stays until the new one is there. */
  async function visit() {
    const { sentence, stack } = state;
    if (state.screen !== 'encoder' || !sentence) return;
    const asked = wantedOf(sentence);
    const same = () =>
      state.sentence === sentence &&
      state.stack === stack &&
      Object.entries({ layer: layer(), token: token(), part: part() }).every(
        ([name, value]) => asked[name] === value,
      ) &&
      (stack === 'encoder' || source() === asked.source);
    [layers, heldName, see].forEach((one) => one.respeak());
    press(stacks, stack);
    press(attentions, state.rootOf);
    attentions.hidden = stack === 'encoder';
    sourceLine.hidden = stack === 'encoder';
    switches.show(changesOf(sentence), `${stack[0]}${asked.layer + 1}`, (one) =>
      t(`encoder.off_${one[0] === 'e' ? 'encoder' : 'decoder'}`, { layer: one.slice(1) }),
    );
    main.dataset.waiting = '';
    try {
      const [payload, reason, alike, trained] = await fetchAll(sentence, asked);
      if (!same()) return;
      draw({ sentence, ...asked, payload, reason, alike, trained });
    } catch (error) {
      if (same()) update({ problem: asProblem(error) });
    } finally {
      if (same()) delete main.dataset.waiting;
    }
  }

  function draw(next) {
    const { sentence, stack, payload } = next,
      laid = shown;
    const axes =
      laid?.sentence === sentence && laid.lang === state.lang
        ? laid.axes
        : {
            source: wordAxis(sourcePieces(sentence)),
            read: wordAxis(readPieces(sentence)),
            written: writtenPieces(sentence),
          };
    const kind =
      laid?.kind && laid.stack === stack && laid.sentence.norm === sentence.norm
        ? laid.kind
        : blockOf(stack, sentence.norm);
    shown = { ...next, lang: state.lang, axes, kind, sizes: sizesOf(sentence, stack) };
    if (laid?.axes !== axes || laid.stack !== stack) layPickers();
    picks.held.show({ query: next.token, ...NO_KEY });
    picks.source?.show({ query: next.source, ...NO_KEY });
    held.innerHTML = html(`encoder.reading_${stack}`, {
      name: nameOf(next.token),
      written: stack === 'decoder' ? isolated(wordAxis(axes.written).words[next.token]) : '',
      source: isolated(axes.source.words[next.source]),
    });
    if (laid?.kind !== kind) flow.lay(kind, reachBox);
    const first = sentence.norm === 'pre';
    equation.show(
      {
        ...shown.sizes,
        norm: sentence.norm,
        writes: stack === 'decoder',
        memory: memoryOf(first),
        says: says(sentence),
      },
      payload,
    );
    flow.show({
      sizes: shown.sizes,
      axis: axes.source,
      payload,
      changed: sentence.change ? t('block.changed', { what: changeWords(sentence.change) }) : '',
    });
    showAnswer();
    layHeads();
    mark();
    tell();
  }

  /** What else is told of the formula: what is only said in words. */
  const says = (sentence) => [
    html('encoder.five_steps', { d: shown.sizes.d_head, keys: shown.sizes.tokens }),
    ...(shown.stack === 'decoder' ? [html('encoder.memory_note')] : []),
    ...(sentence.scaled && !layer() ? [html('encoder.scaled_words', { d: sentence.d_model })] : []),
  ];

  /** One reach of the stream as a grid of its own: the branch above, the stream below. */
  function reachBox({ of }, { name, add, boxes }) {
    const all = [...boxes],
      out = all.find(([, button]) => button.matches('.as-proj, .as-mlp_out'));
    return h(
      `div.reach.of-${of}`,
      {},
      name,
      // On a phone the sum stands beside the last box of the branch.
      ...all.flatMap((one) => (one === out ? [add, one[1]] : [one[1]])),
    );
  }

  function sizesOf(sentence, stack) {
    const { d_model, heads: count, act } = sentence,
      n = { source: sentence.source.length, read: sentence.target.length };
    const keys = stack === 'encoder' ? { attn: n.source } : { attn: n.read, cross: n.source };
    return {
      ...{ around: t(`encoder.around_${sentence.norm}`) },
      ...{ d_model, act, heads: count[stack], d_head: d_model / count[stack], d_mlp: sentence.d_mlp[stack], keys },
      tokens: keys.attn,
    };
  }

  const queryAxis = () => (shown.stack === 'encoder' ? shown.axes.source : shown.axes.read);
  /** Whose tokens stand in a box's columns: the source's for the keys and values of cross-attention. */
  const axisOf = ({ of, kind, lengths }) =>
    of === 'cross' && (kind === 'keys' || lengths) ? shown.axes.source : queryAxis();
  const nameOf = (one) => isolated(queryAxis().words[one]);

  /** What an open box has to know of the sentence and the block on screen. */
  function opened() {
    const { stack, layer: index, sentence, sizes, payload, kind } = shown;
    return {
      ...shown,
      kind,
      axisOf,
      sizesOf: (box) => ({ ...sizes, tokens: sizes.keys[box.of] ?? sizes.tokens }),
      keyName: (key, box) => isolated(axisOf(box).words[key]),
      lengthsOf: (box) => (box.lengthsOf ? payload.arrays[`lengths.${box.lengthsOf}`].data : null),
      matrixOf: ({ of }) => {
        const part = of === 'cross' ? 'cross' : stack,
          chosen = heldHead(part);
        return {
          head: chosen,
          heads: sizes.heads,
          load: (which) => sentenceView('head_matrix', sentence, { stack, layer: index, of, which, head: chosen }),
          choose: (head) => update(chosenHead(part, index, head)),
        };
      },
      hold: (key, box) => hold(axisOf(box) === shown.axes.source ? 'source' : 'step', key),
      explain: (tensor, at) => explain([stack, 'blocks', index, tensor].join('.'), at, { sentence }),
      allTokens: 'encoder.map_tokens',
      hintKeys: 'encoder.hint_keys',
    };
  }

  const hold = (field, one) => update({ [field]: one });

  function mark() {
    if (!shown) return;
    const box = shown.kind.boxes.some(({ id }) => id === state.openWordBox) ? state.openWordBox : null;
    flow.mark(box);
    panel.show(box, opened());
  }

  function layPickers() {
    const lay = (box, axis, field, name) => {
      const picker = makePicker(axis, null, {
        held: () => Math.min(state[field], axis.length - 1),
        preview: (one) => picker.show({ query: one ?? Math.min(state[field], axis.length - 1), ...NO_KEY }),
        hold: (one) => hold(field, one),
      });
      bindLabel(picker.surface, 'aria-label', name);
      box.replaceChildren(picker.element);
      return picker;
    };
    picks.held = lay(
      pickers.held,
      queryAxis(),
      shown.stack === 'encoder' ? 'source' : 'step',
      `encoder.held_${shown.stack}`,
    );
    picks.source =
      shown.stack === 'decoder' ? lay(pickers.source, shown.axes.source, 'source', 'encoder.held_source') : null;
  }

  function showAnswer() {
    const { sentence, trained } = shown;
    after.textContent = sentence.written || '∅';
    before.textContent = trained.written || '∅';
    beforeLine.hidden = sentence === trained;
  }

  function layHeads() {
    const count = shown.sizes.heads;
    if (heads.childElementCount !== count)
      heads.replaceChildren(
        ...Array.from({ length: count }, (_, one) =>
          h(
            'button',
            {
              type: 'button',
              'data-choice': String(one),
              onclick: () => update(chosenHead(part(), layer(), one)),
            },
            String(one + 1),
          ),
        ),
      );
    heads
      .querySelectorAll('button')
      .forEach((one, i) => one.setAttribute('aria-label', t('block.head', { head: i + 1 })));
  }

  /** The arithmetic of the score of the held query and a key, in the head that the cards tell of. */
  function explainScore(key) {
    const { sentence, stack, layer: index, part: attention, token: query } = shown,
      kind = attention === 'cross' ? 'cross' : 'attn';
    explain([stack, 'blocks', index, kind, 'scores'].join('.'), [head(), query, key], { sentence });
  }

  /** The cards of the chosen head. */
  function tell() {
    if (!shown) return;
    const { sentence, payload, reason, alike, part: attention, sizes, axes, token: query } = shown;
    press(heads, String(head()));
    likeness.show({
      payload: alike,
      head: head(),
      name: nameOf(query),
      self: attention === 'cross' ? null : query,
      axis: attention === 'cross' ? axes.source : queryAxis(),
    });
    card.show({
      payload: reason,
      head: head(),
      d: sizes.d_head,
      name: nameOf(query),
      axis: attention === 'cross' ? axes.source : queryAxis(),
      undivided: payload.facts.off.includes('scale'),
      masked: (key) => attention === 'decoder' && sentence.causal && key > query,
    });
  }

  function stepLayer(by) {
    if (!state.sentence) return;
    const most = state.sentence.layers[state.stack] - 1;
    update(chosenHead(part(), Math.min(most, Math.max(0, layer() + by))));
  }

  on('sentence encoderLayer decoderLayer source step stack rootOf screen lang theme', visit);
  on('openWordBox', mark);
  on('encoderHead decoderHead crossHead', () => {
    mark();
    tell();
  });
  showsFirst('encoder', (sentence) => fetchAll(sentence, wantedOf(sentence)));
  visit();
}
