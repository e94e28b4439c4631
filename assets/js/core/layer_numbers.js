// The layers of a model as a row of numbers under a figure of all of them: choosing one shows it everywhere.

import { h } from './dom.js';
import { update } from './state.js';
import { bindLabel } from './text.js';

export class LayerNumbers {
  element = h('div.layer-numbers');

  /** Another model may have more layers; what is there and fits keeps the focus. */
  show(layers, chosen) {
    const { children } = this.element;
    if (children.length !== layers)
      this.element.replaceChildren(...Array.from({ length: layers }, (_, layer) => button(layer, layers)));
    [...children].forEach((one, layer) => one.setAttribute('aria-pressed', String(layer === chosen)));
  }
}

const button = (layer, layers) =>
  bindLabel(
    h('button', { type: 'button', onclick: () => update({ layer }) }, String(layer + 1)),
    'aria-label',
    'attention.layer_number',
    () => ({ layer: layer + 1, layers }),
  );
