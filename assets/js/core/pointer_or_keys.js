// A figure is read by the mouse and by keys. While the page scrolls, as a key may make it, the browser tells a figure that moves below a mouse at rest
// of a pointer that comes and goes: what a key has chosen stays until the mouse itself moves.

/** Where the mouse was last on this computer's screen; how often something was pressed. */
let mouse = null,
  presses = 0,
  isWatched = false;

/** What a mouse has done: another as soon as it has moved, or something was pressed. */
const done = ({ screenX, screenY }) => `${screenX} ${screenY} ${presses}`;

/** Before any figure hears of it. */
function watchMouse() {
  if (isWatched) return;
  isWatched = true;
  const note = (event) => {
    if (event.type === 'pointerdown') presses++;
    if (event.pointerType === 'mouse') mouse = done(event);
  };
  for (const type of ['pointermove', 'pointerdown']) addEventListener(type, note, { capture: true, passive: true });
}

export class PointerOrKeys {
  #rests = null; // what the mouse had done when a key chose, until it does something

  constructor() {
    watchMouse();
  }

  /** A key has chosen what is read. */
  keyed() {
    this.#rests = mouse;
  }

  /** Whether a mouse that moves has the word again: where it is it came without being followed, if the page brought it there. */
  regained(event) {
    return this.#rests !== null && this.follows(event);
  }

  /** Whether a pointer's event is to be followed. */
  follows(event) {
    const rests = event.pointerType === 'mouse' && done(event) === this.#rests;
    if (!rests) this.#rests = null;
    return !rests;
  }
}
