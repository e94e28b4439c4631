// What is switched off layer by layer, as the residual and √d, each on, off in one layer or off in all: the "break it" row.

import { h } from '../core/dom.js';
import { inPlace, LAYERED } from '../core/change.js';
import { needsServer } from '../core/needs_server.js';
import { bindLabel, bindText, t } from '../core/text.js';

export class Switches {
  set;
  wish;
  groups = LAYERED.map((kind) =>
    bindLabel(h('div.segmented', { role: 'group' }), 'aria-label', `block.switch_${kind}`),
  );
  element = h(
    'div.break-row',
    {},
    ...needsServer(
      ...LAYERED.map((kind, i) =>
        h('div.break-switch', {}, bindText(h('span.break-name'), `block.switch_${kind}`), this.groups[i]),
      ),
    ),
  );

  /** `set(change)` switches something off or on, `wish()` is all that is wanted off by now. */
  constructor({ set, wish }) {
    this.set = set;
    this.wish = wish;
  }

  /**
   * What is off (core/change.js), seen from a layer as a change names it: one that is off stays offered while another is looked at.
   * `offIn(layer)` says so in words.
   */
  show(change, layer, offIn = (one) => t('block.off_layer', { layer: one })) {
    this.groups.forEach((group, i) => {
      const kind = LAYERED[i],
        off = change[kind],
        layers = inPlace([...new Set([...(off === 'all' ? [] : off), layer])]),
        places = [[], ...layers.map((one) => [one]), 'all'];
      // The buttons stay where their number does: a button that is replaced would lose the focus.
      while (group.children.length > places.length) group.lastChild.remove();
      while (group.children.length < places.length) group.append(h('button', { type: 'button' }));
      places.forEach((place, at) => {
        const button = /** @type {HTMLButtonElement} */ (group.children[at]),
          [one] = place === 'all' ? [] : place;
        button.textContent = place === 'all' ? t('block.off_all') : one ? offIn(one) : t('block.on');
        const pressed = place === 'all' || off === 'all' ? place === off : one ? off.includes(one) : !off.length;
        button.setAttribute('aria-pressed', String(pressed));
        button.onclick = () => this.set({ ...this.wish(), [kind]: place });
      });
    });
  }
}
