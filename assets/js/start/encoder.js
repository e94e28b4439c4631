// The station “encoder”: whom the word that is held looks at, in every head of the layer that is held. Its screen opens the whole block.

import { leaders } from '../core/argmax.js';
import { css } from '../core/colours.js';
import { pieceName, sourcePieces } from '../core/pieces.js';
import { RAMP } from '../core/ramp.js';
import { heldLayer, sentenceView } from '../core/sentence.js';
import { state } from '../core/state.js';
import { percent, isolated, t, together } from '../core/text.js';
import { level } from '../instrument/scale.js';
import { Stop } from './stop.js';

export class EncoderStop extends Stop {
  shown = null;

  constructor() {
    super('encoder', 'encoder.title', () => ({ screen: 'encoder', stack: 'encoder' }));
    this.picture.append(this.draws((...given) => this.paint(...given)));
  }

  async load(sentence, wanted) {
    const layers = sentence.layers.encoder,
      layer = heldLayer('encoder', sentence),
      token = Math.min(state.source, sentence.source.length - 1);
    const { arrays } = await sentenceView('block', sentence, { stack: 'encoder', layer, token, source: 0 });
    if (!wanted()) return;
    this.shown = { sentence, layers, layer, token, pattern: arrays['attn.pattern'] };
    this.redraw();
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const {
        sentence,
        layers,
        layer,
        token,
        pattern: {
          data,
          shape: [heads, n],
        },
      } = this.shown,
      pieces = sourcePieces(sentence),
      named = (one) => isolated(pieceName(pieces[one]));
    const { equals, printed } = leaders(data, percent),
      found = (at) => t('start.head_key', { head: Math.floor(at / n) + 1, key: named(at % n) });
    this.tell(t('start.heads', { layers, heads }), 'start.what_encoder', {
      layer: layer + 1,
      name: named(token),
      most: together(equals.map(found)),
      share: printed,
    });
  }

  /** A row of cells for each head, as in the softmax of the block. */
  paint(context, width, height) {
    if (!this.shown) return;
    const {
        data,
        shape: [heads, n],
      } = this.shown.pattern,
      pad = 10,
      [w, tall] = [(width - 2 * pad) / n, (height - 2 * pad) / heads],
      peak = Math.max(...data);
    data.forEach((weight, i) => {
      context.fillStyle = css(RAMP[level(weight, peak)]);
      context.fillRect(pad + (i % n) * w, pad + Math.floor(i / n) * tall, w - 1, tall - 1);
    });
  }
}
