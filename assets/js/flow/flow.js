// The flow of a block: the residual stream as a river of grey ink, branches leaving it and returning to it, every box a tensor. Which boxes
// there are says its kind: block/boxes.js of a photo's block, encoder/boxes.js of a translator's.

import { state } from '../core/state.js';
import { takeable } from '../core/figure.js';
import { h, onWidth } from '../core/dom.js';
import { onPhone, showOpened, underTheFinger, whenPhone } from '../core/folds.js';
import { calm } from '../core/flight.js';
import { formulaElement } from '../core/formula.js';
import { keysOf } from '../core/keys.js';
import { anyOpen } from '../core/sheets.js';
import { digits, bindLabel, percent, bindText, t, whole } from '../core/text.js';
import { drawCurrents } from './currents.js';
import { drawThumb } from './thumbs.js';
import { isMasked } from './masked.js';

/**
 * A kind of block: what the flow and an opened box (panel.js) have to know of it.
 * @typedef {object} Kind
 * @property {any[]} boxes in the order of the computation (block/boxes.js tells their fields)
 * @property {{ start?: string, tap: string, add: string, ends: string[], boxes: string[] }[]} reaches of the stream, branch by branch: where it
 *   begins, the box that reads it, the sum that the branch is added in, what stands behind the sum, and the boxes above the stream
 * @property {string[][]} links [from, to, colour] of every other line
 * @property {{ name: string, words: string }[]} branches class and text of each branch's name
 * @property {string} label what the whole is, as a text
 * @property {Record<string, string>} symbols of the arrays that an open box shows one under the other
 * @property {(box: any, sizes: any) => string} symbol what stands on a box
 * @property {(box: any, sizes: any) => number[]} shape of a box's tensor for one token
 * @property {(box: any, sizes: any, payload: any) => string} formula how a box is computed in this model
 * @property {(box: any, array: string, payload: any, sizes: any, ...at: number[]) => number[]} index of a number in its tensor
 */

export class BlockFlow {
  kind;
  open;
  boxes;
  adds;
  svg;
  panel;
  names;
  sizes;
  axis;
  payload;
  opened = null;
  /** Where the open box stands unless it is read under its line. */
  home = document.createComment('');
  hint = bindText(h('p.note.folded-hint'), 'block.folded');

  changed = h('p.changed-label', { 'data-told': true });
  element = takeable(h('div.river', { role: 'group' }), () => this.payload, {
    title: () => t(`${state.screen}.heading`),
  });

  /** `open(id)` is called when a box is pressed; `panel` (panel.js) is what it opens in. */
  constructor({ open, panel }) {
    this.open = open;
    this.panel = panel.element;
    this.panel.tabIndex = -1;
    keysOf(this.panel, { keys: 'Escape', says: 'keys.close_box', when: () => !anyOpen(), act: () => this.leave() });
    onWidth(this.element, () => this.paint());
    whenPhone(() => this.place());
    // Within the flow the stream runs on below it.
    new ResizeObserver(() => {
      if (this.isWithin()) this.paint();
    }).observe(this.panel);
  }

  /** On a phone a box opens under its line, which stays in sight; elsewhere below the flow, where keys that pressed it go along: all other boxes lie between. */
  press(id, button, byKey) {
    if (!onPhone()) {
      this.open(id);
      if (this.panel.hidden) return;
      if (byKey) this.panel.focus({ preventScroll: true });
      this.panel.scrollIntoView({ block: 'nearest', behavior: calm() ? 'auto' : 'smooth' });
      return;
    }
    underTheFinger(button, () => this.open(id));
    if (this.isWithin()) showOpened(button, this.panel);
  }

  /** Close the open box and go back to where it was opened. */
  leave() {
    const box = this.boxes.find(({ id }) => id === this.opened);
    this.open(box.id);
    box.button.focus();
  }

  isWithin() {
    return this.element.contains(this.panel);
  }

  /** Move the open box to where it is read. */
  place() {
    if (!this.boxes) return; // the window has become a phone's before there was anything to lay
    if (!this.home.isConnected && !this.isWithin()) this.panel.before(this.home);
    const line = onPhone() && this.boxes.find(({ id }) => id === this.opened)?.button;
    if (line) {
      this.panel.style.setProperty('--order', line.style.getPropertyValue('--order'));
      if (line.nextSibling !== this.panel) line.after(this.panel);
    } else if (this.home.nextSibling !== this.panel) this.home.after(this.panel);
    this.paint();
  }

  /** Lay the boxes of a kind of block; `within(reach, elements)` puts those of one reach of the stream into a box of their own. */
  lay(kind, within = null) {
    this.kind = kind;
    this.payload = null;
    this.boxes = kind.boxes.map((spec) => {
      const parts = {
        sign: h('span.symbol'),
        canvas: h('canvas'),
        shape: h('span.shape', { translate: 'no' }),
        farthest: h('span.farthest', { translate: 'no' }),
        range: h('span.range', { translate: 'no' }),
      };
      /** @type {HTMLButtonElement} */
      const button = h(
        `button.box.at-${spec.id}.as-${spec.role ?? spec.id}.tone-${spec.tone}`,
        {
          type: 'button',
          'aria-expanded': 'false',
          'aria-controls': this.panel.id,
          onclick: ({ detail }) => this.press(spec.id, button, detail === 0),
        },
        parts.sign,
        bindText(h('span.short'), `${spec.words}_short`),
        h('span.thumb', {}, parts.canvas),
        parts.shape,
        parts.farthest,
        parts.range,
      );
      // Until its symbol and numbers are there; what is seen of it comes first.
      button.setAttribute('aria-label', `${t(`${spec.words}_short`)}: ${t(`${spec.words}_name`)}`);
      return { ...spec, ...parts, button };
    });
    this.adds = kind.reaches.map(({ add }) => h(`span.add.at-${add}`, {}, '+'));
    this.svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    this.svg.setAttribute('aria-hidden', 'true');
    this.names = kind.branches.map(({ name, words }) =>
      bindText(h(`span.branch-name.of-${name}`), words, () => this.sizes ?? {}),
    );
    this.order();
    const inside = within
      ? kind.reaches.map((reach, i) => within(reach, { name: this.names[i], add: this.adds[i], boxes: this.of(reach) }))
      : [...this.names, ...this.boxes.map(({ button }) => button), ...this.adds];
    const takes = [...this.element.children].filter((one) => one.matches('.take'));
    this.element.replaceChildren(this.svg, this.hint, this.changed, ...inside, ...takes);
    bindLabel(this.element, 'aria-label', kind.label);
  }

  /** One below the other (shared.css): each branch behind its name, each sum beside what is added there. */
  order() {
    const at = new Map(this.boxes.map(({ id, button }, i) => [id, { button, place: 10 * (i + 1) }]));
    const put = (element, place) => element.style.setProperty('--order', String(place));
    for (const { button, place } of at.values()) put(button, place);
    this.kind.reaches.forEach(({ boxes }, i) => {
      put(this.names[i], at.get(boxes[0]).place - 1);
      put(this.adds[i], at.get(boxes.at(-1)).place - 1);
    });
  }

  /** The buttons of a reach, by their ids. */
  of({ start, boxes, ends }) {
    const ids = [start, ...boxes, ...ends].filter(Boolean);
    return new Map(ids.map((id) => [id, this.boxes.find((box) => box.id === id).button]));
  }

  /** sizes: tokens, heads, d_head, d_model, d_mlp, norm and the like of the model; changed: what is switched off, in words; '' for nothing. */
  show({ sizes, axis, payload, changed }) {
    this.sizes = sizes;
    this.axis = axis;
    this.payload = payload;
    this.changed.textContent = changed;
    const { facts, arrays } = payload;
    this.element.classList.toggle('no-residual', facts.off.includes('residual'));
    this.adds.forEach((add) => {
      add.textContent = facts.off.includes('residual') ? '×' : '+';
    });
    this.names.forEach((name) => name.respeak());
    for (const box of this.boxes) {
      box.button.classList.toggle('off', !box.sum && facts.off.includes(box.without));
      box.sign.replaceChildren(formulaElement(this.kind.symbol(box, sizes)));
      const size = this.kind.shape(box, sizes).map(whole),
        [low, high] = ends(arrays[box.array].data),
        from = box.values === 'share' || box.values === 'length' ? 0 : low,
        as = (value) => (box.values === 'share' ? percent(value) : digits(value));
      box.shape.textContent = size.join('\u200a×\u200a');
      box.range.replaceChildren(h('span', {}, as(from)), h('span', {}, as(high)));
      box.farthest.textContent = as(-low > high ? low : high);
      box.button.removeAttribute('aria-label');
      box.button.setAttribute(
        'aria-description',
        `${t(`${box.words}_name`)}: ${size.join(' × ')}, ${as(from)} … ${as(high)}`,
      );
    }
    this.paint();
  }

  /** Which box is open; null for none. */
  mark(id) {
    for (const box of this.boxes) box.button.setAttribute('aria-expanded', String(box.id === id));
    this.opened = id;
    this.place();
  }

  paint() {
    if (!this.payload || !this.element.clientWidth) return;
    for (const box of this.boxes) drawThumb(box.canvas, box, this.payload.arrays, this.axis);
    drawCurrents(this.svg, this.element, this.kind, this.payload.facts);
  }
}

/** Smallest and largest of a box's numbers. */
function ends(values) {
  let low = Infinity,
    high = -Infinity;
  for (const value of values) {
    if (isMasked(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
