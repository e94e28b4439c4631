// A figure of the numbers of one token: one of them is held, one may be pointed at, here or in another figure of the same numbers.

import { probe } from '../core/probe.js';

export class Units {
  held = 0;
  pointed = null;
  /** What is on screen; its `d_model` says how many numbers there are. */
  photoQuery;

  /** Hear of pointer and keys on a canvas, which `cells(units)` says how to divide: `hover(number or null)` and `choose(number)`, or `open(number)`, are told. */
  listen(canvas, { hover, ...press }, cells) {
    return probe(canvas, {
      grid: () => (this.photoQuery ? cells(this.photoQuery.d_model) : null),
      hover: (unit) => {
        this.pointAt(unit);
        hover(unit);
      },
      ...press,
      start: () => this.held,
    });
  }

  hold(unit) {
    this.held = unit;
    this.draw();
  }
  pointAt(unit) {
    this.pointed = unit;
    this.draw();
  }

  draw() {
    throw new Error('a figure draws itself');
  }
}
