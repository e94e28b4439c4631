// The flow: the residual stream as a river of grey ink, attention and MLP leaving it and returning to it, every box a tensor.

import { h, onWidth } from '../core/dom.js';
import { written } from '../core/formula.js';
import { digits, label, percent, say, t, whole } from '../core/text.js';
import { BOXES, shape, symbol } from './boxes.js';
import { drawCurrents } from './currents.js';
import { drawThumb } from './thumbs.js';

export class Flow {
  boxes;
  adds;
  svg;
  names;
  element;
  look;
  axis;
  payload;

  changed = h('p.changed-label', { 'data-told': true });

  /** `open(id)` is called when a box is pressed. */
  constructor({ open }) {
    this.boxes = BOXES.map((spec) => {
      const parts = {
        sign: h('span.symbol'),
        canvas: h('canvas'),
        shape: h('span.shape', { translate: 'no' }),
        range: h('span.range', { translate: 'no' }),
      };
      const button = h(
        `button.box.at-${spec.id}.tone-${spec.tone}`,
        { type: 'button', 'aria-expanded': 'false', 'aria-controls': 'block-open', onclick: () => open(spec.id) },
        parts.sign,
        say(h('span.short'), `block.${spec.id}_short`),
        h('span.thumb', {}, parts.canvas),
        parts.shape,
        parts.range,
      );
      return { ...spec, ...parts, button };
    });
    this.adds = ['add1', 'add2'].map((at) => h(`span.add.at-${at}`, {}, '+'));
    this.svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    this.svg.setAttribute('aria-hidden', 'true');
    const names = ['attention', 'mlp'].map((branch) =>
      say(h(`span.branch-name.of-${branch}`), `block.branch_${branch}`, () => this.look ?? {}),
    );
    this.names = names;
    this.element = label(
      h(
        'div.river',
        { role: 'group' },
        this.svg,
        ...names,
        this.changed,
        ...this.boxes.map(({ button }) => button),
        ...this.adds,
      ),
      'aria-label',
      'block.flow',
    );
    onWidth(this.element, () => this.paint());
  }

  /** changed: what is switched off, in words; '' for nothing. */
  show({ look, axis, payload, changed }) {
    this.look = look;
    this.axis = axis;
    this.payload = payload;
    this.changed.textContent = changed;
    const { facts, arrays } = payload;
    this.element.classList.toggle('no-residual', !facts.residual);
    this.adds.forEach((add) => {
      add.textContent = facts.residual ? '+' : '×';
    });
    this.names.forEach((name) => name.respeak());
    for (const box of this.boxes) {
      const off = (box.id === 'scale' && !facts.scaled) || ((box.id === 'mid' || box.id === 'out') && !facts.residual);
      box.button.classList.toggle('off', box.id === 'scale' && off);
      box.sign.replaceChildren(written(symbol(box, look)));
      const size = shape(box, look).map(whole),
        [low, high] = ends(arrays[box.array].data, box.values);
      box.shape.textContent = size.join('\u200a×\u200a');
      box.range.replaceChildren(h('span', {}, low), h('span', {}, high));
      box.button.setAttribute(
        'aria-description',
        `${t(`block.${box.id}_name`)}: ${size.join(' × ')}, ${low} … ${high}`,
      );
    }
    this.paint();
  }

  /** Which box is open; null for none. */
  mark(id) {
    for (const box of this.boxes) box.button.setAttribute('aria-expanded', String(box.id === id));
  }

  paint() {
    if (!this.payload || !this.element.clientWidth) return;
    for (const box of this.boxes) drawThumb(box.canvas, box, this.payload.arrays[box.array], this.axis);
    drawCurrents(this.svg, this.element, this.payload.facts);
  }
}

/** Smallest and largest of a box's numbers, in words; what cannot be below 0 begins there. */
function ends(values, kind) {
  let low = Infinity,
    high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (kind === 'share') return ['0', percent(high)];
  return [kind === 'length' ? '0' : digits(low), digits(high)];
}
