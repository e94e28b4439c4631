// A finger reads a number with its first tap and opens it with its second, wherever numbers can be opened: it cannot point at one before it is down.

/** Taps nearer than this mean one number: most strips are finer than a finger. */
const NEAR_PX = 12;

/** Of one figure: which of a pointer's presses may open what it is on. */
export class Taps {
  #tap = null; // the last one that read: { x, y } in the figure, `place` that was read
  #opens = true;

  /** Pointer down on `place` while `shown` is read (null: nothing). Whether it may open what is shown, which then stays as it is. */
  down(event, place, shown) {
    if (event.pointerType === 'mouse') {
      this.#opens = true;
      return false;
    }
    const same = shown !== null && (place === shown || (this.#tap?.place === shown && this.#isNear(event)));
    this.#opens = same;
    if (!same) this.#read(event, place);
    return same;
  }

  /** Pointer moved to `place`: whether it is the tap that opens still, which has not left what is shown. */
  moved(event, place) {
    if (event.pointerType === 'mouse') return false;
    if (this.#opens && event.buttons && this.#tap && this.#isNear(event)) return true;
    this.#opens = false;
    this.#read(event, place);
    return false;
  }

  /** Clicked: whether that opens. A click without a pointer, from a screen reader or a script, does. */
  clicked() {
    const opens = this.#opens;
    this.#opens = true;
    return opens;
  }

  #read(event, place) {
    this.#tap = { ...at(event), place };
  }
  #isNear(event) {
    const { x, y } = at(event);
    return Math.hypot(x - this.#tap.x, y - this.#tap.y) <= NEAR_PX;
  }
}

function at({ currentTarget, clientX, clientY }) {
  const { left, top } = currentTarget.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}
