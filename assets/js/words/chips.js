// Words that can be put elsewhere: dragged by pointer or finger, or picked up and moved with presses or with the keys.

import { closest, h, ownPixels } from '../core/dom.js';
import { keysOf } from '../core/keys.js';
import { bindLabel } from '../core/text.js';

/** A press that moves less than this is a click. */
const DRAG_PX = 5;

/** Chips inside `board`; swap(place, place) is called when one is dropped on another. Returns { lay(words, order) }. */
export function chips(board, { swap }) {
  let places = [],
    carried = null; // carried: { place, x, y, moving } of the chip in the hand
  let refocus = null;

  const under = (event) => {
    const at = document
      .elementsFromPoint(event.clientX, event.clientY)
      .find((element) => element.closest?.('.chip') && element.closest('.chip') !== places[carried.place]);
    return at ? places.indexOf(at.closest('.chip')) : -1;
  };
  const mark = (target) => places.forEach((chip, place) => chip.classList.toggle('target', place === target));
  function drop() {
    if (!carried) return;
    const chip = places[carried.place];
    chip?.classList.remove('carried');
    if (chip) chip.style.translate = '';
    mark(-1);
    carried = null;
  }

  function pickUp(place) {
    carried = { place, inHand: true };
    places[place].classList.add('carried');
  }

  board.addEventListener('pointerdown', (event) => {
    const chip = closest(event, '.chip');
    if (!chip || event.button) return;
    chip.setPointerCapture(event.pointerId);
    const before = carried?.inHand ? carried.place : null;
    drop();
    carried = { place: places.indexOf(chip), before, x: event.clientX, y: event.clientY, moving: false };
  });
  board.addEventListener('pointermove', (event) => {
    if (!carried || carried.inHand) return;
    const dx = event.clientX - carried.x,
      dy = event.clientY - carried.y,
      chip = places[carried.place];
    if (!carried.moving && Math.hypot(dx, dy) < DRAG_PX) return;
    carried.moving = true;
    chip.classList.add('carried');
    chip.style.translate = `${ownPixels(chip, dx)}px ${ownPixels(chip, dy)}px`;
    mark(under(event));
  });
  board.addEventListener('pointerup', (event) => {
    if (!carried || carried.inHand) return;
    const { place, moving, before } = carried,
      target = moving ? under(event) : -1;
    drop();
    // Whoever cannot drag presses a word, which picks it up, and then the one it is to change places with.
    if (target >= 0) swap(place, target);
    else if (!moving && before === null) pickUp(place);
    else if (!moving && before !== place) swap(before, place);
  });
  board.addEventListener('pointercancel', drop);

  const placeOf = (event) => places.indexOf(closest(event, '.chip'));
  keysOf(board, {
    keys: 'Enter Space',
    says: 'keys.pick_up',
    act: (event) => (carried ? drop() : pickUp(placeOf(event))),
  });
  keysOf(board, { keys: 'Escape', says: 'keys.put_back', when: () => carried !== null, act: drop });
  keysOf(board, {
    keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown',
    says: 'keys.board',
    act: (event) => {
      const place = placeOf(event),
        next = place + (/Left|Up/.test(event.key) ? -1 : 1);
      if (!places[next]) return false;
      if (carried) {
        refocus = next;
        drop();
        swap(place, next);
      } else places[next].focus();
      return true;
    },
  });

  return {
    /** Show words; `order` tells which of them is not at its own place. */
    lay(words, order) {
      drop();
      places = words.map((word, place) => {
        const chip = h('button.chip', { type: 'button' }, h('bdi', {}, word));
        chip.classList.toggle('moved', order[place] !== place);
        return bindLabel(chip, 'aria-label', 'words.chip', () => ({ word, place: place + 1 }));
      });
      board.replaceChildren(...places);
      if (refocus !== null) {
        // Moved with the keys it stays in the hand.
        places[refocus].focus();
        pickUp(refocus);
        refocus = null;
      }
    },
  };
}
