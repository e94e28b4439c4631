// The decision as bars: one row per class, longest first; of a head that names no class, its numbers. The rows stay, so a new photo moves the
// bars instead of replacing them.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { listKeys } from '../core/keys.js';
import { shareAxis } from '../core/share_axis.js';
import { percent, bindText, digits, whole } from '../core/text.js';
import { englishOf, nameOf } from '../core/class_names.js';
import { hundredths } from './numbers.js';

export class Bars {
  events;
  rows = [];
  numbers = null;
  list;
  element;
  bare = false; // numbers of a head that names no class
  what = bindText(h('span.class-name'), () => (this.bare ? 'decision.column_output' : 'decision.column_class'));
  score = bindText(h('span.logit'), () => (this.bare ? 'decision.column_number' : 'decision.column_logit'));

  /** events: preview(class or null) while the pointer or the keyboard is on a row, hold(class) when it is pressed; `at`: where the bars are taken away. */
  constructor(events, at) {
    this.events = events;
    this.list = listKeys(h('ol.class-rows', { onpointerleave: () => events.preview(null) }));
    this.element = takeable(
      h(
        'div.class-bars',
        {},
        h(
          'div.bars-head',
          { 'aria-hidden': true },
          h('span'),
          this.what,
          shareAxis(),
          bindText(h('span.probability'), 'decision.column_probability'),
          this.score,
        ),
        this.list,
      ),
      () => this.numbers,
      { title: 'decision.heading', at },
    );
  }

  /** Show the best `top` classes, and the held one below them when it is not among them. */
  show({ facts, arrays, names, top, held }) {
    const { order, probabilities, logits } = arrays,
      bare = Boolean(facts.numbers);
    this.numbers = bare ? [logits] : [order, probabilities, logits];
    this.bare = bare;
    this.element.classList.toggle('bare', bare);
    for (const head of [this.what, this.score]) head.respeak();
    const best = [...order.data.subarray(0, top)];
    const classes = best.includes(held) ? best : [...best, held];
    while (this.rows.length < classes.length) this.rows.push(this.row());
    // Rows are added and taken away at the end only: a row that is moved would lose the focus.
    while (this.list.children.length > classes.length) this.list.lastChild.remove();
    this.list.append(...this.rows.slice(this.list.children.length, classes.length).map(({ item }) => item));
    classes.forEach((index, i) => {
      const row = this.rows[i],
        share = probabilities.data[index];
      row.index = index;
      row.item.classList.toggle('apart', i >= best.length);
      row.button.setAttribute('aria-pressed', String(index === held));
      row.rank.textContent = whole((i < best.length ? i : order.data.indexOf(index)) + 1);
      row.name.textContent = nameOf(names, index);
      row.english.textContent = englishOf(names, index);
      row.fill.style.width = bare ? '0' : `${100 * share}%`;
      row.probability.textContent = bare ? '' : percent(share);
      row.logit.textContent = (bare ? digits : hundredths)(logits.data[index]);
    });
  }

  /** Mark the class whose arithmetic is on screen. */
  mark(index) {
    for (const row of this.rows) row.item.classList.toggle('shown', row.index === index);
  }

  row() {
    const row = { index: -1 };
    const span = (name) => {
      row[name] = h(`span.${name}`, { translate: 'no' });
      return row[name];
    };
    row.button = h(
      'button.class-row',
      {
        type: 'button',
        onclick: () => this.events.hold(row.index),
        onfocus: () => this.events.preview(row.index),
        onblur: () => this.events.preview(null),
        // Of a mouse that lies still where a row comes to lie nothing is pointed at.
        onpointermove: (event) => {
          if (event.pointerType === 'mouse' && !row.item.matches('.shown')) this.events.preview(row.index);
        },
      },
      span('rank'),
      h('span.class-name', {}, span('name'), span('english')),
      h('span.track', {}, span('fill')),
      span('probability'),
      span('logit'),
    );
    row.english.lang = 'en';
    row.item = h('li', {}, row.button);
    return row;
  }
}
