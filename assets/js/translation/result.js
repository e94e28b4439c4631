// How far to trust the translation: its score, why it stopped, what was measured of the model, and a human's version where there is one.

import { h } from '../core/dom.js';
import { state } from '../core/state.js';
import { digits, html, say, t } from '../core/text.js';
import { nats } from './numbers.js';

export class Result {
  score = h('p.score-sum');
  stopped = h('p.note');
  measured = h('p.measured');
  meaning = say(h('p.note'), 'translation.quality_meaning');
  reference = h('p.human-version');
  element = h(
    'section.result.card',
    {},
    say(h('h3'), 'translation.result'),
    this.reference,
    this.score,
    this.stopped,
    this.measured,
    this.meaning,
  );

  show(sentence, { facts }) {
    this.score.replaceChildren(
      cell('', t('translation.sum'), nats(facts.logprob)),
      cell('÷', divisor(facts), digits(facts.divisor)),
      cell('=', t('translation.score'), nats(facts.score)),
    );
    this.stopped.innerHTML = html(`translation.stopped_${sentence.stopped_by}`, { length: facts.length });
    const { figures, model } = sentence;
    this.measured.innerHTML =
      figures
        .map(({ of, value }) => html('translation.quality', { on: t(`models.figure_${of}`), value, model }))
        .join('<br>') || html('translation.quality_none', { model });
    this.meaning.hidden = !figures.length;
    const example = state.boot.sentences.find(({ text }) => text === sentence.text.trim());
    this.reference.hidden = !example;
    if (example) this.reference.innerHTML = html('translation.reference', { text: example.reference });
  }
}

/** The function of the length that a score is divided by, as it was used. */
export function divisor({ alpha, rule, length }) {
  const power = h('sup', {}, String(alpha));
  return rule === 'paper' ? h('span', {}, `((5 + ${length}) / 6)`, power) : h('span', {}, String(length), power);
}

export function cell(sign, symbol, value) {
  return h(
    'span.operand',
    {},
    sign ? h('span.sign', {}, sign) : null,
    h('span.cell', {}, h('span.symbol', {}, symbol), h('span.number', {}, value)),
  );
}
