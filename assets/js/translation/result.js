// How far to trust the translation: its score, why it stopped, what was measured of the model, and a human's version where there is one.

import { h } from '../core/dom.js';
import { equation, given, silent, term } from '../core/equation.js';
import { takeable } from '../core/figure.js';
import { state } from '../core/state.js';
import { html, bindText, t } from '../core/text.js';
import { nats } from './numbers.js';

/** What a score is made of, among the facts of demo/sentence/views/translation.py `steps`. */
const OF_SCORE = ['logprob', 'length', 'alpha', 'rule', 'divisor', 'score', 'given', 'given_logprob'];

export class Result {
  numbers = null; // none yet

  score = h('p.score-sum');
  given = h('p.note.outside-score');
  stopped = h('p.note');
  broken = bindText(h('p.note'), 'note.without_mask');
  measured = h('p.measured');
  meaning = bindText(h('p.note'), 'translation.quality_meaning');
  reference = h('p.human-version');
  element = takeable(
    h(
      'section.result.card',
      {},
      bindText(h('h3'), 'translation.result'),
      this.reference,
      this.broken,
      this.score,
      this.given,
      this.stopped,
      this.measured,
      this.meaning,
    ),
    () => this.numbers,
  );

  show(sentence, { facts }) {
    judge(this.score, facts, { sum: sumOf(facts.given, facts.length), score: t('translation.score') });
    this.given.hidden = !facts.given;
    this.given.innerHTML = html('translation.score_given', {
      given: facts.given,
      logprob: nats(facts.given_logprob),
      whole: nats(facts.logprob + facts.given_logprob),
    });
    this.stopped.innerHTML = html(`translation.stopped_${sentence.stopped_by}`, {
      length: facts.given + facts.length,
    });
    const { figures, model, notes, stopped_by } = sentence;
    this.numbers = { ...Object.fromEntries(OF_SCORE.map((name) => [name, facts[name]])), stopped_by, figures };
    this.broken.hidden = !notes.includes('without_mask');
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

/** What was added up: all tokens, or those that were chosen behind given ones. */
export const sumOf = (given, length) => t(given ? 'translation.sum_chosen' : 'translation.sum_of', { length });

/** How a sum of log-probabilities becomes a score, printed in `host`: { logprob, divisor, score, alpha, rule, length }, and the names of the two. */
export function judge(host, { logprob, divisor, score, alpha, rule, length }, names) {
  const named = (symbol) => (text) => cell([symbol], [term(text)]);
  const power = rule === 'paper' ? ['((5 + ', given(length), ') / 6)'] : [given(length)];
  return equation(host, {
    parts: [
      { value: logprob, write: nats, draw: named(names.sum) },
      '÷',
      {
        value: divisor,
        // What the sum is divided by is a function of the length, as it was used.
        of: {
          parts: [...power, silent('**'), given(alpha)],
          compute: ([tokens, exponent]) => (rule === 'paper' ? (5 + tokens) / 6 : tokens) ** exponent,
        },
        draw: (text, parts) => {
          const drawn = cell([...parts.slice(0, -1), h('sup', {}, parts.at(-1))], [silent('='), term(text)]);
          drawn.setAttribute('data-equation', '');
          return drawn;
        },
      },
    ],
    compute: ([sum, by]) => sum / by,
    result: { value: score, write: nats, draw: named(names.score) },
  });
}

/** A number and, over it, what it is. */
export const cell = (symbol, number) =>
  h('span.cell', {}, h('span.symbol', {}, ...symbol), h('span.number', {}, ...number));
