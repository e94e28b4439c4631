// What of a photo is drawn under attention: the photo itself, or the pixels that the model read of it. Where those are few, they are.

import { flag } from './address.js';
import { h } from './dom.js';
import { declare, on, state, update } from './state.js';
import { bindLabel, bindText } from './text.js';
import { pictureAddress } from './wire.js';

/** Up to this many pixels a side, what the model read is another picture than the photo. */
const FEW = 96;

declare({
  // The square as the pixels that the model reads; null until somebody chose: then where they are few.
  asPixels: { word: 'pixels', ...flag, otherwise: null },
});

export const asPixels = ({ size }) => state.asPixels ?? size <= FEW;

/** The address of the picture of a photo query, as it is drawn now. */
export const seenPicture = (photoQuery) => pictureAddress(asPixels(photoQuery) ? 'read' : 'seen', photoQuery);

// Whatever shows the photo query draws it anew.
on('asPixels', () => {
  if (state.photoQuery) update({ photoQuery: { ...state.photoQuery } });
});

/** The choice between the two, under a photo; `size()` is how many pixels the model reads a side, null where no photo is there. It is not there where they would look alike. */
export function seenSwitch(size) {
  const button = (pixels, words) => h('button', { type: 'button', onclick: () => update({ asPixels: pixels }) }, words),
    photo = button(false, bindText(h('span'), 'patches.view_photo')),
    pixels = button(
      true,
      bindText(h('span'), 'patches.view_pixels', () => ({ size: size() ?? '' })),
    ),
    element = bindLabel(h('div.segmented.seen-switch', { role: 'group' }, photo, pixels), 'aria-label', 'patches.view');
  const show = () => {
    const now = size() !== null && asPixels({ size: size() });
    element.hidden = size() === null || !(size() <= FEW || state.asPixels);
    photo.setAttribute('aria-pressed', String(!now));
    pixels.setAttribute('aria-pressed', String(now));
    /** @type {any} */ (pixels.firstChild).respeak();
  };
  show();
  return Object.assign(element, { show });
}
