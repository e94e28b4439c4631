// The browser's Back closes the sheet: while it is open there is one entry more in the history, and never two.

import { nameAddress } from '../core/state.js';

let entered = false; // our entry is the one the browser stands on
let leaving = false; // and is about to be left by ourselves

/** `isOpen()` tells whether the sheet is, `close()` is called when the visitor went back. */
export function wayBack({ isOpen, close }) {
  addEventListener('popstate', () => {
    const ours = leaving;
    leaving = entered = false;
    history.scrollRestoration = 'auto';
    nameAddress(); // what has changed meanwhile is in the entry that was left
    if (ours && isOpen())
      enter(); // opened again before the browser had gone back
    else if (isOpen()) close();
  });
}

/** The sheet opens. */
export function enter() {
  if (entered) return;
  history.scrollRestoration = 'manual'; // closing must not scroll the page to where it was
  history.pushState(null, '', location.href);
  entered = true;
}

/** The sheet closes by itself. */
export function leave() {
  if (!entered || leaving) return;
  leaving = true;
  history.back();
}
