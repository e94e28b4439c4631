// The Block screen: one encoder block as a flow for the layer and token that are held, and what becomes of it without residual or √d.

import { takeable } from '../core/figure.js';
import { Contributions } from '../block/contributions.js';
import { Equation } from '../flow/equation.js';
import { BlockFlow } from '../flow/flow.js';
import { Panel } from '../flow/panel.js';
import { Switches } from '../flow/switches.js';
import { Tiles } from '../flow/tiles.js';
import { photoBlock } from '../block/boxes.js';
import { Saturation } from '../block/saturation.js';
import { patchAxis } from '../core/axes.js';
import { booted } from '../core/boot.js';
import { classNames, scoresOf } from '../core/class_names.js';
import { h } from '../core/dom.js';
import { layerBar } from '../core/layer_bar.js';
import { changeWords } from '../core/change_words.js';
import { PairedBars } from '../core/paired_bars.js';
import { explain } from '../core/explain.js';
import { seenPicture } from '../core/seen.js';
import { changeOf, setChange, trained, wish } from '../core/photo_query.js';
import { on, state, update } from '../core/state.js';
import { html, bindText, t } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { asProblem, view } from '../core/wire.js';
import { layPatchPicker } from '../instrument/held_patch.js';

export async function mount(root) {
  await booted;
  let shown = null; // everything on screen: photoQuery, layer, query, change and the numbers of it
  let picker = null;

  const panel = new Panel('block-open', Tiles);
  const flow = new BlockFlow({ panel, open: (id) => update({ openBox: state.openBox === id ? '' : id }) });
  flow.lay(photoBlock(state.photoQuery ?? {}));
  const equation = new Equation(),
    saturation = new Saturation(),
    contributions = new Contributions(),
    bars = new PairedBars();
  const switches = new Switches({ set: setChange, wish });
  const pickerBox = h('div.picker-box'),
    held = h('p.readout', { 'data-told': true });
  const answer = takeable(
    h('section.answer-now', {}, bindText(h('h3'), 'block.answer'), bars.element),
    () => shown && [...new Set([shown.decision, shown.trainedDecision])],
  );
  const noHead = bindText(h('p.note', { hidden: true }), 'block.no_head');
  const layers = layerBar('block');
  const notes = ['see', 'try', 'not'].map((key) => bindText(h('p.note'), `block.${key}`));
  const main = h(
    'div.block-main',
    {},
    equation.element,
    flow.element,
    switches.element,
    h('div.block-below', {}, panel.element, saturation.element),
  );
  const left = h(
    'div.block-left',
    {},
    bindText(h('h2'), 'block.heading'),
    layers.element,
    pickerBox,
    held,
    answer,
    noHead,
    ...notes,
  );
  root.append(h('div.block-screen', {}, left, main), contributions.element);
  const parts = [main, answer, contributions.element];

  /** Fetch what is held, then draw it; the old picture stays until the new one is there. */
  async function visit() {
    const { photoQuery, layer, query } = state;
    if (state.screen !== 'block' || !photoQuery) return;
    layers.respeak();
    switches.show(changeOf(photoQuery), layer + 1);
    const abandoned = () => state.photoQuery !== photoQuery || state.layer !== layer || state.query !== query;
    const plain = trained(photoQuery);
    for (const part of parts) part.dataset.waiting = '';
    try {
      const [payload, lengths, trainedLengths, decision, trainedDecision, names] = await Promise.all([
        view('block', photoQuery, { layer, query }),
        view('contributions', photoQuery),
        view('contributions', plain),
        view('decision', photoQuery),
        view('decision', plain),
        classNames(photoQuery),
      ]);
      if (abandoned()) return;
      const axis = shown?.photoQuery === photoQuery ? shown.axis : patchAxis(photoQuery);
      shown = {
        photoQuery,
        layer,
        query,
        change: photoQuery.change,
        axis,
        seen: seenPicture(photoQuery),
        payload,
        lengths,
        trainedLengths,
        decision,
        trainedDecision,
        names,
      };
      for (const part of parts) delete part.dataset.outdated;
      draw();
    } catch (error) {
      if (abandoned()) return;
      for (const part of parts) part.dataset.outdated = ''; // what stands there is of another
      update({ problem: asProblem(error) });
    } finally {
      if (!abandoned()) for (const part of parts) delete part.dataset.waiting;
    }
  }

  function draw() {
    const { photoQuery, query, payload, axis, seen } = shown,
      name = tokenName(query, photoQuery);
    if (picker?.seen !== seen) picker = layPatchPicker(pickerBox, shown.axis, shown.seen);
    picker.show({ query, key: null, hidden: new Set() });
    held.innerHTML = html('block.held', { name });
    equation.show(photoQuery, payload);
    const kind = photoBlock(photoQuery);
    if (flow.kind !== kind) flow.lay(kind);
    flow.element.classList.toggle('gated', photoQuery.gated);
    flow.show({
      sizes: photoQuery,
      axis,
      payload,
      changed: shown.change ? t('block.changed', { what: changeWords(shown.change) }) : '',
    });
    answer.hidden = !scoresOf(photoQuery);
    noHead.hidden = Boolean(scoresOf(photoQuery));
    if (scoresOf(photoQuery)) bars.show(shown.trainedDecision, shown.decision, shown.names);
    saturation.show(shown);
    contributions.show({ ...shown, name });
    mark();
  }

  function mark() {
    // A block of the other kind has no box of that name.
    const open = flow.kind.boxes.find(({ id }) => id === state.openBox)?.id ?? null;
    flow.mark(open);
    panel.show(open, opened());
  }

  /** What an open box has to know of the photo and the block on screen. */
  function opened() {
    const { photoQuery, layer, axis, lengths } = shown;
    return {
      ...shown,
      kind: flow.kind,
      sizes: photoQuery,
      axisOf: () => axis,
      keyName: (key) => tokenName(key, photoQuery),
      lengthsOf: (box) => (box.map || box.id === 'x' ? lengthsOf(box, lengths, layer) : null),
      matrixOf: () => ({
        head: Math.min(state.head, photoQuery.heads - 1),
        heads: photoQuery.heads,
        load: (which) =>
          view('head_matrix', photoQuery, { layer, head: Math.min(state.head, photoQuery.heads - 1), which }),
        choose: (head) => update({ head }),
      }),
      hold: (query) => update({ query }),
      explain: (tensor, index) => explain(`blocks.${layer}.${tensor}`, index, { photoQuery }),
      allTokens: 'block.map_tokens',
      hintKeys: 'block.hint_keys',
    };
  }

  on('photoQuery layer query screen lang theme', visit);
  on('openBox head', () => {
    if (shown) mark();
  });
  visit();
}

/** The lengths of every token that belong to a box of the stream. */
function lengthsOf({ id, map }, { arrays }, layer) {
  const {
      shape: [, tokens],
      data,
    } = arrays[map ?? 'stream'],
    row = id === 'out' ? layer + 1 : layer;
  return data.subarray(row * tokens, (row + 1) * tokens);
}
