// Residual and √d, each on, off in one layer or off in all: the "break it" row.

import { h } from '../core/dom.js';
import { setChange, wish } from '../core/look.js';
import { label, say, t } from '../core/text.js';

const KINDS = ['residual', 'scale'];

export class Switches {
  groups = KINDS.map((kind) => label(h('div.segmented', { role: 'group' }), 'aria-label', `block.switch_${kind}`));
  element = h(
    'div.break-row',
    {},
    ...KINDS.map((kind, i) =>
      h('div.break-switch', {}, say(h('span.break-name'), `block.switch_${kind}`), this.groups[i]),
    ),
  );

  /** What is off (core/change.js), seen from a layer: one that is off stays offered while another is looked at. */
  show(change, layer) {
    this.groups.forEach((group, i) => {
      const kind = KINDS[i],
        off = change[kind],
        layers = [...new Set([...(off === 'all' ? [] : off), layer + 1])].sort((a, b) => a - b),
        places = [[], ...layers.map((one) => [one]), 'all'];
      // The buttons stay where their number does: a button that is replaced would lose the focus.
      while (group.children.length > places.length) group.lastChild.remove();
      while (group.children.length < places.length) group.append(h('button', { type: 'button' }));
      places.forEach((place, at) => {
        const button = /** @type {HTMLButtonElement} */ (group.children[at]),
          [one] = place === 'all' ? [] : place;
        button.textContent =
          place === 'all' ? t('block.off_all') : one ? t('block.off_layer', { layer: one }) : t('block.on');
        const pressed = place === 'all' || off === 'all' ? place === off : one ? off.includes(one) : !off.length;
        button.setAttribute('aria-pressed', String(pressed));
        button.onclick = () => setChange({ ...wish(), [kind]: place });
      });
    });
  }
}
