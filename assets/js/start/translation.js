// The station “translation”: the sentence and its translation with the ribbons between them, and the word of which the model was least sure.

import { argmax } from '../core/argmax.js';
import { h, ink, ownPixels } from '../core/dom.js';
import { pieceElement, pieceName, sourcePieces, writtenPieces } from '../core/pieces.js';
import { sentenceView } from '../core/sentence.js';
import { percent } from '../core/text.js';
import { heldCrossLayer, crossRows } from '../translation/head_choice.js';
import { Stop } from './stop.js';

/** The width of a ribbon of 100 %; thinner ones than this share are left out. */
const FULL_PX = 12,
  LEAST = 0.04;

export class TranslationStop extends Stop {
  shown = null;
  room = 0; // words of each side that are laid out
  sides = [h('span.words-of', { translate: 'no' }), h('span.words-of', { translate: 'no' })];

  constructor() {
    super('translation', 'translation.title', () => ({
      screen: 'translation',
      ...(this.shown ? { step: this.shown.least } : {}),
    }));
    this.picture.append(
      this.sides[0],
      this.draws((...given) => this.paint(...given)),
      this.sides[1],
    );
  }

  async load(sentence, wanted) {
    const layer = heldCrossLayer(sentence);
    const [steps, attention] = await Promise.all([
      sentenceView('steps', sentence),
      sentenceView('attention', sentence, { part: 'cross', layer }),
    ]);
    if (!wanted()) return;
    const shares = steps.arrays.chosen_share.data,
      pieces = [sourcePieces(sentence), writtenPieces(sentence)];
    this.shown = {
      sentence,
      pieces,
      shares,
      least: argmax(shares, (share) => -share),
      weights: crossRows(sentence, attention),
    };
    this.room = 0;
    this.redraw();
    this.speak();
  }

  /** As many words of either side as there is room for. */
  lay(height) {
    const line = Number.parseFloat(getComputedStyle(this.sides[0]).lineHeight),
      room = Math.max(3, Math.floor(height / line));
    if (room === this.room) return;
    this.room = room;
    this.shown.pieces.forEach((pieces, i) => {
      const seen = pieces.length > room ? room - 1 : pieces.length;
      this.shown[i ? 'targets' : 'sources'] = seen;
      this.sides[i].replaceChildren(
        ...pieces.slice(0, seen).map((one) => pieceElement(one, { title: one.text })),
        ...(seen < pieces.length ? [h('span.more', {}, `+${pieces.length - seen}`)] : []),
      );
    });
  }

  speak() {
    if (!this.shown) return;
    const { pieces, least, shares, sentence } = this.shown;
    this.tell(percent(shares[least]), 'start.what_translation', {
      written: sentence.written,
      word: pieceName(pieces[1][least]),
    });
  }

  paint(context, width, height) {
    if (!this.shown) return;
    this.lay(height);
    const { sources, targets, weights } = this.shown,
      { top } = context.canvas.getBoundingClientRect(),
      [from, to] = this.sides.map((side) =>
        Array.from(side.children, (one) => {
          const box = one.getBoundingClientRect();
          return ownPixels(context.canvas, (box.top + box.bottom) / 2 - top);
        }),
      );
    context.strokeStyle = ink('key');
    for (let step = 0; step < targets; step++) {
      const row = weights(step);
      for (let source = 0; source < sources; source++) {
        if (row[source] < LEAST) continue;
        const x = width / 2;
        context.globalAlpha = 0.25 + 0.5 * row[source];
        context.lineWidth = row[source] * FULL_PX;
        context.beginPath();
        context.moveTo(2, from[source]);
        context.bezierCurveTo(x, from[source], x, to[step], width - 2, to[step]);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  }
}
