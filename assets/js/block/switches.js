// Residual and √d, each on, off in one layer or off in all: the "break it" row.

import { h } from '../core/dom.js';
import { label, say, t } from '../core/text.js';

const KINDS = ['residual', 'scale'];

/** What is switched off as the server reads it (demo/changes.py): { residual: 8, scale: 'all' } is "residual:off@8;scale:off@all". */
export const changeOf = (off) =>
  KINDS.filter((kind) => off[kind] !== null)
    .map((kind) => `${kind}:off@${off[kind]}`)
    .join(';');
export const TRAINED = { residual: null, scale: null };

export class Switches {
  change;
  groups;
  back;
  element;

  off = TRAINED;

  /** `change(off)` is called with what is off from now on: of each kind null, a layer or "all". */
  constructor(change) {
    this.change = change;
    this.groups = KINDS.map((kind) =>
      label(h('div.segmented', { role: 'group' }), 'aria-label', `block.switch_${kind}`),
    );
    this.back = say(h('button.action', { type: 'button', onclick: () => change(TRAINED) }), 'block.as_trained');
    this.element = h(
      'div.break-row',
      {},
      ...KINDS.map((kind, i) =>
        h('div.break-switch', {}, say(h('span.break-name'), `block.switch_${kind}`), this.groups[i]),
      ),
      this.back,
    );
  }

  /** One layer that is off stays off while another is looked at; the one looked at is offered as well. */
  show(off, layer) {
    this.off = off;
    this.back.hidden = !changeOf(off);
    this.groups.forEach((group, i) => {
      const kind = KINDS[i],
        broken = off[kind],
        places = [null, ...new Set([typeof broken === 'number' ? broken : layer, layer]), 'all'];
      // The buttons stay where their number does: a button that is replaced would lose the focus.
      while (group.children.length > places.length) group.lastChild.remove();
      while (group.children.length < places.length) group.append(h('button', { type: 'button' }));
      places.forEach((place, at) => {
        const button = group.children[at];
        button.textContent =
          place === null
            ? t('block.on')
            : place === 'all'
              ? t('block.off_all')
              : t('block.off_layer', { layer: place + 1 });
        button.setAttribute('aria-pressed', String(place === broken));
        button.onclick = () => this.change({ ...this.off, [kind]: place });
      });
    });
  }
}
