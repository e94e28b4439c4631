// The Attention screen: photo and query on the left, the chosen layer's heads on the right, depth below.

import { takeable } from '../core/figure.js';
import { DepthFigures } from '../attention/depth.js';
import { headCaption, tokenName } from '../core/token_name.js';
import { RolloutCard } from '../attention/rollout.js';
import { SinksCard, sinksOf } from '../attention/sinks.js';
import { argmax } from '../core/argmax.js';
import { patchAxis } from '../core/axes.js';
import { booted } from '../core/boot.js';
import { h, onWidth } from '../core/dom.js';
import { explain } from '../core/explain.js';
import { seenPicture } from '../core/seen.js';
import { isRecorded } from '../core/recorded.js';
import { on, state, update } from '../core/state.js';
import { Later } from '../core/later.js';
import { layerBar } from '../core/layer_bar.js';
import { html, bindLabel, percent, bindText, retell, t } from '../core/text.js';
import { asProblem, isCached, view } from '../core/wire.js';
import { AttentionInstrument, tellHeld } from '../instrument/instrument.js';
import { Legend } from '../instrument/legend.js';

export async function mount(root) {
  await booted;
  const boxes = { picker: h('div.picker-box'), heads: h('div.heads'), atlas: h('div.atlas-area') };
  const readout = h('p.readout');
  const legend = new Legend();
  const layers = layerBar('attention', { beside: [legend.element] });
  let sinksToHide = true; // whether a map of this layer has any
  const sinkWords = bindText(h('span'), () => (sinksToHide ? 'attention.hide_sinks' : 'attention.hide_no_sinks'));
  const sinksSwitch = toggle(sinkWords, (hideSinks) => update({ hideSinks }));
  const perHeadSwitch = toggle(bindText(h('span'), 'attention.per_head'), (perHead) => update({ perHead }));
  // What the calculator works out: the cell clicked last, else the strongest key of the chosen head.
  let clicked = null;
  const calculate = h(
    'button.action.calculate',
    { type: 'button', onclick: calculateCell },
    bindText(h('span'), 'calculator.open'),
  );
  const depth = new DepthFigures(boxes.atlas),
    rollout = new RolloutCard(),
    sinks = new SinksCard();

  takeable(depth.element, () => overDepth && [overDepth, ...(overAll ? [overAll] : [])]);
  const bottom = h(
    'div.attention-bottom',
    {},
    depth.element,
    h('div.attention-side', {}, rollout.element, sinks.element),
  );
  const below = new Later(bottom, showBelow);
  const switches = h('div.switches', {}, sinksSwitch, perHeadSwitch, calculate);
  root.append(
    h(
      'div.attention-top',
      {},
      h(
        'div.attention-left',
        {},
        bindText(h('h2'), 'attention.heading'),
        h('div.attention-held', {}, boxes.picker, readout),
        bindText(h('p.note'), 'attention.see'),
        bindText(h('p.note'), 'attention.try'),
        bindText(h('p.note'), 'attention.not'),
      ),
      takeable(h('div.attention-right', {}, layers.element, boxes.heads, switches), () => instrument.pattern, {
        title: 'attention.heading',
        at: switches,
      }),
    ),
    bottom,
  );

  // What is painted: the photo query and, once they are here, its numbers over depth. `state.photoQuery` may already be the next one.
  let painted = null,
    ahead = null,
    overDepth = null,
    overAll = null;
  let paintedBelow = null, // the photo query whose numbers the figures below have
    missedBelow = false; // they were asked for in vain
  const instrument = new AttentionInstrument(
    boxes,
    {
      head: (head) => t('attention.head', { head: head + 1 }),
      caption: (head, row, peak, query) => headCaption(painted, ahead(head, query), peak),
      atlas: (layer, head) => t('attention.atlas_at', { layer: layer + 1, head: head + 1 }),
    },
    {
      hold: (query) => update({ query }),
      chosen: () => [state.layer, state.head],
      choose: (layer, head) => update({ layer, head }),
      cell: (head, key) => {
        clicked = { head, key };
      },
      explain: calculateCell,
      explainHead: (layer, head) => {
        if (painted) explain(`blocks.${layer}.attn.pattern`, [head, state.query, null], { photoQuery: painted });
      },
      held: ({ query, keys, ...at }) => {
        if (state.screen === 'attention')
          tellHeld({ query: tokenName(query, painted), keys: keys.map((key) => tokenName(key, painted)), ...at });
      },
      hover: ({ query, key, head, scale }) => {
        if (instrument.layer === null) return;
        legend.show(state.perHead ? null : scale[0]);
        retell(readout, reading(query, key, head));
        if (paintedBelow === painted) rollout.paint(query);
      },
    },
  );
  bindLabel(instrument.atlas.canvas, 'aria-label', 'attention.atlas');

  function calculateCell() {
    const { layer, head, query } = state;
    if (!instrument.pattern || instrument.layer !== layer) return;
    const row = instrument.row(head, query),
      key = clicked?.head === head ? clicked.key : argmax(row);
    explain(`blocks.${layer}.attn.pattern`, [head, query, key], { photoQuery: painted });
  }

  function reading(query, key, head) {
    const names = {
      query: tokenName(query, painted),
      layer: instrument.layer + 1,
      head: head + 1,
      keys: painted.tokens,
      d: painted.d_head,
    };
    if (key === null) return html('attention.reading_query', names);
    return html('attention.reading_key', {
      ...names,
      key: tokenName(key, painted),
      weight: percent(instrument.weight(head, query, key)),
    });
  }

  const hidden = () => new Set(state.hideSinks && overDepth ? sinksOf(overDepth, state.layer) : []);
  /** Whether a map of this layer has a sink to hide: tokens without a place are on none. */
  const drawn = () => !overDepth || sinksOf(overDepth, state.layer).some((token) => token >= painted.prefix.length);

  /** What goes to the tokens before the patches, of a layer's arrays. */
  const aheadOf =
    ({ ahead: { shape, data } }) =>
    (head, query) =>
      data[head * shape[1] + query];

  /** The old heads stay, dimmed, until the new ones are here; what lies below them waits until it is seen. An abandoned photo query changes nothing. */
  async function showPhotoQuery() {
    const { photoQuery, query, layer } = state,
      seen = seenPicture(photoQuery),
      axis = patchAxis(photoQuery);
    const abandoned = () => state.photoQuery !== photoQuery;
    delete root.dataset.complete;
    root.dataset.waiting = '';
    try {
      const ofLayer = view('layer', photoQuery, { layer });
      const begin = () => {
        painted = photoQuery;
        clicked = null;
        overDepth = null;
        overAll = null;
        instrument.setAxes(axis, axis, photoQuery.heads, seen);
        bindLabel(instrument.picker.surface, 'aria-label', 'attention.picker');
        bottom.dataset.waiting = '';
        delete bottom.dataset.complete;
        bottom.style.setProperty('--heads', String(photoQuery.heads));
        delete sinksSwitch.dataset.waiting;
        delete root.dataset.waiting;
        delete root.dataset.outdated;
      };
      // The row that is held is a hundredth of them all: its heads are painted while the others are on their way.
      if (!isRecorded() && !isCached('layer', photoQuery, { layer })) {
        ofLayer.catch(() => {}); // told below, where it is waited for
        const first = await view('glance', photoQuery, { layer, query }).catch(() => null);
        if (abandoned()) return;
        if (first) {
          begin();
          showRow(first.arrays, query, layer);
          showLayer(); // another one may have been chosen meanwhile
        }
      }
      const { arrays } = await ofLayer;
      if (abandoned()) return;
      if (painted !== photoQuery) begin();
      ahead = aheadOf(arrays);
      instrument.setPattern(arrays.pattern, layer);
      delete root.dataset.waiting;
      delete root.dataset.outdated;
      showLayer(); // another one may have been chosen meanwhile
      missedBelow = false;
      below.want();
      await knowSinks();
      if (abandoned()) return;
      root.dataset.complete = 'true'; // from here on no hover over the photo needs the server
    } catch (error) {
      if (abandoned()) return;
      asked = null; // who comes back, or goes on to another layer, asks again
      delete root.dataset.waiting;
      if (painted !== photoQuery) root.dataset.outdated = ''; // what stands there is of another
      update({ problem: asProblem(error) });
    }
  }

  /** What lies below the heads: every head of every layer, for the token that is held first, and what changes with depth. */
  async function showBelow() {
    const photoQuery = painted,
      seen = seenPicture(photoQuery);
    const abandoned = () => state.photoQuery !== photoQuery;
    if (abandoned()) return; // those of the next one are wanted in a moment
    try {
      // The row that is held comes sooner than all of them; where all are at hand, nobody waits.
      if (!isRecorded() && !isCached('atlas', photoQuery)) {
        const atlas = await view('atlas', photoQuery, { query: state.query });
        if (abandoned()) return;
        instrument.setAtlas(atlas);
      }
      const layers = await view('depth', photoQuery);
      if (abandoned()) return;
      overDepth = layers;
      paintedBelow = photoQuery;
      depth.load(overDepth.arrays, photoQuery);
      rollout.load(overDepth.arrays.rollout, photoQuery, seen);
      sinks.load(overDepth, photoQuery, seen);
      delete bottom.dataset.waiting;
      showHeld();
      const whole = await view('atlas', photoQuery);
      if (abandoned()) return;
      overAll = whole;
      instrument.setAtlas(whole);
      bottom.dataset.complete = 'true';
    } catch (error) {
      if (abandoned()) return;
      missedBelow = true;
      update({ problem: asProblem(error) });
    }
  }

  /** Which tokens are sinks, where somebody hides them: heads need it then. Whoever comes to the figures below has it with these. */
  async function knowSinks() {
    if (!state.hideSinks || overDepth) return;
    const photoQuery = painted;
    sinksSwitch.dataset.waiting = '';
    try {
      const layers = await view('depth', photoQuery);
      if (state.photoQuery !== photoQuery) return;
      overDepth = layers;
      showHeld();
    } catch (error) {
      if (state.photoQuery === photoQuery) update({ problem: asProblem(error), hideSinks: false });
    } finally {
      if (painted === photoQuery) delete sinksSwitch.dataset.waiting;
    }
  }

  /** What one token looks at, until all of its layer is here. */
  function showRow({ pattern, ahead: toFirst }, query, layer) {
    ahead = (head) => toFirst.data[head];
    instrument.setGlance(pattern, query, layer);
  }

  /** Another token is held while the layer is on its way: its row comes sooner. */
  async function askForRow() {
    const { photoQuery, query } = state,
      { layer } = instrument;
    if (!instrument.glance || instrument.glance.query === query) return;
    const row = await view('glance', photoQuery, { layer, query }).catch(() => null); // what went wrong is told with the layer
    if (row && state.photoQuery === photoQuery && state.query === query && instrument.glance)
      showRow(row.arrays, query, layer);
  }

  /** Another layer: its name at once, its heads as soon as they are here. */
  async function showLayer() {
    const { photoQuery, layer } = state;
    showHeld();
    dim();
    if (instrument.layer === layer) return;
    try {
      const { arrays } = await view('layer', photoQuery, { layer });
      if (state.photoQuery !== photoQuery || state.layer !== layer) return;
      ahead = aheadOf(arrays);
      instrument.setPattern(arrays.pattern, layer);
    } catch (error) {
      if (state.photoQuery === photoQuery) update({ problem: asProblem(error), layer: instrument.layer });
    } finally {
      dim();
    }
  }

  /** Heads of another layer than the one that is named wait for those of this. */
  const dim = () => boxes.heads.toggleAttribute('data-waiting', state.layer !== instrument.layer);

  /** Show again what is held: after a change of query, head, switch, language or theme. */
  function showHeld() {
    const { query, layer, head, perHead } = state;
    layers.respeak();
    const sinkInput = sinksSwitch.querySelector('input');
    sinkInput.checked = state.hideSinks;
    sinksToHide = drawn();
    sinkInput.disabled = !sinksToHide && !state.hideSinks; // what was switched on can be switched off
    sinkWords.respeak();
    perHeadSwitch.querySelector('input').checked = perHead;
    instrument.show({ query, layer, head, hidden: hidden(), perHead });
    depth.number(painted.layers, layer);
    if (paintedBelow !== painted) return;
    sinks.choose(layer);
    depth.choose(layer, head);
  }

  /** The photo query on screen, once this screen can be seen. */
  let asked = null;
  function visit() {
    if (state.screen !== 'attention' || !state.photoQuery) return;
    if (asked !== state.photoQuery) {
      asked = state.photoQuery;
      showPhotoQuery();
    } else if (painted === state.photoQuery) {
      showLayer(); // chosen elsewhere, or asked for in vain before another photo
      if (missedBelow) below.want();
      missedBelow = false;
    }
  }
  on('photoQuery screen layer', visit);
  on('query head hideSinks perHead theme', () => {
    if (painted && painted === state.photoQuery) showHeld();
  });
  on('hideSinks', () => {
    if (painted && painted === state.photoQuery) knowSinks();
  });
  on('query', askForRow);
  on('lang', () => {
    if (painted) {
      instrument.grid.rename();
      showHeld();
    }
  });
  onWidth(boxes.atlas, () => depth.paint());
  visit();
}

function toggle(words, change) {
  const input = h('input', { type: 'checkbox', role: 'switch', onchange: () => change(input.checked) });
  return h('label.switch', {}, input, words);
}
