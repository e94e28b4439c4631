// The station “decoder”: one head of the decoder under its mask, and what the encoder hands over.

import { h, ink } from '../core/dom.js';
import { depthOf, headsOf, heldHead, heldLayer, sentenceView } from '../core/sentence.js';
import { hatching } from '../instrument/hatch.js';
import { thumbnails } from '../instrument/matrix_atlas.js';
import { Stop } from './stop.js';

/** Room around a picture and below the names of K and V; in a narrower box there is one picture, and a smaller one says nothing. */
const PAD = 12,
  NAMES_PX = 60,
  ROOMY_PX = 190,
  LEAST_PX = 40;

export class DecoderStop extends Stop {
  shown = null;
  shape = h('span.handed-shape', { translate: 'no' });

  constructor() {
    super('decoder', 'decoder.title', () => ({ screen: 'decoder', part: 'decoder' }));
    const handed = h('span.handed', {}, h('b', {}, 'K'), h('b', {}, 'V'), this.shape);
    this.picture.append(
      this.draws((...given) => this.paint(...given)),
      handed,
    );
  }

  async load(sentence, wanted) {
    const [own, cross] = await Promise.all(
      ['decoder', 'cross'].map((part) => sentenceView('heads', sentence, { part })),
    );
    if (!wanted()) return;
    const n = sentence.target.length,
      image = ({ arrays }, keys, masked) => thumbnails(arrays.levels, { queries: n, keys, masked, perHead: true });
    this.shown = {
      sentence,
      n,
      own: image(own, n, sentence.causal),
      cross: image(cross, sentence.source.length, false),
    };
    this.redraw();
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { sentence, n } = this.shown,
      heads = headsOf(sentence, 'decoder'),
      shape = [heads, sentence.source.length, sentence.d_model / heads];
    // Each layer makes its own.
    this.shape.textContent = `${depthOf(sentence, 'cross')} × [${shape.join(', ')}]`;
    this.tell(sentence.causal ? '−∞ → 0' : '', sentence.causal ? 'start.what_decoder' : 'start.what_decoder_open', {
      masked: (n * (n - 1)) / 2,
      all: n * n,
    });
  }

  /** The heads that its screen has on screen: of what was written, and, where there is room, of what was read. */
  paint(context, width, height) {
    if (!this.shown) return;
    const { own, cross, sentence } = this.shown,
      at = (part) => heldLayer(part, sentence) * headsOf(sentence, part) + heldHead(part, sentence);
    const side = Math.min(width > ROOMY_PX ? 0.62 * width : width, height) - 2 * PAD,
      left = width - side - 3 * PAD,
      below = height - NAMES_PX - PAD;
    context.imageSmoothingEnabled = false;
    context.fillStyle = hatching(context, ink('paper'), ink('line'));
    context.fillRect(PAD, PAD, side, side);
    context.drawImage(own[at('decoder')], PAD, PAD, side, side);
    // Each of the sentence's tokens is as wide as each of the translation's.
    const cell = Math.min(left / sentence.source.length, below / sentence.target.length),
      [w, tall] = [cell * sentence.source.length, cell * sentence.target.length];
    if (left > LEAST_PX && below > LEAST_PX) context.drawImage(cross[at('cross')], width - PAD - w, NAMES_PX, w, tall);
  }
}
