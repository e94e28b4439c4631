// The stations of the sentence: how the first word fades, tokens as numbers, who looks at whom, the mask, the answer. Each shows bytes that its screen asks for.

import { signColour, peakOf } from '../core/colours.js';
import { h, ink } from '../core/dom.js';
import { pieceElement, pieceName, sourcePieces, piece, writtenPieces } from '../core/pieces.js';
import { depthOf, headsOf, sentenceView } from '../core/sentence.js';
import { state } from '../core/state.js';
import { percent, t } from '../core/text.js';
import { share } from '../before/decay.js';
import { hatching } from '../instrument/hatch.js';
import { thumbnails } from '../instrument/matrix_atlas.js';
import { HeadChoice } from '../translation/head_choice.js';
import { Stop } from './stop.js';

const CELLS = ['rnn', 'lstm', 'gru'];
/** Numbers of a token that are shown, and tokens for which there is room. */
const NUMBERS = 16,
  TOKENS = 14;
/** Height of a word in the list beside the ribbons, and the width of a ribbon of 100 %. */
const LINE_PX = 17,
  FULL_PX = 12;

/** Three cells read the sentence and write its translation: how much each word read moves the loss of the last one written. */
class Gradient extends Stop {
  curves = null;
  words = { first: '', last: '' };
  steps = 0;
  legend = h('span.reaches');
  ends = [h('bdi.first'), h('bdi.last')];

  constructor() {
    super('before', 'start.name_before', () => ({
      screen: 'before',
      chapter: 'gradient',
      gradientStep: null,
      gradientCount: 1,
    }));
    this.picture.append(
      this.draws((...given) => this.paint(...given)),
      this.legend,
      h('span.ends', {}, ...this.ends),
    );
  }

  async load(sentence, wanted) {
    const { facts } = await sentenceView('gradient_text', sentence, { cell: CELLS[0], count: 1 });
    const asked = { weights: 'trained', count: 1, step: facts.target.length - 1 };
    const found = await Promise.all(CELLS.map((cell) => sentenceView('gradient', sentence, { cell, ...asked })));
    if (!wanted()) return;
    this.curves = found.map(({ arrays }) => ({
      powers: Array.from(arrays.norms.data, (norm) => (norm > 0 ? Math.log10(norm) : -Infinity)),
      reach: arrays.reach.data[0],
    }));
    const first = piece(facts.source[0], { surface: facts.surfaces[0] });
    this.words = { first: first.text, last: pieceName(piece(facts.target.at(-1))) };
    this.steps = this.curves[0].powers.length - 1;
    this.redraw();
    this.speak();
  }

  speak() {
    if (!this.curves) return;
    this.legend.replaceChildren(
      ...CELLS.map((cell, i) =>
        h('span.reach', { 'data-model': cell }, h('b', {}, cell.toUpperCase()), ` ${share(this.curves[i].reach)}`),
      ),
    );
    this.ends[0].textContent = this.words.first;
    this.ends[1].textContent = this.words.last;
    this.tell('', 'start.what_before', { steps: this.steps, ...this.words });
  }

  /** A word further left was read earlier; a curve that falls to the left forgets it. */
  paint(context, width, height) {
    if (!this.curves) return;
    const all = this.curves.flatMap(({ powers }) => powers.filter(Number.isFinite)),
      low = Math.min(...all),
      high = Math.max(...all);
    const top = 12,
      floor = height - 30;
    const y = (power) => top + ((high - power) / (high - low || 1)) * (floor - top);
    context.strokeStyle = ink('line');
    context.lineWidth = 1;
    const every = Math.max(1, Math.ceil((high - low) / 5));
    for (let power = Math.floor(high); power >= low; power -= every) {
      context.beginPath();
      context.moveTo(0, Math.round(y(power)) + 0.5);
      context.lineTo(width, Math.round(y(power)) + 0.5);
      context.stroke();
    }
    context.lineJoin = 'round';
    this.curves.forEach(({ powers }, i) => {
      context.strokeStyle = ink(`model-${CELLS[i]}`);
      context.lineWidth = 2.6;
      context.beginPath();
      powers.forEach((power, place) => {
        const x = 14 + (place / (powers.length - 1)) * (width - 28);
        if (Number.isFinite(power)) context.lineTo(x, y(power));
      });
      context.stroke();
    });
  }
}

/** The tokens, each with the first of the numbers that the encoder's first block reads. */
class Words extends Stop {
  shown = null;
  line = h('span.tokens', { translate: 'no' });

  constructor() {
    super('words', 'words.title', () => ({ screen: 'words', side: 'source' }));
    this.picture.append(this.line);
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
    const pieces = sourcePieces(sentence),
      more = pieces.length - TOKENS;
    this.shown = { sentence, strips: pieces.slice(0, TOKENS).map(() => h('span.strip-of')), numbers: null };
    this.line.replaceChildren(
      ...this.shown.strips.map((strip, i) => h('span.token', {}, pieceElement(pieces[i]), strip)),
      ...(more > 0 ? [h('span.more', {}, `+${more}`)] : []),
    );
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { source, d_model: d } = this.shown.sentence;
    this.tell(`${source.length} × ${d}`, 'start.what_words', { shown: NUMBERS, d });
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

/** Every head of every layer of the encoder. Its screen is the Decoder's, which shows all three attentions. */
class Encoder extends Stop {
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
      down = Math.min(across, (height - 2 * pad - layers * side) / Math.max(1, layers - 1)),
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

/** One head of the decoder under its mask, and what the encoder hands over. */
class Decoder extends Stop {
  shown = null;
  shape = h('span.shape', { translate: 'no' });

  constructor() {
    super('decoder', 'decoder.title', () => ({ screen: 'decoder', part: 'decoder' }));
    const handed = h('span.handed', {}, h('b', {}, 'K'), h('b', {}, 'V'), this.shape);
    this.picture.append(
      this.draws((...given) => this.paint(...given)),
      handed,
    );
  }

  async load(sentence, wanted) {
    const { arrays } = await sentenceView('heads', sentence, { part: 'decoder' });
    if (!wanted()) return;
    const n = sentence.target.length;
    this.shown = {
      sentence,
      n,
      images: thumbnails(arrays.levels, { queries: n, keys: n, masked: sentence.causal, perHead: true }),
    };
    this.show();
  }

  show() {
    this.redraw();
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { sentence, n } = this.shown,
      heads = headsOf(sentence, 'decoder'),
      shape = [heads, sentence.source.length, sentence.d_model / heads];
    this.shape.textContent = `[${shape.join(', ')}]`;
    this.tell(sentence.causal ? '−∞ → 0' : '', sentence.causal ? 'start.what_decoder' : 'start.what_decoder_open', {
      masked: (n * (n - 1)) / 2,
      all: n * n,
    });
  }

  paint(context, width, height) {
    if (!this.shown) return;
    const { images, sentence } = this.shown,
      layer = Math.min(state.sentenceLayer, depthOf(sentence, 'decoder') - 1),
      head = Math.min(state.sentenceHead, headsOf(sentence, 'decoder') - 1);
    const image = images[layer * headsOf(sentence, 'decoder') + head],
      side = Math.min(width - 24, height - 24);
    const [x, y] = [12, (height - side) / 2];
    context.fillStyle = hatching(context, ink('paper'), ink('line'));
    context.fillRect(x, y, side, side);
    context.imageSmoothingEnabled = false;
    context.drawImage(image, x, y, side, side);
  }
}

/** The sentence and its translation with the ribbons between them, and the word of which the model was least sure. */
class Translation extends Stop {
  shown = null;
  heads = new HeadChoice();
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
    const layer = this.heads.layerOf(sentence);
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
      least: shares.indexOf(Math.min(...shares)),
      weights: this.heads.rows(attention),
    };
    this.lay();
    this.speak();
  }

  /** As many words of either side as there is room for. */
  lay() {
    const room = Math.max(3, Math.floor((this.picture.clientHeight - 12) / LINE_PX));
    this.shown.pieces.forEach((pieces, i) => {
      const seen = pieces.length > room ? room - 1 : pieces.length;
      this.shown[i ? 'targets' : 'sources'] = seen;
      this.sides[i].replaceChildren(
        ...pieces.slice(0, seen).map((one) => pieceElement(one)),
        ...(seen < pieces.length ? [h('span.more', {}, `+${pieces.length - seen}`)] : []),
      );
    });
    this.redraw();
  }

  speak() {
    if (!this.shown) return;
    const { pieces, least, shares, sentence } = this.shown;
    this.tell(percent(shares[least]), 'start.what_translation', {
      written: sentence.written,
      word: pieceName(pieces[1][least]),
    });
  }

  paint(context, width) {
    if (!this.shown?.sources) return;
    const { sources, targets, weights } = this.shown,
      [from, to] = this.sides.map((side) =>
        [...side.children].map(
          (one) => /** @type {HTMLElement} */ (one).offsetTop + /** @type {HTMLElement} */ (one).offsetHeight / 2,
        ),
      );
    context.strokeStyle = ink('key');
    for (let step = 0; step < targets; step++) {
      const row = weights(step);
      for (let source = 0; source < sources; source++) {
        if (row[source] < 0.04) continue;
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

export const sentenceStops = () => [new Gradient(), new Words(), new Encoder(), new Decoder(), new Translation()];
