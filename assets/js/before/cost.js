// Chapter 4, the cost: what a step of each cell takes, as matrices, counted, and measured on this machine.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { needsServer } from '../core/needs_server.js';
import { oneAtATime } from '../core/one_at_a_time.js';
import { isRecorded } from '../core/recorded.js';
import { networkOf } from '../core/recurrent.js';
import { sentenceView } from '../core/sentence.js';
import { on, state, update } from '../core/state.js';
import { digits, html, bindLabel, bindText, t, united, whole } from '../core/text.js';
import { asProblem, fetchView } from '../core/wire.js';
import { matrices, widest } from './matrices.js';
import { tokensHere } from './tokens_here.js';

const ROWS = ['matrices', 'parameters', 'multiplications', 'time'];
const HOW = {
  parameters: 'before.cost_parameters_how',
  multiplications: 'before.cost_multiplications_how',
  time: 'before.cost_time_how',
};

export function cost(host) {
  let costs = null,
    times = null,
    pieces = 0;
  const sizes = bindLabel(h('div.segmented', { role: 'group' }), 'aria-label', 'before.cost_sizes');
  const drawings = h('div.cell-columns'),
    table = h('table.cell-costs'),
    story = h('p.gradient-story', { 'data-told': true }),
    quality = h('p'),
    sentence = h('p'),
    inTokens = tokensHere();
  const measureWords = bindText(h('span'), () =>
    !isRecorded() && (times === null || table.dataset.waiting !== undefined)
      ? 'before.cost_measuring'
      : 'before.cost_measure',
  );
  const measure = h('button.action', { type: 'button', onclick: () => again() }, measureWords);
  const legend = h(
    'div.legend',
    {},
    ...['word', 'state'].map((kind) =>
      h('span', {}, h(`span.swatch.for-${kind}`), bindText(h('span'), `before.cost_${kind}`)),
    ),
  );
  host.append(
    h('div.switches', {}, sizes, ...needsServer(measure)),
    legend,
    takeable(h('div.cost-figure', {}, drawings, h('div.table-box', {}, table)), () => costs && [costs, times], {
      title: 'before.cost_heading',
      at: legend,
      of: () => ({ models: ['rnn', 'lstm', 'gru'].map(networkOf), inputs: [] }),
    }),
    story,
    quality,
    sentence,
    inTokens.element,
    h(
      'div.notes',
      {},
      ...['before.cost_see', 'before.cost_try', 'before.cost_not'].map((key) => bindText(h('p.note'), key)),
    ),
  );

  const ask = oneAtATime(async () => {
    table.dataset.waiting = '';
    measureWords.respeak();
    // A measurement is of its moment: no two addresses are the same.
    try {
      times = await fetchView('sentence/view/cell_times', { run: Date.now() });
    } finally {
      delete table.dataset.waiting;
      measureWords.respeak();
    }
    draw();
  });
  async function again() {
    try {
      await ask();
    } catch (error) {
      update({ problem: asProblem(error) });
    }
  }

  const reading = () => costs.facts.readings.indexOf(state.costSizes);
  const row = (name) =>
    Array.from(costs.facts.cells, (_, i) => costs.arrays[name].data[reading() * costs.facts.cells.length + i]);
  /** Seconds of a step of each cell, as they are printed: whatever is said of them follows from the digits beside it. */
  const timed = () =>
    Array.from(costs.facts.cells, (_, i) =>
      printed(times?.arrays.seconds.data[reading() * costs.facts.cells.length + i]),
    );

  function draw() {
    if (!costs) return;
    const {
        facts: { cells, gates, readings },
      } = costs,
      counts = cells.map((cell) => gates[cell].length);
    const sizesOf = (at) =>
      cells.map((_, i) =>
        Array.from(costs.arrays.sizes.data.slice(2 * (at * cells.length + i), 2 * (at * cells.length + i) + 2)),
      );
    const now = sizesOf(reading()),
      room = Math.max(...readings.map((_, at) => widest(sizesOf(at), counts)));
    sizes.replaceChildren(
      ...readings.map((name, at) =>
        h(
          'button',
          {
            type: 'button',
            'aria-pressed': String(name === state.costSizes),
            onclick: () => update({ costSizes: name }),
          },
          t(`before.cost_${name}`, { units: sizesOf(at)[0][1] }),
        ),
      ),
    );
    quality.innerHTML = html('before.cost_quality', costs.facts.quality);
    drawings.replaceChildren(
      ...cells.map((cell, i) =>
        h(
          'figure.cell-column',
          { 'data-cell': cell },
          h('h3', {}, cell.toUpperCase()),
          matrices(cell, now[i], gates[cell], room),
          said(h('figcaption'), 'before.cost_units', { words: now[i][0], units: now[i][1] }),
        ),
      ),
    );
    fill(cells, counts);
    tell(cells);
  }

  function fill(cells, counts) {
    const seconds = timed();
    const shares = {
      matrices: counts.map((count) => count / counts[0]),
      parameters: row('parameters_ratio'),
      multiplications: row('multiplications_ratio'),
      time: seconds.map((one) => one / seconds[0]),
    };
    const values = {
      matrices: counts.map(String),
      parameters: row('parameters').map(whole),
      multiplications: row('multiplications').map(whole),
      time: seconds.map(duration),
    };
    const most = Math.max(...Object.values(shares).flat().filter(Number.isFinite));
    const how = {
      time: { steps: times ? whole(times.facts.steps[reading()]) : '…', threads: times?.facts.threads ?? '…' },
    };
    table.replaceChildren(
      h('thead', {}, h('tr', {}, h('td'), ...cells.map((cell) => h('th', { scope: 'col' }, cell.toUpperCase())))),
      h(
        'tbody',
        {},
        // A step is timed by a server.
        ...ROWS.filter((name) => name !== 'time' || !isRecorded()).map((name) =>
          h(
            'tr',
            { 'data-row': name, ...(name === 'time' && { 'data-measured': '' }) },
            h(
              'th',
              { scope: 'row' },
              t(`before.cost_${name}`),
              HOW[name] ? said(h('span.how'), HOW[name], how[name]) : null,
            ),
            ...cells.map((_, i) =>
              h(
                'td',
                {},
                h('span.amount', {}, values[name][i]),
                h('span.times', {}, Number.isFinite(shares[name][i]) ? `× ${digits(shares[name][i])}` : ''),
                h('span.bar', { 'aria-hidden': 'true', style: { width: `${(100 * (shares[name][i] || 0)) / most}%` } }),
              ),
            ),
          ),
        ),
      ),
    );
  }

  /** What the numbers say; the comparison of GRU and LSTM is of cells of one size. */
  function tell(cells) {
    story.innerHTML = sentence.innerHTML = '';
    story.dataset.measured = sentence.dataset.measured = ''; // another number each time
    if (!times) return;
    const of = (cell, values) => values[cells.indexOf(cell)],
      seconds = timed(),
      share = (array) => digits(array.data[cells.indexOf('gru')] / array.data[cells.indexOf('lstm')]);
    story.innerHTML = html('before.cost_story', {
      parameters: share(costs.arrays.parameters),
      multiplications: share(costs.arrays.multiplications),
      time: digits(of('gru', seconds) / of('lstm', seconds)),
    });
    sentence.innerHTML = html('before.cost_sentence', {
      pieces,
      ...Object.fromEntries(cells.map((cell) => [cell, duration(pieces * of(cell, seconds))])),
    });
  }

  on('lang costSizes', draw);
  return {
    async show(said, wanted) {
      const [counted, text] = await Promise.all([
        fetchView('sentence/view/cell_costs', {}),
        sentenceView('gradient_text', said, { cell: 'gru', count: 1 }),
      ]);
      if (!wanted()) return;
      costs = counted;
      pieces = text.facts.source.length;
      inTokens.load(text.facts, said);
      draw();
      if (!times && !isRecorded()) await ask();
    },
    hide() {
      /* nothing moves by itself */
    },
  };
}

const printed = (seconds) => seconds && Number(seconds.toPrecision(3));

const duration = (seconds) =>
  seconds === undefined
    ? '…'
    : seconds < 1e-3
      ? united(digits(1e6 * seconds), 'µs')
      : seconds < 1
        ? united(digits(1e3 * seconds), 'ms')
        : united(digits(seconds), 's');
function said(element, key, params) {
  element.innerHTML = html(key, params);
  return element;
}
