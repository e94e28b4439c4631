// What the model says of the board, beside the same pass with every patch at its place, and how far the two are apart.

import { takeable } from '../core/figure.js';
import { nameOf, scoresOf } from '../core/class_names.js';
import { h } from '../core/dom.js';
import { PairedBars } from '../core/paired_bars.js';
import { html, digits, percent, bindText, small, t } from '../core/text.js';

const EACH = 4;
/** Two passes that differ by less than this in every probability, or by such a share of the largest number, differ by rounding alone. */
const ROUNDING = 1e-5;
const PASSES = ['trained', 'off', 'board'];

export class Answer {
  change = h('p.change', { 'data-told': true });
  bars = new PairedBars(EACH);
  passes = PASSES.map((pass) => {
    const name = h('span.pass-name'),
      best = h('span.pass-best', { translate: 'no' });
    return { pass, name, best, element: h('li', {}, h('span.pass-mark', { 'aria-hidden': true }), name, best) };
  });
  numbers = null;
  apart = h('p.note');
  noHead = h('p.lead', { hidden: true });
  figure = h(
    'div.answer-figure',
    {},
    this.change,
    h('ul.passes', {}, ...this.passes.map(({ element }) => element)),
    this.bars.element,
    this.apart,
  );
  element = takeable(
    h('section.answer', {}, bindText(h('h3'), 'position.answer'), this.figure, this.noHead),
    () => this.numbers,
  );

  /**
   * passes: { trained, off, board }, payloads with probabilities and their order, or of a head that names no class with its numbers; `off` is null until it is here. The board is compared with
   * the pass that differs from it by the order alone.
   */
  show({ passes, positionOn, moved, names, photoQuery }) {
    const count = scoresOf(photoQuery),
      bare = photoQuery.numbers > 0;
    this.figure.hidden = !count;
    this.noHead.hidden = Boolean(count);
    if (!count) {
      this.noHead.innerHTML = html('position.no_head');
      return;
    }
    const compared = positionOn ? passes.trained : passes.off;
    if (!compared) return;
    this.numbers = [...new Set(Object.values(passes))];
    const change = furthest(compared, passes.board),
      told = bare ? digits : points,
      alike = change < ROUNDING * (bare ? largest(compared) : 1);
    const verdict = !moved ? (positionOn ? 'start' : 'off_start') : alike ? 'same' : 'moved';
    const params = {
      change: told(change),
      classes: count,
      moved,
      switched: t(positionOn ? 'position.with' : 'position.without'),
    };
    this.change.innerHTML = html(bare ? `position.numbers_${verdict}` : `position.verdict_${verdict}`, params);
    this.apart.innerHTML = passes.off
      ? html(bare ? 'position.numbers_apart' : 'position.apart', {
          change: told(furthest(passes.trained, passes.off)),
        })
      : '';
    for (const { pass, name, best, element } of this.passes) {
      const payload = passes[pass],
        top = payload?.arrays.order.data[0];
      element.dataset.role = pass === 'board' ? 'after' : payload === compared ? 'before' : 'other';
      name.innerHTML = html(`position.pass_${pass}`, params);
      const says = payload && (bare ? digits : percent)(scores(payload)[top]);
      best.textContent = payload ? `${nameOf(names, top)} ${says}` : '…';
    }
    this.bars.show(compared, moved ? passes.board : compared, names);
  }
}

/** A difference of two probabilities, in percentage points. */
const points = (difference) => small(100 * difference);

/** What a pass says: probabilities, or the numbers of a head that names no class. */
const scores = ({ arrays, facts }) => (facts.numbers ? arrays.logits : arrays.probabilities).data;

const largest = (payload) => Math.max(...scores(payload).map(Math.abs));

/** The largest difference between what two passes say. */
function furthest(one, other) {
  const [a, b] = [one, other].map(scores);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}
