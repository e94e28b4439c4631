// Sinks: tokens that receive far more attention than their share, and tokens far longer than the rest.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { derived } from '../core/equation.js';
import { digits, html, percent, bindText } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { StillMap } from '../instrument/still.js';

const NAMED = 4;

/** The row of a layer in an array [L, N]. */
const ofLayer = ({ shape: [, tokens], data }, layer) => data.subarray(layer * tokens, (layer + 1) * tokens);

/** The sinks of a layer, those that receive most first. */
export function sinksOf({ arrays: { is_sink: isSink, times_even: timesEven } }, layer) {
  const received = ofLayer(timesEven, layer);
  return [...ofLayer(isSink, layer).keys()]
    .filter((token) => ofLayer(isSink, layer)[token])
    .sort((a, b) => received[b] - received[a]);
}

export class SinksCard {
  numbers;
  photoQuery;

  maps = [new StillMap(), new StillMap()]; // what every token receives, and how long it is
  list = h('ul.sinks');
  caption = h('p.note');
  captions = [h('figcaption'), h('figcaption')];
  element = takeable(
    h(
      'section.card',
      {},
      bindText(h('h3'), 'attention.sinks'),
      this.list,
      h('div.sink-maps', {}, ...this.maps.map((map, i) => h('figure', {}, map.element, this.captions[i]))),
      this.caption,
    ),
    () =>
      this.numbers && [this.numbers.arrays.times_even, this.numbers.arrays.times_median, this.numbers.arrays.is_sink],
  );

  load(numbers, photoQuery, seen) {
    this.numbers = numbers;
    this.photoQuery = photoQuery;
    this.maps.forEach((map) => map.load(photoQuery, seen));
  }

  choose(layer) {
    if (!this.numbers) return;
    const { times_even: timesEven, times_median: timesMedian } = this.numbers.arrays;
    [timesEven, timesMedian].forEach((array, i) => {
      const most = this.maps[i].paint(ofLayer(array, layer));
      this.captions[i].innerHTML = html(i ? 'attention.length' : 'attention.received', { most: digits(most) });
    });
    const sinks = sinksOf(this.numbers, layer);
    const lines = sinks.slice(0, NAMED).map((token) => {
      const times = ofLayer(timesEven, layer)[token],
        length = ofLayer(timesMedian, layer)[token];
      // Of so many keys, of which the sentence above tells, each has as many in an even share.
      const { from: asTimes, said: share } = derived(times, (many) => many / this.photoQuery.tokens, percent);
      return html('attention.sink', {
        token: tokenName(token, this.photoQuery),
        share,
        times: asTimes,
        length: digits(length),
      });
    });
    if (!sinks.length) lines.push(html('attention.no_sinks'));
    if (sinks.length > NAMED) lines.push(html('attention.sinks_more', { n: sinks.length - NAMED }));
    this.list.innerHTML = lines.map((line) => `<li>${line}</li>`).join('');
    this.caption.innerHTML = html('attention.sinks_caption', this.numbers.facts);
  }
}
