// One voice for those who listen: what is held and what changed is said in one place, one sentence at a time, not more often than can be heard.
//
// An element with the attribute data-told is told whenever its words become others, with data-told="here" only to whoever is in its section: a reading that is written
// anew for another sentence was asked for by nobody. `announce` says a sentence that stands nowhere on the page.

import { escaped, h } from './dom.js';
import { t } from './text.js';

/** What changes within this time is one change: its last state is said. */
const MOMENT_MS = 700;

let voice = null;
let timer = 0;
let announced = ''; // as markup, to be said at the end of the moment instead of what was written
const written = new Set(); // the elements that were written anew in the moment, the last at the end
let said = '';

function sayLater() {
  timer ||= window.setTimeout(() => {
    timer = 0;
    const words = announced || lastWritten();
    announced = '';
    written.clear();
    if (!words) return;
    // What a dialog is open over cannot be heard.
    const place = document.querySelector('dialog[open]') ?? document.body;
    if (voice.parentNode !== place) place.append(voice);
    voice.innerHTML = said = words;
  }, MOMENT_MS);
}

/** Say a sentence, which `html` of core/text.js makes, instead of whatever is written in the same moment. */
export function announce(markup) {
  announced = markup;
  sayLater();
}

/** What was written last and can be seen, as markup; nothing where it was said already. Asked once a page is painted: asked before, it has the browser work out the whole page's style for itself. */
function lastWritten() {
  for (const element of [...written].reverse()) {
    const words = element.checkVisibility() && isHeard(element) ? wordsOf(element) : '';
    if (words && words !== said) return words;
  }
  return '';
}

const isHeard = (element) =>
  element.dataset.told !== 'here' || (element.closest('section') ?? element).matches(':focus-within');

/** What an element says, as markup, without the controls in it and what it invites to; a formula in its words, and what is raised as the power it is. What is not to be translated there is marked here as well. */
function wordsOf(element) {
  const words = [],
    walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const { currentNode: node } = walker,
      { parentElement } = node,
      textContent = node instanceof Element ? spoken(node) : node.textContent;
    if (!textContent || parentElement.closest('button, kbd, sup, .by-hand, [hidden], [aria-hidden="true"]')) continue;
    const kept = textContent.trim() && !(/** @type {HTMLElement} */ (parentElement).translate);
    words.push(kept ? `<data translate="no">${escaped(textContent)}</data>` : escaped(textContent));
  }
  return words.join('').trim();
}

/** What an element is read as in the place of its text; '' where it is read as that. */
function spoken(element) {
  if (element.matches('.math')) return element.getAttribute('aria-label');
  return element.matches('sup') ? t('formula.power', { base: '', power: element.textContent }) : '';
}

/** From now on, on the whole page. */
export function tellChanges() {
  voice = h('div.voice', { 'aria-live': 'polite', 'aria-atomic': 'true' });
  document.body.append(voice);
  new MutationObserver((records) => {
    for (const { target } of records) {
      const told = (target instanceof Element ? target : target.parentElement)?.closest('[data-told]');
      if (!told) continue;
      written.delete(told);
      written.add(told);
      sayLater();
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}
