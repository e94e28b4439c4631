// Hands on the board: a patch is dragged by pointer or finger, or picked up and put down with presses or with the keys.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** A press that moves less than this is a click. */
const DRAG_PX = 5;

/** Let a visitor move the patches of a board. events: swap(place, place, dropped patch or null), hold(place), tell() when what is in the hand has changed. */
export function hands(board, events) {
  const { canvas } = board;
  let pressed = null;
  const placeAt = (event) => board.axis.under(event, canvas) - board.axis.first;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
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

  canvas.addEventListener('keydown', (event) => {
    if (!board.axis || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = board.cursor ?? board.held ?? 0,
      { first } = board.axis;
    if (event.key === 'Enter' || event.key === ' ') {
      if (board.carried) drop(false);
      else {
        events.hold(here);
        board.show({ cursor: here });
        carry({ place: here, ...board.middle(here) }, here);
      }
    } else if (event.key === 'Escape' && board.carried) putBack();
    else {
      const to =
        { Home: first, End: first + board.order.length - 1 }[event.key] ??
        (ARROWS[event.key] ? board.axis.step(here + first, ...ARROWS[event.key]) : null);
      if (to === null) return;
      const cursor = Math.max(0, to - first);
      board.show({ cursor });
      if (board.carried) carry({ ...board.carried, ...board.middle(cursor) }, cursor);
      else events.tell();
    }
    event.preventDefault();
    event.stopPropagation();
  });
}
