// Hands on the board: a patch is dragged by pointer or finger, or picked up and put down with presses or with the keys.

import { pointIn } from '../core/dom.js';
import { ARROWS, keysOf } from '../core/keys.js';

/** A press that moves less than this is a click. */
const DRAG_PX = 5;

/** Let a visitor move the patches of a board. events: swap(place, place, dropped patch or null), hold(place), tell() when what is in the hand has changed. */
export function hands(board, events) {
  const { canvas } = board;
  let pressed = null;
  const placeAt = (event) => board.axis.under(event, canvas) - board.axis.first;
  const at = (event) => {
    const { x, y } = pointIn(canvas, event);
    return { x, y };
  };
  const inside = ({ x, y }) => x >= 0 && y >= 0 && x < canvas.clientWidth && y < canvas.clientHeight;

  function carry(carried, target) {
    board.show({ carried, target });
    events.tell();
  }

  const putBack = () => {
    if (board.carried) carry(null, null);
  };

  function drop(byPointer) {
    const {
      carried: { place },
      target,
    } = board;
    putBack();
    if (target !== null && target !== place) events.swap(place, target, byPointer ? board.order[place] : null);
    else events.hold(place);
  }

  canvas.addEventListener('pointerdown', (event) => {
    if (!board.axis || event.button) return;
    canvas.setPointerCapture(event.pointerId);
    const inHand = board.carried?.place ?? null;
    putBack();
    board.show({ cursor: null });
    pressed = { place: placeAt(event), inHand, ...at(event) };
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!pressed) return;
    const here = at(event);
    if (!board.carried && Math.hypot(here.x - pressed.x, here.y - pressed.y) < DRAG_PX) return;
    const target = inside(here) ? placeAt(event) : null,
      news = !board.carried || board.target !== target;
    board.show({ carried: { place: pressed.place, ...here }, target });
    if (news) events.tell();
  });
  canvas.addEventListener('pointerup', () => {
    if (!pressed) return;
    const { place, inHand } = pressed;
    pressed = null;
    // Whoever cannot drag presses the patch he holds, which picks it up, and then where it is to go.
    if (board.carried) drop(true);
    else if (inHand !== null && inHand !== place) events.swap(inHand, place, null);
    else if (inHand === null && place === board.held) carry({ place, ...board.middle(place) }, place);
    else {
      events.hold(place);
      events.tell();
    }
  });
  canvas.addEventListener('pointercancel', () => {
    pressed = null;
    putBack();
  });
  canvas.addEventListener('focus', () => board.show({}));
  canvas.addEventListener('blur', () => {
    if (!pressed) putBack();
    board.show({});
  });

  const here = () => board.cursor ?? board.held ?? 0;
  const when = () => Boolean(board.axis);
  keysOf(canvas, {
    keys: 'Enter Space',
    says: 'keys.pick_up',
    when,
    act: () => {
      if (board.carried) {
        drop(false);
        return;
      }
      const place = here();
      events.hold(place);
      board.show({ cursor: place });
      carry({ place, ...board.middle(place) }, place);
    },
  });
  keysOf(canvas, { keys: 'Escape', says: 'keys.put_back', when: () => Boolean(board.carried), act: putBack });
  keysOf(canvas, {
    keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown Home End',
    says: 'keys.board',
    when,
    act: ({ key }) => {
      const { first } = board.axis,
        to =
          { Home: first, End: first + board.order.length - 1 }[key] ?? board.axis.step(here() + first, ...ARROWS[key]),
        cursor = Math.max(0, to - first);
      board.show({ cursor });
      if (board.carried) carry({ ...board.carried, ...board.middle(cursor) }, cursor);
      else events.tell();
    },
  });
}
