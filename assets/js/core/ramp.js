// The ramp for attention weights, made by demo/views/palette.py: 256 colours from dark to light.

import { booted } from './boot.js';

/** Colours as 0xAABBGGRR, ready for a Uint32Array over ImageData. */
export const RAMP = new Uint32Array(256);
/** The same as CSS colours. */
export const RAMP_CSS = [];
/** Black or white on each of them, whichever can be read better: 4.6 : 1 at least. */
export const RAMP_INK = [];

booted.then(({ ramp }) => {
  const bytes = Uint8Array.from(atob(ramp), (c) => c.charCodeAt(0));
  for (let i = 0; i < 256; i++) {
    const [r, g, b] = bytes.subarray(3 * i, 3 * i + 3);
    RAMP[i] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    RAMP_CSS.push(`rgb(${r} ${g} ${b})`);
    RAMP_INK.push(inkOn(r, g, b));
  }
});

/** By relative luminance (WCAG 2), of which black and white are equally far at 0.179. */
function inkOn(...channels) {
  const [r, g, b] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}

/** A gradient of the ramp as a CSS background, for legends. */
export const rampGradient = () => `linear-gradient(90deg, ${RAMP_CSS.filter((_, i) => i % 15 === 0).join(', ')})`;
