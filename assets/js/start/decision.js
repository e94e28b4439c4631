// The station “decision”: the classes that lead.

import { classNames, nameOf } from '../core/class_names.js';
import { h } from '../core/dom.js';
import { percent } from '../core/text.js';
import { view } from '../core/wire.js';
import { Stop } from './stop.js';

const BEST = 5;

export class DecisionStop extends Stop {
  shown = null;
  bars = h('span.start-bars');

  constructor() {
    super('decision', 'decision.title', () => ({ screen: 'decision' }));
    this.picture.append(this.bars);
  }

  async load(look, wanted) {
    const [{ facts, arrays }, names] = await Promise.all([view('decision', look), classNames(look)]);
    if (!wanted()) return;
    this.shown = { facts, names, shares: arrays.probabilities.data, best: [...arrays.order.data.subarray(0, BEST)] };
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { facts, names, shares, best } = this.shown;
    this.bars.replaceChildren(
      ...best.map((index) =>
        h(
          'span.start-bar',
          {},
          h('span.class-name', { title: nameOf(names, index) }, nameOf(names, index)),
          h('span.track', {}, h('span.fill', { style: { width: `${100 * shares[index]}%` } })),
        ),
      ),
    );
    if (!best.length) this.tell('', 'start.what_decision_none');
    else
      this.tell(percent(shares[best[0]]), 'start.what_decision', {
        name: nameOf(names, best[0]),
        classes: facts.classes,
      });
  }
}
