// Why a sentence has another number of tokens here than on the other screens: these networks have a smaller vocabulary.

import { h } from '../core/dom.js';
import { bindText } from '../core/text.js';

/** A note for the end of a chapter that counts tokens; `load(facts, sentence)` with the tokens that are counted there. */
export function tokensHere() {
  let params = { here: '', there: '', model: '' };
  const element = bindText(h('p.note.tokens-here', { hidden: true }), 'before.tokens_here', () => params);
  return {
    element,
    load({ source }, sentence) {
      params = { here: source.length, there: sentence.source.length, model: sentence.model };
      element.hidden = params.here === params.there;
      element.respeak();
    },
  };
}
