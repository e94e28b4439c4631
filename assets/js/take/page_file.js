// The page as one file: what is on screen and what the server said of it, put together by the server (demo/offline/shell.py).

import { address } from '../core/history.js';
import { state } from '../core/state.js';
import { Problem, request } from '../core/wire.js';
import { save } from './save.js';

/** Fetch it and save it: `told(bytes)` as it comes; all its bytes in the end. It is whole, or nothing is saved. */
export async function takePage(told) {
  const parts = [],
    reader = (await request(`page.html${address()}`)).body.getReader();
  let bytes = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      told((bytes += part.value.length));
    }
  } catch {
    throw new Problem('offline');
  }
  save(new Blob(parts, { type: 'text/html' }), `attention-microscope-${state.screen}.html`);
  return bytes;
}
