// What attention and MLP add in every layer, as lengths of vectors beside the length of the stream; choosing a layer opens it.

import { takeable } from '../core/figure.js';
import { h, ink, onWidth, pointIn, sharp, smallType } from '../core/dom.js';
import { LayerNumbers } from '../core/layer_numbers.js';
import { update } from '../core/state.js';
import { shareOf } from '../core/equation.js';
import { digits, html, bindLabel, perCent, bindText } from '../core/text.js';

const HEIGHT = 210,
  TOP = 16,
  BOTTOM = 12,
  LEFT = 44;

export class Contributions {
  photoQuery;
  layer;
  query;
  now;
  trained;

  canvas = h('canvas', { role: 'img' });
  layers = new LayerNumbers();
  readout = h('p.readout', { 'data-told': true });
  key = h(
    'ul.line-key',
    {},
    ...['stream', 'attention', 'mlp', 'trained'].map((name) =>
      h(`li.of-${name}`, {}, h('span.mark'), bindText(h('span'), `block.key_${name}`)),
    ),
  );
  box = h('div.contributions-box', {}, this.canvas);
  element = takeable(
    h(
      'section.card.contributions',
      {},
      bindText(h('h3'), 'block.contributions'),
      this.readout,
      this.box,
      this.layers.element,
      this.key,
      bindText(h('p.note'), 'block.contributions_note'),
    ),
    () => this.now && (this.now === this.trained ? this.now : [this.now, this.trained]),
  );

  constructor() {
    bindLabel(this.canvas, 'aria-label', 'block.contributions');
    this.canvas.addEventListener('click', (event) => {
      if (!this.photoQuery) return;
      const { x, width } = pointIn(this.canvas, event),
        column = (width - LEFT) / this.photoQuery.layers;
      update({ layer: Math.min(this.photoQuery.layers - 1, Math.max(0, Math.floor((x - LEFT) / column))) });
    });
    onWidth(this.box, () => this.draw());
  }

  /** now and trained: payloads of the view "contributions", the same one twice while nothing is changed. */
  show({
    photoQuery,
    layer,
    query,
    payload: {
      facts: { off },
    },
    lengths: now,
    trainedLengths: trained,
    name,
  }) {
    this.photoQuery = photoQuery;
    this.layer = layer;
    this.query = query;
    this.now = now;
    this.trained = trained;
    this.layers.show(photoQuery.layers, layer);
    const at = (array, i = layer) => now.arrays[array].data[i * photoQuery.tokens + query],
      said = (part, whole) => shareOf(at(part), at(whole), (share) => perCent(digits(100 * share))),
      attention = said('attention', 'stream'),
      mlp = said('mlp', 'middle');
    this.readout.innerHTML = html(off.includes('residual') ? 'block.hands_over' : 'block.adds', {
      name,
      layer: layer + 1,
      attention: attention.part,
      attention_share: attention.share,
      stream: attention.whole,
      mlp: mlp.part,
      mlp_share: mlp.share,
      middle: mlp.whole,
    });
    this.key.classList.toggle('changed', now !== trained);
    this.draw();
  }

  draw() {
    const width = this.box.clientWidth;
    if (!this.photoQuery || !width) return;
    const {
        photoQuery: { layers, tokens },
        layer,
        query,
        now,
        trained,
      } = this,
      context = sharp(this.canvas, width, HEIGHT);
    const row = ({ arrays }, name) =>
      Array.from({ length: arrays[name].shape[0] }, (_, i) => arrays[name].data[i * tokens + query]);
    const series = [now, trained].map((payload) => ({
      stream: row(payload, 'stream'),
      attention: row(payload, 'attention'),
      mlp: row(payload, 'mlp'),
    }));
    const all = series
      .flatMap(({ stream, attention, mlp }) => [...stream, ...attention, ...mlp])
      .filter((value) => value > 0);
    const low = Math.log10(Math.min(...all)) - 0.06,
      high = Math.log10(Math.max(...all)) + 0.06,
      column = (width - LEFT) / layers;
    const y = (value) =>
      TOP + (1 - (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
    const x = (place) => LEFT + place * column;
    context.fillStyle = ink('sunken');
    context.fillRect(x(layer), 0, column, HEIGHT);
    this.axis(context, low, high, y, width);
    if (now !== trained) this.plot(context, series[1], x, y, column, true);
    this.plot(context, series[0], x, y, column, false);
    this.layers.element.style.paddingInlineStart = `${LEFT}px`;
    this.canvas.setAttribute('aria-label', this.readout.textContent);
  }

  /** Powers of ten and their halves: each step up is a multiple. */
  axis(context, low, high, y, width) {
    context.font = smallType();
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (let power = Math.floor(low); power <= high; power++) {
      for (const times of [1, 2, 5]) {
        const value = times * 10 ** power;
        if (Math.log10(value) < low || Math.log10(value) > high) continue;
        context.fillStyle = ink('line');
        context.fillRect(LEFT, Math.round(y(value)), width - LEFT, 1);
        context.fillStyle = ink('ink-2');
        context.fillText(String(Number(value.toPrecision(2))), LEFT - 8, y(value));
      }
    }
  }

  /** The stream as a line from layer to layer; what is added as a disc (attention) and a square (MLP) in its layer. */
  plot(context, { stream, attention, mlp }, x, y, column, trained) {
    context.strokeStyle = ink('residual');
    context.lineWidth = trained ? 1.5 : 5;
    context.setLineDash(trained ? [4, 4] : []);
    context.globalAlpha = trained ? 0.9 : 0.6;
    context.beginPath();
    stream.forEach((value, i) => context.lineTo(x(i), y(value)));
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
    context.fillStyle = context.strokeStyle = ink(trained ? 'ink-3' : 'ink');
    context.lineWidth = 1.5;
    const size = trained ? 4 : 5;
    attention.forEach((value, i) => {
      context.beginPath();
      context.arc(x(i) + column * 0.33, y(value), size, 0, 2 * Math.PI);
      if (trained) context.stroke();
      else context.fill();
    });
    mlp.forEach((value, i) => {
      const at = [x(i) + column * 0.67 - size, y(value) - size, 2 * size, 2 * size];
      if (trained) context.strokeRect(...at);
      else context.fillRect(...at);
    });
  }
}
