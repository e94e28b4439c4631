// A page as large as a room needs it, by one factor: everything grows together, so that a window of 1280 × 720 shows the picture that one of 3840 × 2160 does.
// What the sheets ask of the window's width they ask of the page as it is laid out, in queries and in shares of it, and no type of theirs is smaller than a room can read.

import { magnify } from '../core/dom.js';
import { enlarged, typeOf, withShares, zoomFor } from './slides.js';

const root = () => document.documentElement;
/** @type {Map<CSSMediaRule, string>} what asks for a width or height, as it was written */
const queries = new Map();
const lifted = new WeakSet();

/** Have every rule of the page's sheets keep the least size of type; it is none until somebody presents. */
function lift() {
  for (const sheet of document.styleSheets) {
    if (lifted.has(sheet)) continue;
    lifted.add(sheet);
    try {
      for (const rule of sheet.cssRules) through(rule);
    } catch {
      /* a sheet of another host's, as an extension of the browser adds */
    }
  }
}

function through(rule) {
  if (rule instanceof CSSMediaRule && /(width|height)/.test(rule.media.mediaText))
    queries.set(rule, rule.media.mediaText);
  const { style } = rule;
  if (/\dd?v[wh]\b/.test(style?.cssText ?? '')) style.cssText = withShares(style.cssText);
  const size = style?.getPropertyValue('font-size');
  if (size && !/^(0|0px|inherit|initial|unset|100%|1em)$/.test(size) && !size.includes('--least'))
    style.setProperty('font-size', `max(${size}, var(--least, 0px))`, style.getPropertyPriority('font-size'));
  for (const inner of rule.cssRules ?? []) through(inner);
}

/** The page is laid out so many pixels wide for this window; gives back how many pixels of its own are on the window. */
export function scaleTo(wide) {
  lift();
  const { clientWidth: width, clientHeight: height } = root(),
    zoom = zoomFor(wide, width, height);
  for (const [name, size] of Object.entries(typeOf(wide))) root().style.setProperty(`--${name}`, size);
  root().style.setProperty('--unit', `${wide / 1920}px`);
  root().style.setProperty('--px', `${1 / zoom}px`);
  root().style.setProperty('--vw', `${width / zoom / 100}px`);
  root().style.setProperty('--vh', `${height / zoom / 100}px`);
  for (const [rule, query] of queries) {
    const now = enlarged(query, zoom);
    if (rule.media.mediaText !== now) rule.media.mediaText = now;
  }
  magnify(zoom);
  return { width: width / zoom, height: height / zoom };
}

/** As large as it is written, again. */
export function unscale() {
  for (const name of [...Object.keys(typeOf(1920)), 'unit', 'px', 'vw', 'vh', 'stage', 'share'])
    root().style.removeProperty(`--${name}`);
  for (const [rule, query] of queries) rule.media.mediaText = query;
  magnify(1);
}
