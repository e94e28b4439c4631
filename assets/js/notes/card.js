// One card of the notes: a sentence of the notes, what is put right of it, its matrices, and the arithmetic that leads from one to the next.

import { equation, term } from '../core/equation.js';
import { explain } from '../core/explain.js';
import { takeable } from '../core/figure.js';
import { formulaElement } from '../core/formula.js';
import { h } from '../core/dom.js';
import { bindText, t, told } from '../core/text.js';
import { NumberTable } from './number_table.js';

export class Card {
  constructor(number, matrices, shown) {
    this.number = number;
    this.shown = null;
    this.held = null;
    this.matrices = matrices;
    this.tables = matrices.map(
      ({ key, tone, choose, params = (_) => ({}) }, i) =>
        new NumberTable({
          id: `${number}${'abcdefgh'[i]}`,
          key,
          tone,
          choose: (row, col) => choose(shown())(row, col),
          params: () => (shown() ? { ...shownParams(shown()), ...params(shown()) } : {}),
        }),
    );
    this.lines = h('ol.lines');
    this.right = bindText(h('p.right'), `notes.right_${number}`, () => shownParams(shown()));
    const title = h(
      'h3',
      {},
      h('span.card-number', { translate: 'no' }, String(number)),
      bindText(h('span'), `notes.card_${number}`),
    );
    this.element = takeable(
      h(
        'section.note-card',
        { 'data-card': number },
        h('header', {}, title, bindText(h('blockquote'), `notes.says_${number}`), this.right),
        h('div.matrices', {}, ...this.tables.map(({ element }) => element)),
        this.lines,
      ),
      () => this.shown,
      {
        title: () => `${number} · ${t(`notes.card_${number}`)}`,
        of: () => ({ layers: [this.held.layer], head: this.held.head, token: this.held.token }),
      },
    );
  }

  show(shown, lines) {
    this.shown = [shown.around, shown.block];
    this.held = shown;
    this.right.respeak();
    this.matrices.forEach((matrix, i) => {
      this.tables[i].what.respeak();
      this.tables[i].show(matrix.show(shown));
    });
    this.lines.replaceChildren(...lines[this.number].map((line) => worked(line, shown.photoQuery)));
  }
}

const shownParams = (shown) => {
  if (!shown) return {};
  const { layers, heads, d_model: d } = shown.photoQuery;
  return { layer: shown.layer + 1, head: shown.head + 1, layers, heads, d, all: layers * heads };
};

/** A line of arithmetic; its result opens in the calculator. */
function worked({ key, params, parts, compute, value, write, symbol, opens }, photoQuery) {
  const draw = (text) =>
    h(
      'span.operand',
      {},
      h('span.symbol', {}, symbol ? formulaElement(symbol) : ''),
      opens
        ? h(
            'button.opens',
            {
              type: 'button',
              title: t('calculator.open'),
              onclick: () => explain(opens.name, opens.index, { photoQuery }),
            },
            term(text),
          )
        : h('span.number', {}, term(text)),
    );
  return h(
    'li',
    {},
    told(h('p'), key, params),
    equation(h('p.worked'), { parts, compute, result: { value, write, draw } }),
  );
}
