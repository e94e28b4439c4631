// The station “decision”: the classes that lead.

import { classNames, nameOf } from '../core/class_names.js';
import { h } from '../core/dom.js';
import { digits, percent } from '../core/text.js';
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

  async load(photoQuery, wanted) {
    const [{ facts, arrays }, names] = await Promise.all([view('decision', photoQuery), classNames(photoQuery)]);
    if (!wanted()) return;
    const numbers = (facts.numbers ? arrays.logits : arrays.probabilities).data;
    this.shown = { facts, names, numbers, best: [...arrays.order.data.subarray(0, BEST)] };
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { facts, names, numbers, best } = this.shown;
    this.bars.replaceChildren(
      ...best.map((index) =>
        h(
          'span.start-bar',
          {},
          h('span.class-name', { title: nameOf(names, index) }, nameOf(names, index)),
          facts.numbers
            ? h('b', { translate: 'no' }, digits(numbers[index]))
            : h('span.track', {}, h('span.fill', { style: { width: `${100 * numbers[index]}%` } })),
        ),
      ),
    );
    if (!best.length) this.tell('', 'start.what_decision_none');
    else if (facts.numbers)
      this.tell(
        digits(numbers[0]),
        facts.numbers === 1 ? 'start.what_decision_number' : 'start.what_decision_numbers',
        { name: nameOf(names, 0), count: facts.numbers },
      );
    else
      this.tell(percent(numbers[best[0]]), 'start.what_decision', {
        name: nameOf(names, best[0]),
        classes: facts.classes,
      });
  }
}
