// Choosing a token by pointer, touch or keys, on a photo cut into patches or on the words of a sentence.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Make `surface` choose tokens: `preview(token or null)` while the pointer moves, `hold(token)` on click, tap or key.
 * `axis()` is null while there is nothing to choose from; `tokenAt(event)` and `held()` answer with a token.
 */
export function choosing(surface, { axis, tokenAt, held, preview, hold }) {
  // A click's own place is cut to whole pixels: what is held is what was pointed at. A click without a pointer (detail 0, from a screen reader or
  // a script) has only its own place.
  let pointed = null;
  const follow = (event) => {
    if (axis()) {
      pointed = tokenAt(event);
      preview(pointed);
    }
  };
  surface.addEventListener('pointerdown', follow);
  surface.addEventListener('pointermove', follow);
  surface.addEventListener('pointerleave', () => preview(null));
  surface.addEventListener('click', (event) => {
    if (!axis()) return;
    const token = event.detail === 0 ? tokenAt(event) : pointed;
    if (token !== null) hold(token);
  });
  surface.addEventListener('keydown', (event) => {
    if (!axis() || event.ctrlKey || event.metaKey || event.altKey) return;
    const { length, prefix } = axis();
    const to = ARROWS[event.key]
      ? axis().step(held(), ...ARROWS[event.key])
      : { Home: 0, End: length - 1, c: prefix.length ? 0 : undefined }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    hold(to);
  });
}
