// The layer on screen between the buttons that go to the one before and the next.

import { announce } from './announce.js';
import { h } from './dom.js';
import { stepsLayers } from './keys.js';
import { state, update } from './state.js';
import { bindLabel, bindText, html } from './text.js';

/** One layer back (−1) or on (1), on whatever screen shows the photo query. */
export function stepLayer(by) {
  if (state.photoQuery) update({ layer: Math.min(state.photoQuery.layers - 1, Math.max(0, state.layer + by)) });
}

/** The button for a step. */
export const layerButton = (by, step = stepLayer) =>
  bindLabel(
    h('button.action', { type: 'button', onclick: () => step(by) }, by < 0 ? '←' : '→'),
    'aria-label',
    by < 0 ? 'attention.layer_back' : 'attention.layer_on',
  );

/**
 * The whole bar of a screen, whose keys [ and ] do the same. `at()` is the layer from 0 and how many there are, of the photo query where nothing is said.
 * `says`: the layer that is come to is said, on a screen where nothing that is said names it.
 * @returns {{ element: HTMLElement, respeak: () => void }}
 */
export function layerBar(screen, { at = ofPhotoQuery, step = stepLayer, beside = [], says = false } = {}) {
  const where = () => {
    const [layer, layers] = at();
    return { layer: layer + 1, layers: layers ?? '' };
  };
  const name = bindText(h('h3.layer-name'), 'attention.layer', where);
  const go = (by) => {
    step(by);
    if (says) announce(html('attention.layer', where()));
  };
  stepsLayers(screen, go);
  const element = h('div.layer-bar', {}, layerButton(-1, go), name, layerButton(1, go), ...beside);
  return { element, respeak: () => name.respeak() };
}

const ofPhotoQuery = () => [state.layer, state.photoQuery?.layers];
