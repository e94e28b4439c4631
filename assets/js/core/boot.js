// What every part of the page waits for once: words in its language, colours, models, examples.

import { asProblem, request, setVersion, whenAnswered } from './wire.js';
import { state, update } from './state.js';

const answer = async (path) => (await request(path)).json();
const wordsIn = (lang) => answer(`texts?lang=${lang}`);

let wanted = ''; // the language chosen last, whichever's words come first

/** Have the words of a language, which come when they are wanted first. */
export async function fetchWords(lang) {
  const { texts } = await booted;
  texts[lang] ??= await wordsIn(lang);
}

/** Say everything in another language. */
export async function speakIn(lang) {
  wanted = lang;
  try {
    await fetchWords(lang);
    if (wanted === lang) update({ lang });
  } catch (error) {
    update({ problem: asProblem(error) });
  }
}

// What could not be had and then could is no problem any more.
whenAnswered((path) => {
  if (state.problem?.path === path) update({ problem: null });
});

async function load() {
  globalThis.microscope.isThere(); // early.js
  const [boot, words] = await Promise.all([answer('boot'), wordsIn(state.lang)]);
  boot.texts = { [state.lang]: words };
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
