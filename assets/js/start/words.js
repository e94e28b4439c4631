// The station “words”: the tokens, each with the first of the numbers that the encoder's first block reads.

import { signColour, peakOf } from '../core/colours.js';
import { h } from '../core/dom.js';
import { pieceElement, sourcePieces } from '../core/pieces.js';
import { sentenceView } from '../core/sentence.js';
import { whole } from '../core/text.js';
import { Stop } from './stop.js';

/** Numbers of a token that are shown, and tokens for which there is room. */
const NUMBERS = 16,
  TOKENS = 14;

export class WordsStop extends Stop {
  shown = null;
  line = h('span.tokens', { translate: 'no' });
  more = h('span.more', { translate: 'no' });

  constructor() {
    super('words', 'words.title', () => ({ screen: 'words', side: 'source' }));
    this.picture.append(this.line);
    new ResizeObserver(() => this.fit()).observe(this.line);
  }

  async load(sentence, wanted) {
    this.lay(sentence);
    const { arrays } = await sentenceView('words', sentence);
    if (!wanted()) return;
    this.shown.numbers = arrays.source_tokens;
    this.redraw();
  }

  /** The tokens are there before their numbers. */
  lay(sentence) {
    const pieces = sourcePieces(sentence).slice(0, TOKENS);
    this.shown = { sentence, strips: pieces.map(() => h('span.strip-of')), numbers: null };
    this.line.replaceChildren(
      ...pieces.map((one, i) => h('span.token', {}, pieceElement(one, { title: one.text }), this.shown.strips[i])),
      this.more,
    );
    this.fit();
    this.speak();
  }

  /** As many tokens as there is room for, and how many more there are. */
  fit() {
    if (!this.shown) return;
    const tokens = this.shown.strips.map(({ parentElement }) => parentElement),
      all = this.shown.sentence.source.length,
      fits = () => this.line.scrollHeight <= this.line.clientHeight;
    let seen = tokens.length;
    const show = () => {
      tokens.forEach((token, i) => {
        token.hidden = i >= seen;
      });
      this.more.hidden = seen === all;
      this.more.textContent = `+${all - seen}`;
    };
    for (show(); !fits() && seen > 1; show()) seen--;
  }

  speak() {
    if (!this.shown) return;
    const { source, d_model: d } = this.shown.sentence;
    this.tell(`${source.length} × ${whole(d)}`, 'start.what_words', { shown: NUMBERS, d });
  }

  /** @override */
  redraw() {
    if (!this.shown?.numbers) return;
    const { data, shape } = this.shown.numbers,
      rows = this.shown.strips.map((_, token) => data.subarray(token * shape[1], token * shape[1] + NUMBERS)),
      peak = Math.max(...rows.map(peakOf));
    this.shown.strips.forEach((strip, token) => {
      const stops = Array.from(rows[token], (value, i) => {
        const colour = signColour(value / peak),
          at = (place) => `${((100 * place) / NUMBERS).toFixed(2)}%`;
        return `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255}) ${at(i)} ${at(i + 1)}`;
      });
      strip.style.background = `linear-gradient(90deg, ${stops.join(', ')})`;
    });
  }
}
