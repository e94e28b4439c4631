// Which head of cross-attention aligns words best and how it was found, and how much of their attention heads give to a token that says nothing of the
// sentence (they park it there: cross-attention and the encoder at the end, the decoder at the start).

import { takeable } from '../core/figure.js';
import { leaders } from '../core/argmax.js';
import { h } from '../core/dom.js';
import { html, percent, bindText, t } from '../core/text.js';

export class Aligning {
  button;
  element;
  facts;
  found;
  counted;
  numbers; // of the alignment, as a file has them

  words = h('p');
  parked = h('p');
  about = bindText(h('p.note'), 'decoder.best_how');
  shares = null; // of each head, and the mean of each layer; none yet
  parking = takeable(
    h(
      'section.card.aligning',
      {},
      bindText(h('h3'), 'decoder.parked_title'),
      this.parked,
      bindText(h('p.note'), 'decoder.parked_how'),
    ),
    () => this.shares,
  );

  /** `go(layer, head)` shows a head. */
  constructor(go) {
    this.button = h(
      'button.action.best-head',
      { type: 'button', onclick: () => go(...this.facts.best) },
      bindText(h('span'), 'decoder.best_go', () => this.bestPlace()),
    );
    this.element = takeable(
      h('section.card.aligning', {}, bindText(h('h3'), 'decoder.best_title'), this.words, this.button, this.about),
      () => this.numbers,
    );
  }

  bestPlace() {
    const [layer, head] = this.facts?.best || [0, 0];
    return { layer: layer + 1, head: head + 1 };
  }

  /** A payload of demo/sentence/views/decoder.py `alignment`. */
  load({ facts, arrays: { partner, found } }) {
    this.numbers = [partner, found];
    this.facts = facts;
    this.found = found.data;
    this.counted = partner.data.filter((one) => one >= 0).length;
    this.speak();
  }

  forget() {
    this.facts = null;
  }

  speak() {
    if (!this.facts) return;
    const { best, why } = this.facts;
    this.button.hidden = !best;
    this.button.firstChild.respeak();
    if (!best) {
      this.words.innerHTML = html(why === 'long' ? 'decoder.best_long' : 'decoder.best_none');
      return;
    }
    const sorted = [...this.found].sort((a, b) => a - b);
    const { equals } = this.facts;
    this.words.innerHTML = html(equals.length > 1 ? 'decoder.best_tied' : 'decoder.best_found', {
      ...this.bestPlace(),
      count: equals.length,
      heads: equals.map(([layer, head]) => t('decoder.layer_head', { layer: layer + 1, head: head + 1 })).join('; '),
      found: sorted.at(-1),
      counted: this.counted,
      least: sorted[0],
      median: sorted[Math.floor(sorted.length / 2)],
    });
  }

  /** How much of its attention every head of the part parks: a payload of demo/sentence/views/decoder.py `heads`. */
  park({ arrays: { parked, parked_layer: mean }, facts }, layer, head, part) {
    this.shares = [parked, mean];
    const [, heads] = parked.shape,
      shares = parked.data.subarray(layer * heads, (layer + 1) * heads),
      { equals, printed } = leaders(shares, percent);
    this.parked.innerHTML = html(part === 'decoder' ? 'decoder.parked_start' : 'decoder.parked_end', {
      head: head + 1,
      share: percent(shares[head]),
      layer: layer + 1,
      most: equals.map((one) => one + 1).join(', '),
      most_share: printed,
      mean: percent(mean.data[layer]),
      all: percent(facts.parked_all),
      even: percent(facts.even),
    });
  }
}
