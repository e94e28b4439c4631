// Probabilities of two passes as pairs of bars: as trained above, as changed below, with the classes that lead in either. Of a head that names no class its
// numbers in their own order, as one has no scale for their bars.

import { nameOf } from './class_names.js';
import { h } from './dom.js';
import { digits, percent } from './text.js';

export class PairedBars {
  count;
  rows = [];

  element = h('ol.paired');

  /** count: how many of the best classes of each pass are shown. */
  constructor(count = 3) {
    this.count = count;
  }

  /** before and after: payloads of the view "decision"; the same one twice while nothing is changed. */
  show(before, after, names) {
    const leaders = [after, before].flatMap(({ arrays }) => [...arrays.order.data.subarray(0, this.count)]);
    const bare = after.facts.numbers > 0,
      share = ({ arrays }, index) => (bare ? arrays.logits : arrays.probabilities).data[index],
      write = bare ? digits : percent,
      changed = before !== after;
    const classes = [...new Set(leaders)].sort(bare ? undefined : (a, b) => share(after, b) - share(after, a));
    while (this.rows.length < classes.length) this.rows.push(pair());
    this.element.replaceChildren(...this.rows.slice(0, classes.length).map(({ item }) => item));
    this.element.classList.toggle('changed', changed);
    this.element.classList.toggle('bare', bare);
    classes.forEach((index, i) => {
      const { name, was, now, wasShare, nowShare } = this.rows[i];
      name.textContent = nameOf(names, index);
      was.style.width = bare ? '0' : `${100 * share(before, index)}%`;
      now.style.width = bare ? '0' : `${100 * share(after, index)}%`;
      wasShare.textContent = changed ? write(share(before, index)) : '';
      nowShare.textContent = write(share(after, index));
    });
  }
}

function pair() {
  const row = {
    name: h('span.name', { translate: 'no' }),
    was: h('span.was'),
    now: h('span.now'),
    wasShare: h('span.was-share', { translate: 'no' }),
    nowShare: h('span.now-share', { translate: 'no' }),
  };
  row.item = h(
    'li',
    {},
    row.name,
    h('span.track', { 'aria-hidden': true }, row.was, row.now),
    h('span.shares', {}, row.wasShare, row.nowShare),
  );
  return row;
}
