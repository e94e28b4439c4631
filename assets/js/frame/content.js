// Where the keyboard goes on a screen that was just come to.

import { state } from '../core/state.js';

/** Give the content of the screen in sight the focus; the element, or null where there is none. Nothing scrolls. */
export function focusContent() {
  const content = document.querySelector(`#screen-${state.screen} .am-mount`);
  if (!(content instanceof HTMLElement)) return null;
  content.tabIndex = -1;
  content.focus({ preventScroll: true });
  return content;
}
