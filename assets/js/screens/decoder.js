// The Decoder screen: three attentions of one translation in one instrument, and what the decoder's mask is good for.

import { booted } from '../core/boot.js';
import { h, onScreen } from '../core/dom.js';
import { explain } from '../core/explain.js';
import { layerBar } from '../core/layer_bar.js';
import { pieceName } from '../core/pieces.js';
import {
  chosenHead,
  depthOf,
  headsOf,
  heldHead,
  heldLayer,
  holdHead,
  LAYERS_AND_HEADS,
  rowWithAChoice,
  sentenceView,
  showsFirst,
} from '../core/sentence.js';
import { on, state, update } from '../core/state.js';
import { html, isolated, bindLabel, percent, bindText, retell, t } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { Aligning } from '../decoder/aligning.js';
import { KeyLine } from '../decoder/key_line.js';
import { decoderLayout } from '../decoder/layout.js';
import { Lifting } from '../decoder/lifting.js';
import { Masking } from '../decoder/masking.js';
import { axesOf, fetchLayer } from '../decoder/numbers.js';
import { ThreeWays } from '../decoder/three_ways.js';
import { Twins } from '../decoder/twins.js';
import { AttentionInstrument, tellHeld } from '../instrument/instrument.js';
import { Legend } from '../instrument/legend.js';
import { HeadMatrix } from '../instrument/matrix.js';
import { MatrixAtlas } from '../instrument/matrix_atlas.js';
import { NO_KEYS } from '../instrument/scale.js';

export async function mount(root) {
  await booted;
  // What is painted: `state.sentence` may already be the next one.
  let painted = null,
    layer = null,
    scores = null,
    thumbs = null;
  let hidden = null; // the keys hidden by the switch, made anew when it is moved
  let clicked = null; // what the calculator works out: the cell clicked last, else the strongest key
  let told = null; // the sentence that the twins and the switch below them were told

  const boxes = { picker: h('div.picker-box'), heads: h('div.heads'), atlas: h('div.atlas-area') };
  const ways = new ThreeWays((part) => update({ part, ...(part === 'decoder' && rowWithAChoice()) }));
  const legend = new Legend(),
    readout = h('p.readout');
  /** The layer and the head that are held of a part: of the one that is chosen, or the one that is painted. */
  const heldOf = ({ part, sentence }) => (sentence ? [heldLayer(part, sentence), heldHead(part, sentence)] : [0, 0]);
  const layerNow = () => heldOf(state)[0],
    paintedHead = () => heldOf(painted ?? state)[1];
  const layers = layerBar('decoder', {
    at: () => [layerNow(), state.sentence && depthOf(state.sentence, state.part)],
    step: stepLayer,
    beside: [legend.element],
  });
  const switches = {
    meanOfHeads: toggle('decoder.mean', 'meanOfHeads'),
    hideParked: toggle('decoder.hide_parked', 'hideParked'),
    perHeadWords: toggle('attention.per_head', 'perHeadWords'),
  };
  const calculate = h(
    'button.action.calculate',
    { type: 'button', onclick: () => calculateCell() },
    bindText(h('span'), 'calculator.open'),
  );
  const asks = bindText(h('span.line-name.query'), () => `decoder.asks_${painted?.part ?? 'cross'}`),
    looked = bindText(h('span.line-name.key'), () => `decoder.looked_${painted?.part ?? 'cross'}`);
  const mean = () => state.meanOfHeads;
  const matrixName = bindText(
    h('h3'),
    () => (mean() ? 'decoder.matrix_mean' : 'decoder.matrix_head'),
    () => ({ layer: heldOf(painted ?? state)[0] + 1, head: paintedHead() + 1 }),
  );
  const headsName = bindText(
    h('h3.fold-title'),
    () => 'decoder.heads_title',
    () => ({ layer: heldOf(painted ?? state)[0] + 1 }),
  );
  const matrixFigure = bindText(h('figcaption'), () =>
    painted?.part === 'decoder' && !painted.masked
      ? 'decoder.figure_open'
      : `decoder.figure_${painted?.part ?? 'cross'}`,
  );

  /** The weights of a layer, [head, query, key], and whose they are. */
  const patterns = () => layer?.pattern && { pattern: layer.pattern },
    ofLayer = () => ({ layers: [heldOf(painted ?? state)[0]], part: painted?.part ?? state.part });

  const keyLine = new KeyLine({
    point: (key) => instrument.pointAt({ key }),
    choose: (key) => {
      clicked = key;
    },
    explain: () => calculateCell(),
  });
  const matrix = new HeadMatrix({
    hover: (query, key) => instrument.pointAt({ query, key }),
    choose: (query, key) => {
      clicked = key;
      update({ [held()]: query });
    },
    explain: () => calculateCell(),
    name: 'decoder.matrix_label',
  });
  const masking = new Masking({
    point: (key) => instrument.pointAt({ key }),
    explain: (key) => {
      clicked = key;
      calculateCell();
    },
  });
  const twins = new Twins(),
    lifting = new Lifting();
  const aligning = new Aligning((index, head) => {
    update({ meanOfHeads: false });
    choose(index, head, 'cross');
  });

  root.append(
    ...decoderLayout({
      ...{ boxes, ways, keyLine, matrix, masking, twins, lifting, aligning, layers, switches, calculate, readout },
      ...{ asks, looked, matrixName, headsName, matrixFigure },
      numbers: {
        patterns,
        ofLayer,
        atlas: () => thumbs,
        matrix: () =>
          mean() ? layer?.mean && { mean: { shape: layer.pattern.shape.slice(1), data: layer.mean } } : patterns(),
        ofMatrix: () => ({ ...ofLayer(), ...(mean() ? {} : { head: paintedHead() }) }),
      },
    }),
  );

  const instrument = new AttentionInstrument(
    boxes,
    {
      head: (head) => t('attention.head', { head: head + 1 }),
      caption: (head, row, peak) =>
        `${pieceName(painted.keys.pieces[painted.parking])} ${percent(row[painted.parking])}\n${t('decoder.caption_max', { peak: percent(peak) })}`,
      atlas: (l, head) =>
        thumbs
          ? t('decoder.atlas_at', {
              layer: l + 1,
              head: head + 1,
              token: pieceName(painted.keys.pieces[painted.parking]),
              share: percent(thumbs.arrays.parked.data[l * thumbs.arrays.parked.shape[1] + head]),
            })
          : '',
    },
    {
      hold: (token) => update({ [held()]: token }),
      chosen: () => heldOf(state),
      choose,
      cell: (head, key) => {
        clicked = key;
      },
      explain: calculateCell,
      explainHead: (index, head) => calculateAt(index, head),
      held: ({ query, keys, ...at }) => {
        if (state.screen !== 'decoder') return;
        tellHeld({ ...namesOf(query), keys: keys.map((key) => isolated(painted.keys.words[key])), ...at });
      },
      hover: showQuery,
    },
    MatrixAtlas,
  );
  bindLabel(instrument.atlas.canvas, 'aria-label', 'attention.atlas');

  const held = () => (state.part === 'encoder' ? 'source' : 'step');
  const heldQuery = () => Math.min(state[held()], painted.queries.length - 1);

  function choose(index, head, part = state.part) {
    clicked = null;
    update({ part, ...chosenHead(part, index, head) });
  }

  /** The calculator works out a weight of the query held: of the key clicked last, else of the one that gets most. */
  function calculateCell(head = heldOf(state)[1]) {
    calculateAt(layerNow(), head, clicked);
  }

  function calculateAt(index, head, key = null) {
    const { part, sentence } = painted;
    const name = [
      part === 'encoder' ? 'encoder' : 'decoder',
      'blocks',
      index,
      part === 'cross' ? 'cross' : 'attn',
      'pattern',
    ].join('.');
    explain(name, [head, heldQuery(), key], { sentence });
  }

  /** The matrix of the chosen head, or the mean over the heads of the layer. */
  function whole() {
    const { queries, keys } = painted,
      size = queries.length * keys.length;
    return mean() ? layer.mean : layer.pattern.data.subarray(paintedHead() * size, (paintedHead() + 1) * size);
  }

  /** After every repaint of the instrument: the same query and key in every other figure. Nothing is asked of the server. */
  function showQuery({ query, key, head, scale }) {
    if (!layer || !instrument.pattern) return;
    const { keys, masked } = painted,
      width = keys.length,
      weights = whole().subarray(query * width, (query + 1) * width);
    const top = scale[paintedHead()],
      off = masked && ((one) => masked(query, one));
    legend.show(state.perHeadWords ? null : scale[0]);
    keyLine.tile.paint(weights, top, instrument.shown.hidden, off);
    keyLine.tile.point(key);
    matrix.mark(query, key);
    const params = { ...namesOf(query), layer: layer.index + 1, head: head + 1, keys: width, d: dHead() };
    const shown = mean() && instrument.pointed.head === null,
      weight = shown ? weights[key] : instrument.weight(head, query, key ?? 0);
    retell(
      readout,
      key === null
        ? html('decoder.reading_query', params)
        : off?.(key)
          ? html('decoder.reading_masked', { ...params, key: isolated(keys.words[key]) })
          : html(shown ? 'decoder.reading_mean' : 'attention.reading_key', {
              ...params,
              key: isolated(keys.words[key]),
              weight: percent(weight),
            }),
    );
    const at = (paintedHead() * painted.queries.length + query) * width;
    masking.show({
      scores: scores?.scores.data.subarray(at, at + width),
      weights: instrument.row(paintedHead(), query),
      masked: off,
      key,
      part: painted.part,
      causal: painted.sentence.causal,
      params: { ...params, head: paintedHead() + 1 },
    });
    if (scores) masking.tellRoot(scores, paintedHead(), dHead());
  }

  const dHead = () => painted.sentence.d_model / headsOf(painted.sentence, painted.part);

  /** What a query is called: of the decoder, what it has read last and what it is about to write. */
  function namesOf(query) {
    const { part, queries } = painted;
    if (part === 'encoder') return { query: isolated(queries.words[query]) };
    return {
      query: t('decoder.step', {
        step: query + 1,
        read: isolated(painted.read[query]),
        written: isolated(painted.written[query]),
      }),
    };
  }

  /** The old figures stay, dimmed, until the numbers of the new sentence or part are here. */
  async function showPart() {
    const { sentence, part } = state,
      index = layerNow();
    const abandoned = () => state.sentence !== sentence || state.part !== part;
    ways.load(sentence);
    ways.show(part, index);
    delete root.dataset.complete;
    root.dataset.waiting = '';
    twins.expect(sentence);
    try {
      const numbers = await fetchLayer(sentence, part, index);
      if (abandoned()) return;
      const masked = part === 'decoder' && sentence.causal ? (query, key) => key > query : null;
      painted = {
        sentence,
        part,
        masked,
        ...axesOf(sentence, part),
        parking: part === 'decoder' ? 0 : sentence.source.length - 1,
      };
      [scores, thumbs, hidden, clicked] = [null, null, null, null];
      const { queries, keys } = painted;
      root.classList.toggle('long', keys.length > 24);
      matrix.lay(queries, keys);
      instrument.setAxes(queries, keys, headsOf(sentence, part));
      bindLabel(instrument.picker.surface, 'aria-label', 'decoder.picker');
      keyLine.lay(keys);
      masking.lay(keys);
      [asks, looked, matrixFigure].forEach((one) => one.respeak());
      setLayer(numbers, index);
      delete root.dataset.waiting;
      follow(); // another layer may have been chosen meanwhile
      instrument.repaint.now(); // the matrix reads the width of its names in the next frame: whatever is written after that has the page laid out again
      await onScreen(); // the rest takes its time after what somebody waits for
      if (abandoned()) return;
      const heads = await sentenceView('heads', sentence, { part });
      if (abandoned()) return;
      thumbs = heads;
      instrument.setAtlas({ ...thumbs, queries: queries.length, keys: keys.length, masked: Boolean(masked) });
      showHeld();
      await showScores();
      const aligned = await sentenceView('alignment', sentence);
      if (abandoned()) return;
      aligning.load(aligned);
      if (!state.headChosen && aligned.facts.best && part === 'cross')
        update(holdHead('cross', ...aligned.facts.best), { quietly: true });
      showHeld();
      root.dataset.complete = 'true'; // from here on no hover needs the server
      if (told === sentence) return;
      told = sentence;
      await Promise.all([twins.load(sentence), lifting.load(sentence)]);
    } catch (error) {
      if (abandoned()) return;
      failed = true;
      delete root.dataset.waiting;
      twins.giveUp();
      update({ problem: asProblem(error) });
    }
  }

  function setLayer(numbers, index) {
    layer = { ...numbers, index };
    scores = null;
    instrument.setPattern(numbers.pattern, index);
  }

  /** Another layer: its name at once, its heads as soon as they are here, which is at once for all but very long sentences. */
  async function showLayer() {
    const { sentence, part } = state,
      index = layerNow();
    const abandoned = () => state.sentence !== sentence || state.part !== part || layerNow() !== index;
    try {
      const numbers = await fetchLayer(sentence, part, index);
      if (abandoned()) return;
      setLayer(numbers, index);
      showHeld();
      await showScores();
    } catch (error) {
      if (!abandoned()) update({ problem: asProblem(error), ...holdHead(part, layer.index) });
    }
  }

  async function showScores() {
    const { sentence, part } = painted,
      { index } = layer;
    const { arrays } = await sentenceView('scores', sentence, { part, layer: index });
    if (painted.sentence !== sentence || painted.part !== part || layer.index !== index) return;
    scores = arrays;
    instrument.repaint();
  }

  /** Show again what is held: after a change of query, layer, head, switch, language or theme. */
  function showHeld() {
    if (!painted || painted.sentence !== state.sentence || painted.part !== state.part) return;
    const [index, head] = heldOf(state);
    if (!hidden || hidden.size > 0 !== state.hideParked)
      hidden = state.hideParked ? new Set([painted.parking]) : NO_KEYS;
    for (const { input, field } of Object.values(switches)) input.checked = state[field];
    ways.show(painted.part, index);
    [layers, headsName, matrixName].forEach((one) => one.respeak());
    instrument.atlas.star(painted.part === 'cross' && aligning.facts ? aligning.facts.equals : []);
    if (thumbs) aligning.park(thumbs, index, head, painted.part);
    instrument.show({
      query: heldQuery(),
      layer: index,
      head,
      hidden,
      perHead: state.perHeadWords,
      masked: painted.masked,
    });
    if (layer.index === index) matrix.paint(whole(), instrument.scaleOf()[head], hidden, painted.masked);
  }

  function stepLayer(by) {
    if (!state.sentence) return;
    const most = depthOf(state.sentence, state.part) - 1;
    update(chosenHead(state.part, Math.min(most, Math.max(0, layerNow() + by))));
  }

  /** The sentence, part and layer on screen, once this screen can be seen. */
  let visited = null,
    failed = false;
  function visit() {
    const { screen, sentence, part } = state;
    if (screen !== 'decoder' && failed) {
      [visited, told, failed] = [null, null, false]; // who comes back asks again
    }
    if (screen !== 'decoder' || !sentence) return;
    if (visited?.sentence === sentence && visited.part === part) {
      if (isPainted()) follow();
      return;
    }
    if (visited?.sentence !== sentence) aligning.forget();
    visited = { sentence, part };
    showPart();
  }
  function follow() {
    if (layer.index !== layerNow()) showLayer();
    else showHeld();
  }
  const isPainted = () => painted && painted.sentence === state.sentence && painted.part === state.part;
  on('source step', () => {
    clicked = null;
  });
  on(`sentence screen part ${LAYERS_AND_HEADS.join(' ')} source step theme meanOfHeads hideParked perHeadWords`, visit);
  on('fed openTwin screen', () => {
    if (state.screen === 'decoder' && told === state.sentence) twins.follow();
  });
  on('lang', () => {
    if (!painted) return;
    visited = null;
    visit();
    aligning.speak();
    twins.show();
    if (told) lifting.load(told);
  });
  showsFirst('decoder', (sentence) => fetchLayer(sentence, state.part, heldLayer(state.part, sentence)));
  visit();
}

/** A switch of a field of the state. */
function toggle(key, field) {
  const input = h('input', { type: 'checkbox', role: 'switch', onchange: () => update({ [field]: input.checked }) });
  return { input, field, element: h('label.switch', {}, input, bindText(h('span'), key)) };
}
