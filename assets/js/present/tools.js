// What lies over the picture while somebody presents: a light that follows the pointer, a pen, a cover in black or white, and a hold on everything below.

import { h, ownPixels, pointIn, svg } from '../core/dom.js';
import { ARROWS, holdKeys, keysOf } from '../core/keys.js';
import { bindLabel } from '../core/text.js';
import { pathOf, Strokes } from './strokes.js';

const STEP = 0.02; // of the window: how far an arrow key moves the pen
/** What a pointer, a finger and a wheel do to what lies below. */
const TOUCHES =
  'pointermove pointerover pointerout pointerenter pointerleave pointerdown pointerup pointercancel mousemove mouseover mouseout mouseenter mouseleave mousedown mouseup click dblclick auxclick contextmenu wheel touchstart touchmove touchend focusin focusout focus blur';

export class Tools {
  light = false;
  pen = false;
  frozen = false;
  /** @type {'black' | 'white' | null} */
  cover = null;
  strokes = new Strokes();
  /** @type {[number, number]} */
  at = [0.5, 0.5]; // where the keys have moved the pen
  lightElement = h('div.present-light', { hidden: true, 'aria-hidden': true });
  lines = svg('svg', { class: 'present-lines', 'aria-hidden': 'true', preserveAspectRatio: 'none' });
  penElement = h('div.present-pen', { hidden: true, tabindex: '0', role: 'application' }, this.lines);
  iceElement = h('div.present-ice', { hidden: true, 'aria-hidden': true });
  coverElement = h('button.present-cover', { type: 'button', hidden: true, onclick: () => this.covered(null) });

  /**
   * @param {object} how
   * @param {() => string} how.slide whose drawing is on screen
   * @param {() => void} how.changed
   * @param {Element} how.free what can be used also while everything is held
   */
  constructor({ slide, changed, free }) {
    this.slide = slide;
    this.changed = changed;
    this.free = free;
    bindLabel(this.penElement, 'aria-label', 'present.pen_layer');
    bindLabel(this.coverElement, 'aria-label', 'present.uncover');
    this.elements = [this.penElement, this.lightElement, this.iceElement, this.coverElement];
    this.draws();
  }

  draws() {
    const layer = this.penElement;
    const point = (event) => {
      const { x, y, width, height } = pointIn(layer, event);
      return /** @type {[number, number]} */ ([x / width, y / height]);
    };
    let drawing = false;
    layer.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      drawing = true;
      layer.setPointerCapture(event.pointerId);
      this.strokes.begin(this.slide(), point(event));
    });
    layer.addEventListener('pointermove', (event) => {
      if (!drawing) return;
      for (const one of event.getCoalescedEvents?.() ?? [event]) this.strokes.on(this.slide(), point(one));
      this.draw();
    });
    for (const end of ['pointerup', 'pointercancel'])
      layer.addEventListener(end, () => {
        if (drawing) this.strokes.end(this.slide());
        drawing = false;
        this.draw();
      });
    keysOf(layer, {
      keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown',
      says: 'keys.pen_move',
      act: ({ key }) => {
        const inside = (share) => Math.min(1, Math.max(0, share));
        const [dx, dy] = ARROWS[key];
        this.at = [inside(this.at[0] + dx * STEP), inside(this.at[1] + dy * STEP)];
        this.draw();
      },
    });
    keysOf(layer, {
      keys: 'Enter Space',
      says: 'keys.pen_point',
      act: () => {
        const [x, y] = this.at;
        this.strokes.point(this.slide(), [x, y]);
        this.draw();
      },
    });
  }

  /** The lines of this slide, where a straight one has begun, and where the keys are. */
  draw() {
    const { clientWidth, clientHeight } = document.documentElement,
      zoom = 1 / ownPixels(this.penElement, 1),
      [width, height] = [clientWidth / zoom, clientHeight / zoom];
    this.lines.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const lines = this.strokes.of(this.slide());
    const mark = ([x, y], name) => svg('circle', { class: name, cx: x * width, cy: y * height, r: 7 });
    this.lines.replaceChildren(
      ...lines.map((line) => svg('path', { d: pathOf(line, width, height) })),
      ...(this.strokes.from ? [mark(this.strokes.from, 'from')] : []),
      ...(this.pen ? [mark(this.at, 'at')] : []),
    );
    this.penElement.hidden = !this.pen && !lines.length;
    this.penElement.toggleAttribute('data-on', this.pen);
  }

  lit(on) {
    this.light = on;
    this.lightElement.hidden = !on;
    this.changed();
  }

  /** The light is where the pointer is, or in the middle of what the keyboard has come to. */
  moveLight(x, y) {
    this.lightElement.style.setProperty('--x', `${ownPixels(this.lightElement, x)}px`);
    this.lightElement.style.setProperty('--y', `${ownPixels(this.lightElement, y)}px`);
  }

  writing(on) {
    this.pen = on;
    this.draw();
    if (on) this.penElement.focus({ preventScroll: true });
    else if (document.activeElement === this.penElement) this.penElement.blur();
    this.changed();
  }

  undo() {
    this.strokes.undo(this.slide());
    this.draw();
  }

  clear() {
    this.strokes.clear(this.slide());
    this.draw();
  }

  /** @param {'black' | 'white' | null} colour */
  covered(colour) {
    this.cover = colour;
    this.coverElement.hidden = !colour;
    this.coverElement.dataset.colour = colour ?? '';
    if (colour) this.coverElement.focus({ preventScroll: true });
    this.changed();
  }

  /** Nothing that a pointer or a key does reaches the page, and nothing on it moves, until it is let go. */
  freeze(on) {
    if (on === this.frozen) return;
    this.frozen = on;
    this.iceElement.hidden = !on;
    document.documentElement.toggleAttribute('data-frozen', on);
    holdKeys(on);
    for (const event of TOUCHES.split(' ')) {
      if (on) addEventListener(event, this.stop, { capture: true, passive: false });
      else removeEventListener(event, this.stop, { capture: true });
    }
    this.changed();
  }

  stop = (event) => {
    const { target } = event;
    if (target instanceof Node && (this.free.contains(target) || this.elements.some((one) => one.contains(target))))
      return;
    event.stopImmediatePropagation();
    if (event.cancelable && event.type !== 'wheel') event.preventDefault();
  };

  /** Everything as it was before anybody presented; drawings stay with their slides. */
  putAway() {
    this.freeze(false);
    this.lit(false);
    this.writing(false);
    this.covered(null);
    this.penElement.hidden = true;
  }
}
