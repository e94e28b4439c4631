// How saturated the softmax of each head is for the held token: its largest weight, and its entropy, as trained and now.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { digits, perCent, percent, bindText, t } from '../core/text.js';

export class Saturation {
  rows = [];
  numbers = null;
  layer;

  title = bindText(h('h3'), 'block.saturation', () => ({ layer: (this.layer ?? 0) + 1 }));
  bits = h('span.end', { translate: 'no' });
  list = h('ol.saturation-rows');
  note = h('p.note');
  element = takeable(
    h(
      'section.saturation',
      {},
      this.title,
      h(
        'div.saturation-head',
        {},
        h('span'),
        h('span.axis', {}, h('span', {}, '0'), bindText(h('span.what'), 'block.peak'), h('span.end', {}, perCent(100))),
        h('span.axis', {}, h('span', {}, '0'), bindText(h('span.what'), 'block.entropy'), this.bits),
      ),
      this.list,
      this.note,
    ),
    () => this.numbers,
  );

  /** Of demo/photo/views/block.py: peak, entropy [H] now, and as trained. */
  show({ photoQuery, layer, change, payload: { arrays } }) {
    this.numbers = [arrays.peak, arrays.entropy, arrays.trained_peak, arrays.trained_entropy];
    this.layer = layer;
    this.title.respeak();
    const most = Math.log2(photoQuery.tokens),
      changed = Boolean(change);
    this.bits.textContent = t('block.bits', { value: digits(most) });
    this.element.classList.toggle('changed', changed);
    while (this.rows.length < photoQuery.heads) this.rows.push(makeRow());
    this.list.replaceChildren(...this.rows.slice(0, photoQuery.heads).map(({ item }) => item));
    this.rows.slice(0, photoQuery.heads).forEach((row, head) => {
      row.name.textContent = t('block.head', { head: head + 1 });
      // Before the broken layer nothing differs but the last bits of a float.
      for (const { kind, top, words } of [
        { kind: 'peak', top: 1, words: percent },
        { kind: 'entropy', top: most, words: bits },
      ]) {
        const now = arrays[kind].data[head],
          was = arrays[`trained_${kind}`].data[head],
          { fill, tick, value } = row[kind];
        fill.style.width = `${(100 * now) / top}%`;
        tick.style.left = `${(100 * was) / top}%`;
        value.textContent = words(was) === words(now) ? words(now) : `${words(was)} → ${words(now)}`;
      }
    });
    const peaks = (name) => arrays[name].data.reduce((sum, value) => sum + value, 0) / photoQuery.heads;
    this.note.textContent = t(changed ? 'block.saturation_changed' : 'block.saturation_note', {
      was: percent(peaks('trained_peak')),
      now: percent(peaks('peak')),
      keys: photoQuery.tokens,
    });
  }
}

/** Entropy with three digits; nearer to 0 nobody can tell it apart. */
const bits = (value) => (value < 1e-3 ? '< 0.001' : digits(value));

function makeRow() {
  const bar = () => {
    const fill = h('span.fill'),
      tick = h('span.tick'),
      value = h('span.value', { translate: 'no' });
    return { fill, tick, value, element: h('span', {}, h('span.track', { 'aria-hidden': true }, fill, tick), value) };
  };
  const name = h('span.name'),
    peak = bar(),
    entropy = bar();
  return { name, peak, entropy, item: h('li', {}, name, peak.element, entropy.element) };
}
