// Sinks: tokens that receive far more attention than their share, and tokens far longer than the rest.

import { patchAxis } from '../core/axes.js';
import { h } from '../core/dom.js';
import { digits, html, percent, say } from '../core/text.js';
import { rowPeak } from '../instrument/scale.js';
import { PatchTile } from '../instrument/tiles.js';
import { tokenName } from '../core/token_name.js';

const NAMED = 4;
const NOTHING = new Set();

/** The row of a layer in an array [L, N]. */
const ofLayer = ({ shape: [, tokens], data }, layer) => data.subarray(layer * tokens, (layer + 1) * tokens);

/** The sinks of a layer, those that receive most first. */
export function sinksOf({ arrays: { is_sink: isSink, times_even: timesEven } }, layer) {
  const received = ofLayer(timesEven, layer);
  return [...ofLayer(isSink, layer).keys()].filter((token) => ofLayer(isSink, layer)[token]).sort((a, b) => received[b] - received[a]);
}

export class SinksCard {
  constructor() {
    this.received = h('div.sink-tile');
    this.length = h('div.sink-tile');
    this.list = h('ul.sinks');
    this.caption = h('p.note');
    this.captions = [h('figcaption'), h('figcaption')];
    this.element = h('section.card', {}, say(h('h3'), 'attention.sinks'), this.list,
      h('div.sink-maps', {}, h('figure', {}, this.received, this.captions[0]), h('figure', {}, this.length, this.captions[1])), this.caption);
  }

  load(numbers, look, seen) {
    const axis = patchAxis(look);
    Object.assign(this, { numbers, look, tiles: [this.received, this.length].map((box) => {
      const tile = new PatchTile(axis, seen);
      tile.point(null);
      box.replaceChildren(tile.element);
      return tile;
    }) });
  }

  choose(layer) {
    if (!this.tiles) return;
    const { times_even: timesEven, times_median: timesMedian } = this.numbers.arrays;
    [timesEven, timesMedian].forEach((array, i) => {
      const row = ofLayer(array, layer), most = rowPeak(row, NOTHING, this.look.prefix.length);
      this.tiles[i].paint(row, most, NOTHING);
      this.captions[i].innerHTML = html(i ? 'attention.length' : 'attention.received', { most: digits(most) });
    });
    const sinks = sinksOf(this.numbers, layer);
    const lines = sinks.slice(0, NAMED).map((token) => {
      const times = ofLayer(timesEven, layer)[token], length = ofLayer(timesMedian, layer)[token];
      return html('attention.sink', { token: tokenName(token, this.look), share: percent(times / this.look.tokens), times: digits(times), length: digits(length) });
    });
    if (!sinks.length) lines.push(html('attention.no_sinks'));
    if (sinks.length > NAMED) lines.push(html('attention.sinks_more', { n: sinks.length - NAMED }));
    this.list.innerHTML = lines.map((line) => `<li>${line}</li>`).join('');
    this.caption.innerHTML = html('attention.sinks_caption', this.numbers.facts);
  }
}
