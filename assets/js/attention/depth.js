// What changes with depth, on one axis: the atlas above, attention distance and entropy below, layer by layer.

import { h, ink, sharp, smallType } from '../core/dom.js';
import { LayerNumbers } from '../core/layer_numbers.js';
import { update } from '../core/state.js';
import { digits, bindText, t } from '../core/text.js';

const HEIGHT = 150;
const TOP = 20;
const BOTTOM = 8;

export class DepthFigures {
  element;
  photoQuery;
  layer;
  head;

  distance = figure('attention.distance_axis');
  entropy = figure('attention.entropy_axis');
  layers = new LayerNumbers();

  constructor(atlasArea) {
    this.element = h(
      'section.card.depth',
      {},
      bindText(h('h3'), 'attention.depth'),
      bindText(h('p.note'), 'attention.atlas_caption'),
      h(
        'div.depth-grid',
        {},
        h('span'),
        this.layers.element,
        bindText(h('span.axis'), 'attention.heads_axis'),
        atlasArea,
        this.distance.axis,
        this.distance.canvas,
        this.entropy.axis,
        this.entropy.canvas,
      ),
      bindText(h('p.note'), 'attention.distance_caption'),
    );
    for (const { canvas } of [this.distance, this.entropy]) {
      canvas.addEventListener('click', (event) => {
        if (!this.photoQuery) return;
        const box = canvas.getBoundingClientRect();
        update({
          layer: Math.min(
            this.photoQuery.layers - 1,
            Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * this.photoQuery.layers)),
          ),
        });
      });
    }
  }

  load({ distance, entropy }, photoQuery) {
    this.photoQuery = photoQuery;
    this.distance.values = distance.data;
    this.entropy.values = entropy.data;
    this.distance.top = photoQuery.size;
    this.entropy.top = Math.log2(photoQuery.tokens);
  }

  /** The layers can be chosen before their numbers are here. */
  number(layers, layer) {
    this.layers.show(layers, layer);
    this.element.style.setProperty('--layers', String(layers));
  }

  choose(layer, head) {
    this.layer = layer;
    this.head = head;
    this.paint();
  }

  paint() {
    if (!this.photoQuery) return;
    this.dots(this.distance, t('attention.px', { value: digits(this.photoQuery.size) }));
    this.dots(this.entropy, t('attention.bits', { value: digits(Math.log2(this.photoQuery.tokens)) }));
  }

  /** One dot per head and layer; the chosen head is filled, its value written beside it. */
  dots({ canvas, values, top }, topLabel) {
    const width = canvas.parentElement.clientWidth && canvas.clientWidth;
    if (!width) return;
    const { layers, heads } = this.photoQuery,
      context = sharp(canvas, width, HEIGHT),
      column = width / layers;
    const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
    context.fillStyle = ink('sunken');
    context.fillRect(this.layer * column, 0, column, HEIGHT);
    context.strokeStyle = ink('line');
    context.fillStyle = ink('ink-3');
    context.font = smallType();
    context.lineWidth = 1;
    for (const share of [0, 0.5, 1]) {
      context.beginPath();
      context.moveTo(0, y(share * top));
      context.lineTo(width, y(share * top));
      context.stroke();
    }
    context.fillText(topLabel, 2, TOP - 3);
    context.fillText('0', 2, HEIGHT - BOTTOM - 3);
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < heads; head++) {
        const chosen = layer === this.layer && head === this.head;
        context.beginPath();
        context.arc((layer + 0.5) * column, y(values[layer * heads + head]), chosen ? 5.5 : 3.5, 0, 2 * Math.PI);
        context.fillStyle = chosen ? ink('query') : ink('key');
        context.globalAlpha = chosen ? 1 : 0.6;
        context.fill();
      }
    }
    context.globalAlpha = 1;
    const value = values[this.layer * heads + this.head],
      right = this.layer < layers - 2;
    context.fillStyle = ink('ink');
    context.font = smallType('600');
    context.textAlign = right ? 'left' : 'right';
    context.fillText(digits(value), (this.layer + 0.5) * column + (right ? 9 : -9), y(value) + 4);
    canvas.setAttribute('role', 'img'); // of what is not drawn yet there is nothing to name
    canvas.setAttribute('aria-label', `${t('attention.head', { head: this.head + 1 })}: ${digits(value)}`);
    context.textAlign = 'left';
  }
}

function figure(key) {
  return {
    canvas: h('canvas.dots'),
    axis: bindText(h('span.axis'), key),
    values: [],
    top: 1,
  };
}
