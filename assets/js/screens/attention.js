// The Attention screen: photo and query on the left, the chosen layer's heads on the right, depth below.

import { DepthFigures } from '../attention/depth.js';
import { tokenName } from '../attention/names.js';
import { Legend } from '../attention/legend.js';
import { RolloutCard } from '../attention/rollout.js';
import { SinksCard, sinksOf } from '../attention/sinks.js';
import { patchAxis } from '../core/axes.js';
import { booted } from '../core/boot.js';
import { h, onWidth } from '../core/dom.js';
import { on, state, update } from '../core/state.js';
import { html, label, percent, say, t } from '../core/text.js';
import { asProblem, picture, view } from '../core/wire.js';
import { AttentionInstrument } from '../instrument/instrument.js';

export async function mount(root) {
  await booted;
  const boxes = { picker: h('div.picker-box'), heads: h('div.heads'), atlas: h('div.atlas-area') };
  const readout = h('p.readout', { 'aria-live': 'polite' });
  const legend = new Legend();
  const layerName = say(h('h3.layer-name'), 'attention.layer', () => ({ layer: state.layer + 1, layers: state.look?.layers ?? 0 }));
  const step = (by, sign) => label(h('button.action', { type: 'button', onclick: () => stepLayer(by) }, sign), 'aria-label', by < 0 ? 'attention.layer_back' : 'attention.layer_on');
  const sinksSwitch = toggle('attention.hide_sinks', (hideSinks) => update({ hideSinks }));
  const perHeadSwitch = toggle('attention.per_head', (perHead) => update({ perHead }));
  const depth = new DepthFigures(boxes.atlas), rollout = new RolloutCard(), sinks = new SinksCard();

  root.append(
    h('div.attention-top', {},
      h('div.attention-left', {}, say(h('h2'), 'attention.heading'), boxes.picker, readout,
        say(h('p.note'), 'attention.see'), say(h('p.note'), 'attention.try'), say(h('p.note'), 'attention.not')),
      h('div.attention-right', {},
        h('div.layer-bar', {}, step(-1, '←'), layerName, step(1, '→'), legend.element),
        boxes.heads,
        h('div.switches', {}, sinksSwitch, perHeadSwitch))),
    h('div.attention-bottom', {}, depth.element, h('div.attention-side', {}, rollout.element, sinks.element)));

  let depthNumbers = null; // the `depth` payload of the look on screen
  const instrument = new AttentionInstrument(boxes, {
    head: (head) => t('attention.head', { head: head + 1 }),
    caption: (head, row, peak) => `${state.look.prefix[0]} ${percent(row[0])} · max ${percent(peak)}`,
    atlas: (layer, head) => t('attention.atlas_at', { layer: layer + 1, head: head + 1 }),
  }, {
    hold: (query) => update({ query }),
    choose: (layer, head) => update({ layer, head }),
    look: ({ query, key, head, scale }) => {
      if (!instrument.pattern) return;
      legend.show(state.perHead ? null : scale[0]);
      readout.innerHTML = reading(instrument, query, key, head);
      rollout.paint(query);
    },
  });

  function reading(instr, query, key, head) {
    const names = { query: tokenName(query), layer: state.layer + 1, head: head + 1, keys: state.look.tokens, d: state.look.d_head };
    if (key === null) return html('attention.reading_query', names);
    return html('attention.reading_key', { ...names, key: tokenName(key), weight: percent(instr.weight(head, query, key)) });
  }

  function hidden() {
    return new Set(state.hideSinks && depthNumbers ? sinksOf(depthNumbers, state.layer) : []);
  }

  /** Everything that was held is shown again; numbers that are missing are fetched, newest first. */
  async function newLook() {
    const { look } = state, axis = patchAxis(look), seen = picture('seen', look);
    depthNumbers = null;
    delete root.dataset.complete;
    instrument.setAxes(axis, axis, look.heads, seen);
    label(instrument.picker.surface, 'aria-label', 'attention.picker');
    instrument.show({ query: state.query, layer: state.layer, head: state.head, hidden: hidden(), perHead: state.perHead });
    await newLayer();
    instrument.setAtlas(await view('atlas', look, { query: state.query }));
    const numbers = await view('depth', look);
    if (state.look !== look) return;
    depthNumbers = numbers;
    depth.load(numbers.arrays, look);
    rollout.load(numbers.arrays.rollout, look, seen);
    sinks.load(numbers, look, seen);
    newSettings();
    const atlas = await view('atlas', look);
    if (state.look !== look) return;
    instrument.setAtlas(atlas);
    root.dataset.complete = 'true'; // from here on no hover needs the server
  }

  async function newLayer() {
    const { look, layer } = state;
    layerName.respeak();
    instrument.show({ layer, head: state.head, hidden: hidden() });
    depth.choose(layer, state.head);
    sinks.choose(layer);
    const { arrays } = await view('layer', look, { layer });
    // A slower, older answer must not paint over what was asked for since.
    if (state.look === look && state.layer === layer) instrument.setPattern(arrays.pattern);
  }

  function newSettings() {
    sinksSwitch.querySelector('input').checked = state.hideSinks;
    instrument.show({ query: state.query, hidden: hidden(), perHead: state.perHead });
    sinks.choose(state.layer);
    depth.choose(state.layer, state.head);
  }

  function stepLayer(by) {
    update({ layer: Math.min(state.look.layers - 1, Math.max(0, state.layer + by)) });
  }

  /** The look on screen, once this screen can be seen. */
  let drawn = null;
  const visit = () => {
    if (state.screen !== 'attention' || !state.look) return;
    if (drawn === state.look) return;
    drawn = state.look;
    newLook().catch((error) => { drawn = null; update({ problem: asProblem(error) }); });
  };
  on('look screen', visit);
  on('layer head', () => { if (drawn) newLayer().catch((error) => update({ problem: asProblem(error) })); });
  on('query hideSinks perHead', () => { if (drawn) newSettings(); });
  on('theme screen', () => { if (drawn) { newSettings(); depth.paint(); } });
  on('lang', () => { if (drawn) { instrument.grid.rename(); newSettings(); depth.paint(); } });
  onWidth(boxes.atlas, () => { instrument.repaint(); depth.paint(); });
  addEventListener('keydown', (event) => {
    if (state.screen !== 'attention' || event.ctrlKey || event.metaKey || event.target.closest('input, select, textarea')) return;
    if (event.key === '[') stepLayer(-1);
    if (event.key === ']') stepLayer(1);
  });
  visit();
}

function toggle(key, change) {
  const input = h('input', { type: 'checkbox', role: 'switch', onchange: () => change(input.checked) });
  return h('label.switch', {}, input, say(h('span'), key));
}
