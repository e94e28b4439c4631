// What every part of the page waits for once: words, colours, models, examples.

import { request, setVersion } from './wire.js';
import { state, update } from './state.js';

export const booted = request('boot')
  .then((response) => response.json())
  .then((boot) => {
    document.body.classList.toggle('dark', state.theme === 'dark');
    setVersion(boot.version);
    update({ boot });
    return boot;
  });

// Without the boot there are no texts to look a sentence up in.
booted.catch(() => {
  const sorry = document.createElement('p');
  sorry.className = 'boot-failed';
  sorry.textContent =
    'The server does not answer. Reload the page in a moment. · 서버가 응답하지 않습니다. 잠시 뒤 새로 고치세요.';
  document.body.prepend(sorry);
});
