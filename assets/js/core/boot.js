// What every part of the page waits for once: words, colours, models, examples.

import { request, setVersion } from './wire.js';
import { state, update } from './state.js';

async function load() {
  const response = await request('boot'),
    boot = await response.json();
  document.body.classList.toggle('dark', state.theme === 'dark');
  setVersion(boot.version);
  update({ boot });
  return boot;
}

// Without the boot there are no texts to look a sentence up in.
function apologise() {
  const sorry = document.createElement('p');
  sorry.className = 'boot-failed';
  sorry.textContent =
    'The server does not answer. Reload the page in a moment. · 서버가 응답하지 않아요. 잠시 뒤 새로 고치세요.';
  document.body.prepend(sorry);
}

/** Comes once, and never where there is no page (tests/js). */
export const booted = globalThis.document ? load() : new Promise(() => {});
booted.catch(apologise);
