// What every part of the page waits for once: words, colours, models, examples.

import { request } from './wire.js';
import { state, update } from './state.js';

export const booted = request('boot').then((response) => response.json()).then((boot) => {
  document.body.classList.toggle('dark', state.theme === 'dark');
  update({ boot });
  return boot;
});
