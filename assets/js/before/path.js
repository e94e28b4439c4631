// Chapter 6, the path: how many steps lie between a word read and a word written, and what a layer of each kind costs.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { given, inline } from '../core/equation.js';
import { pieceName } from '../core/pieces.js';
import { hintScroll } from '../core/scroll_hint.js';
import { sentenceView } from '../core/sentence.js';
import { on, state, update } from '../core/state.js';
import { digits, isolated, html, bindText, t, told, whole } from '../core/text.js';
import { formulaElement } from '../core/formula.js';
import { KINDS, PathFigure } from './path_figure.js';
import { tokensHere } from './tokens_here.js';

const FORMULAS = {
  self_attention: ['n^2 · d_model', '1', '1'],
  recurrent: ['n · d_model^2', 'n', 'n'],
  convolutional: ['w · n · d_model^2', '1', 'log_w n'],
  restricted: ['w · n · d_model', '1', 'n / w'],
};

/** What the table is made of, among the facts of demo/recurrence/endpoints/recurrence.py `path`. */
const COUNTED = ['table', 'n', 'd', 'kernel', 'window'];

export function path(host) {
  let shown = null;
  const figure = new PathFigure({
    hold: ({ from, to }) =>
      update(from === undefined ? { recurrentStep: shown.facts.source.length + to } : { recurrentSource: from }),
  });
  const rows = h('div.path-rows'),
    counts = () => shown && Object.fromEntries(COUNTED.map((name) => [name, shown.facts[name]])),
    table = takeable(h('figure.path-table', {}, rows), counts, { title: 'before.path_heading' });
  const notes = ['before.path_see', 'before.path_try', 'before.path_not'].map((key) => bindText(h('p.note'), key));
  const counted = tokensHere();
  const fed = bindText(h('p.note.path-given'), 'before.path_given', () => ({
    model: state.sentence?.model ?? '',
    text: state.sentence?.written ?? '',
  }));
  const drawn = takeable(h('div.path-taken', {}, fed, figure.element), () => shown, { title: 'before.path_heading' });
  host.append(drawn, h('div.chain-words', {}, table, h('div.notes', {}, counted.element, ...notes)));

  async function show(sentence, wanted) {
    const payload = await sentenceView('path', sentence);
    if (!wanted()) return;
    shown = payload;
    fed.respeak();
    counted.load(payload.facts, sentence);
    lay();
  }

  function lay() {
    figure.load(shown.facts);
    rows.replaceChildren(...tableOf(shown.facts));
    follow();
  }

  /** Where the path begins and ends: the word read that is held, and the step that is held or else the last. */
  function held() {
    const { source, target } = shown.facts,
      step = state.recurrentStep - source.length;
    return {
      from: Math.min(state.recurrentSource, source.length - 1),
      to: step < 0 ? target.length - 1 : Math.min(step, target.length - 1),
    };
  }

  function follow() {
    if (!shown || state.screen !== 'before' || state.chapter !== 'path') return;
    const { from, to } = held(),
      { facts, arrays } = shown,
      sources = facts.source.length,
      at = from * facts.target.length + to;
    figure.show({ from, to });
    const steps = {
      recurrent: arrays.recurrent.data[at],
      attention: arrays.attention.data[at],
      transformer: arrays.attention.data[at],
    };
    const params = {
      recurrent: {
        inside: sources - 1 - from,
        handed: 1,
        outside: to,
        sum: inline({
          parts: [given(sources), '−', given(from), '+', given(to)],
          compute: ([read, start, end]) => read - start + end,
          result: given(steps.recurrent),
        }),
      },
      attention: { word: isolated(pieceName(figure.source[from])), inside: from },
      transformer: {},
    };
    figure.rows.forEach(({ count, unit, words }, i) => {
      const kind = KINDS[i];
      count.textContent = whole(steps[kind]);
      unit.textContent = t(steps[kind] === 1 ? 'before.path_one' : 'before.path_steps');
      told(words, `before.path_${kind}_told`, params[kind]);
    });
  }

  on('recurrentStep recurrentSource', follow);
  on('lang', () => {
    if (shown) lay();
  });
  return { show, hide() {} };
}

/** Table 1 with this sentence's numbers behind the paper's formulas. */
function tableOf({ table, n, d, kernel, window }) {
  const heads = ['layer', 'operations', 'sequential', 'longest'].map((key) =>
    bindText(h('th', { scope: 'col' }), `before.path_${key}`),
  );
  const rows = table.map(({ kind, operations, sequential, path: longest }) =>
    h(
      `tr.${kind}`,
      {},
      bindText(h('th', { scope: 'row' }), kind === 'recurrent' ? 'before.path_recurrent_layer' : `before.path_${kind}`),
      ...[operations, sequential, longest].map((value, i) =>
        h(
          'td',
          {},
          h('span.formula', {}, formulaElement(`O(${FORMULAS[kind][i]})`)),
          h('span.value', {}, whole(value)),
        ),
      ),
    ),
  );
  const cheaper = n <= d,
    note = h('p.note'),
    caption = h('figcaption');
  note.innerHTML = html(cheaper ? 'before.path_cheaper' : 'before.path_dearer', {
    n,
    d,
    times: digits(cheaper ? d / n : n / d),
  });
  caption.innerHTML = html('before.path_table', { n, d, kernel, window });
  return [
    hintScroll(
      h('div.path-table-box', {}, h('table', {}, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows))),
    ),
    caption,
    note,
  ];
}
