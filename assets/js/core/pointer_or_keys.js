// A figure is read by the mouse and by keys. While the page scrolls, as a key may make it, the browser tells a figure that moves below a mouse at rest
// of a pointer that comes and goes: what a key has chosen stays until the mouse itself moves.

const place = ({ screenX, screenY }) => `${screenX} ${screenY}`;

/** Where the mouse was last on this computer's screen. */
let mouse = null,
  isWatched = false;

function watchMouse() {
  if (isWatched) return;
  isWatched = true;
  const note = (event) => {
    if (event.pointerType === 'mouse') mouse = place(event);
  };
  for (const type of ['pointermove', 'pointerdown']) addEventListener(type, note, { capture: true, passive: true });
}

export class PointerOrKeys {
  #restsAt = null; // where the mouse was when a key chose, until it moves

  constructor() {
    watchMouse();
  }

  /** A key has chosen what is read. */
  keyed() {
    this.#restsAt = mouse;
  }

  /** Whether a mouse that moves has the word again: where it is it came without being followed, if the page brought it there. */
  regained(event) {
    return this.#restsAt !== null && this.follows(event);
  }

  /** Whether a pointer's event is to be followed. */
  follows(event) {
    const rests = event.pointerType === 'mouse' && event.type !== 'pointerdown' && place(event) === this.#restsAt;
    if (!rests) this.#restsAt = null;
    return !rests;
  }
}
