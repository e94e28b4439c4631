// The station “encoder”: every head of every layer of the encoder. Its screen is the Decoder's, which shows all three attentions.

import { depthOf, headsOf, sentenceView } from '../core/sentence.js';
import { t } from '../core/text.js';
import { thumbnails } from '../instrument/matrix_atlas.js';
import { Stop } from './stop.js';

export class EncoderStop extends Stop {
  shown = null;

  constructor() {
    super('encoder', 'start.name_encoder', () => ({ screen: 'decoder', part: 'encoder' }));
    this.picture.append(this.draws((...given) => this.paint(...given)));
  }

  async load(sentence, wanted) {
    const { arrays } = await sentenceView('heads', sentence, { part: 'encoder' });
    if (!wanted()) return;
    const n = sentence.source.length;
    this.shown = {
      sentence,
      layers: depthOf(sentence, 'encoder'),
      heads: headsOf(sentence, 'encoder'),
      images: thumbnails(arrays.levels, { queries: n, keys: n, masked: false }),
    };
    this.redraw();
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { layers, heads, sentence } = this.shown;
    this.tell(t('start.heads', { layers, heads }), 'start.what_encoder', { n: sentence.source.length });
  }

  paint(context, width, height) {
    if (!this.shown) return;
    const { layers, heads, images } = this.shown,
      gap = 3,
      pad = 10;
    const side = Math.floor(Math.min((width - 2 * pad + gap) / heads - gap, (height - 2 * pad + gap) / layers - gap));
    const across = (width - 2 * pad - heads * side) / Math.max(1, heads - 1),
      down = Math.min(16, (height - 2 * pad - layers * side) / Math.max(1, layers - 1)),
      top = (height - layers * side - (layers - 1) * down) / 2;
    context.imageSmoothingEnabled = false;
    images.forEach((image, i) =>
      context.drawImage(
        image,
        pad + (i % heads) * (side + across),
        top + Math.floor(i / heads) * (side + down),
        side,
        side,
      ),
    );
  }
}
