// One voice for those who listen: what is held and what changed is said in one place, one sentence at a time, not more often than can be heard.
//
// An element with the attribute data-told is told whenever it is written anew; `announce` says a sentence that stands nowhere on the page.

import { escaped, h } from './dom.js';

/** What changes within this time is one change: its last state is said. */
const MOMENT_MS = 700;

let voice = null;
let timer = 0;
let sentence = ''; // as markup, said at the end of the moment; what was announced goes before what was only written
let said = '';
let announced = false;

function say(words) {
  sentence = words;
  timer ||= window.setTimeout(() => {
    timer = 0;
    announced = false;
    // What a dialog is open over cannot be heard.
    const place = document.querySelector('dialog[open]') ?? document.body;
    if (voice.parentNode !== place) place.append(voice);
    voice.innerHTML = said = sentence;
  }, MOMENT_MS);
}

/** Say a sentence, which `html` of core/text.js makes, instead of whatever is written in the same moment. */
export function announce(markup) {
  announced = true;
  say(markup);
}

/** What an element says, as markup, without the controls in it; a formula in its words. What no translating browser touches there, it does not touch here. */
function wordsOf(element) {
  const words = [],
    walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const { currentNode: node } = walker,
      { parentElement } = node,
      formula = node instanceof Element && node.matches('.math');
    const textContent = node instanceof Element ? (formula ? node.getAttribute('aria-label') : '') : node.textContent;
    if (!textContent || parentElement.closest('button, kbd, [hidden], [aria-hidden="true"]')) continue;
    const kept = textContent.trim() && !(/** @type {HTMLElement} */ (parentElement).translate);
    words.push(kept ? `<data translate="no">${escaped(textContent)}</data>` : escaped(textContent));
  }
  return words.join('').trim();
}

/** From now on, on the whole page. */
export function tellChanges() {
  voice = h('div.voice', { 'aria-live': 'polite', 'aria-atomic': 'true' });
  document.body.append(voice);
  new MutationObserver((records) => {
    if (announced) return;
    const told = new Set(
      records.map(({ target }) => (target instanceof Element ? target : target.parentElement)?.closest('[data-told]')),
    );
    for (const element of told) {
      const words = element?.checkVisibility() ? wordsOf(element) : '';
      if (words && words !== said) say(words);
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}
