// A station of the course as a button: a picture of this input, the station's name, a number and what it shows. It opens its screen as it is drawn.

import { h, onWidth, sharp } from '../core/dom.js';
import { goTo } from '../core/history.js';
import { html, bindText } from '../core/text.js';

export class Stop {
  element;

  picture = h('span.picture', { 'aria-hidden': true });
  number = h('span.stop-number');
  /** @type {Drawing | null} */
  plot = null;
  what = h('span.stop-what');

  /** `name`: of the station; `called`: the key of its words; `opens()`: the state that it opens. */
  constructor(name, called, opens) {
    this.element = h(
      'button.stop',
      { type: 'button', 'data-stop': name, 'data-waiting': true, onclick: () => goTo(opens()) },
      this.picture,
      h('span.stop-line', {}, bindText(h('span.stop-name'), called), this.number),
      this.what,
    );
  }

  /** Its number as it is, and what it shows in words. */
  tell(number, key, params = {}) {
    this.number.replaceChildren(...(number ? [h('span', { translate: 'no' }, number)] : []));
    this.what.innerHTML = html(key, params);
  }

  /** Have `draw(context, width, height)` draw on a canvas as large as the picture, which is given back. */
  draws(draw) {
    this.plot = new Drawing(draw);
    return this.plot.element;
  }

  /** What is drawn for the pixels of the screen, once it can be seen again. */
  redraw() {
    this.plot?.paint();
  }

  /** What it shows is of another input, until it has `arrived`. */
  wait() {
    this.element.dataset.waiting = '';
  }

  arrived() {
    delete this.element.dataset.waiting;
    delete this.element.dataset.failed;
  }

  /** Nothing of another input stays where there is nothing of this one; of what was not recorded that is all there is to say. */
  fail({ code }) {
    this.arrived();
    this.element.dataset.failed = '';
    this.number.textContent = this.what.textContent = '';
    if (code === 'not_recorded') this.what.innerHTML = html('recorded.missing');
  }
}

/** A canvas that fills its box: `draw(context, width, height)` is called now and for every other size of the box. */
class Drawing {
  draw;
  canvas = h('canvas');
  tall = 0; // as it was drawn last
  element = h('span.drawing', {}, this.canvas);

  constructor(draw) {
    this.draw = draw;
    onWidth(this.element, () => this.paint()); // also for another resolution
    // Another height alone: what comes with another width is drawn by then.
    new ResizeObserver(() => {
      if (this.element.clientHeight !== this.tall) this.paint();
    }).observe(this.element);
  }

  paint() {
    const { clientWidth: width, clientHeight: height } = this.element;
    this.tall = height;
    if (width && height) this.draw(sharp(this.canvas, width, height), width, height);
  }
}
