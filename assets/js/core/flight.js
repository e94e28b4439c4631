// A held patch flies from one place of the window to another. Interrupted by the next one; not at all for reduced motion.

import { h, ownPixels } from './dom.js';

const MS = 280;
let flying = null;

export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Move a copy of `picture`'s square `from` (in its pixels) from one box of the window to another. */
export function fly(picture, [x, y, side], from, to) {
  flying?.cancel();
  if (calm() || to.top > innerHeight || to.bottom < 0 || from.bottom < 0 || from.top > innerHeight) return;
  const canvas = h('canvas.flying-patch', { width: side, height: side, 'aria-hidden': true });
  canvas.getContext('2d').drawImage(picture, x, y, side, side, 0, 0, side, side);
  document.body.append(canvas);
  const animation = canvas.animate(
    [from, to].map((box) => ({
      left: `${ownPixels(canvas, box.left)}px`,
      top: `${ownPixels(canvas, box.top)}px`,
      width: `${ownPixels(canvas, box.width)}px`,
      height: `${ownPixels(canvas, box.height)}px`,
    })),
    { duration: MS, easing: 'cubic-bezier(0.4, 0, 0.2, 1)' },
  );
  animation.onfinish = animation.oncancel = () => {
    canvas.remove();
    if (flying === animation) flying = null;
  };
  flying = animation;
}
