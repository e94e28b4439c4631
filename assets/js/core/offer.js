// Another text in place of one that was typed, because that one reads otherwise than it looks (demo/sentence/typed.py): offered, never taken unasked.

import { h } from './dom.js';
import { bindText, has, isolated } from './text.js';

/** What is odd about the text, what another would change, and a button that hands the other one to `take`. */
export function offerLine({ code, text, signs, tokens: [now, then], same }, take) {
  const key = `offer.${code}${same ? '_same' : ''}`;
  return h(
    'p.offer',
    {},
    bindText(h('span'), has(key) ? key : `offer.${code}`, () => ({
      text: isolated(text),
      signs: signs.join(', '),
      now,
      then,
    })),
    h(
      'button.action',
      { type: 'button', 'data-offer': code, onclick: () => take(text) },
      bindText(h('span'), `offer.take_${code}`),
    ),
  );
}
