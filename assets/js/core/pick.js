// Choosing a token by pointer, touch or keys, on a photo cut into patches or on the words of a sentence.

import { ARROWS, keysOf } from './keys.js';

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
  keysOf(surface, {
    keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown Home End',
    says: 'keys.tokens',
    when: () => Boolean(axis()),
    act: ({ key }) => hold(ARROWS[key] ? axis().step(held(), ...ARROWS[key]) : key === 'Home' ? 0 : axis().length - 1),
  });
  keysOf(surface, { keys: 'c', says: 'keys.cls', when: () => Boolean(axis()?.prefix.length), act: () => hold(0) });
}
