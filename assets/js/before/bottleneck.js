// One vector for a whole sentence: quality against length as it was measured, and the visitor's own sentence in the hands of all six models.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { sentencesOf } from '../core/recorded.js';
import { recurrentView } from '../core/recurrent.js';
import { requestTranslation } from '../core/sentence.js';
import { on, state, update } from '../core/state.js';
import { digits, html, bindLabel, perCent, bindText, t, whole } from '../core/text.js';
import { placeOf } from '../core/wire.js';
import { tableOf } from './bottleneck_table.js';
import { COMPARED } from './compared.js';
import { LengthCurves } from './length_curves.js';
import { endsOf, lengthRange, score, SideBySide } from './side_by_side.js';

/** Sentences to try are about as many words long as these. */
const LENGTHS = [4, 12, 27];

export function bottleneck(host) {
  let payload = null,
    table = null;
  const curves = new LengthCurves({ hover: (bucket) => measure(bucket) });
  const side = new SideBySide({ light: (model) => curves.light(model) });
  const kinds = h('div.segmented', { role: 'group' }),
    metrics = h('div.segmented', { role: 'group' }),
    lengths = h('div.lengths');
  bindLabel(kinds, 'aria-label', 'before.kinds');
  bindLabel(metrics, 'aria-label', 'before.metrics');
  const reading = h('p.readout.curves-reading', { 'data-told': true });
  const about = h('p.note'),
    story = h('p.length-verdict'),
    source = h('p.note');
  const notes = ['before.bottleneck_see', 'before.bottleneck_try', 'before.bottleneck_not'].map((key) =>
    bindText(h('p.note'), key),
  );
  const link = bindText(
    h('a.action', {
      href: placeOf('quality-by-length.tsv'),
      download: 'quality-by-length.tsv',
    }),
    'before.numbers',
  );
  host.append(
    h('div.bottleneck-controls', {}, kinds, metrics, link),
    h(
      'div.bottleneck-columns',
      {},
      takeable(
        h('div.bottleneck-figure', {}, about, curves.element, reading, story, source, h('div.notes', {}, ...notes)),
        () => payload,
        { title: 'before.bottleneck_heading', of: () => ({ models: COMPARED.map(({ name }) => name), inputs: [] }) },
      ),
      h(
        'div.bottleneck-own',
        {},
        h('div.own-head', {}, bindText(h('h3'), 'before.side_heading'), lengths),
        side.element,
      ),
    ),
  );

  /** Buttons of which one is pressed; the one that was pressed last keeps the focus. */
  function choice(group, values, key, chosen, choose) {
    const focused = group.contains(document.activeElement);
    group.replaceChildren(
      ...values.map((value) =>
        h(
          'button',
          {
            type: 'button',
            'data-value': value,
            'aria-pressed': String(value === chosen),
            onclick: () => choose(value),
          },
          bindText(h('span'), `before.${key}_${value}`),
        ),
      ),
    );
    if (focused) group.querySelector('[aria-pressed="true"]').focus();
  }
  const pick = (values, ...wishes) => wishes.find((wish) => values.includes(wish)) ?? values[0];

  function measure(bucket = null) {
    side.measure(table, bucket ?? table.inside);
    read(bucket === null ? null : table.buckets[bucket]);
  }

  /** What the curves are worth where they are pointed at, for windows in which the table is far below. */
  function read(bucket) {
    if (!bucket?.n) return reading.replaceChildren();
    const metric = t(`before.metric_${table.metric}`),
      at = table.buckets.indexOf(bucket);
    reading.innerHTML = `${html(at === table.inside ? 'before.scores_own' : 'before.scores_at', { ...bucket, metric })}: `;
    const worth = COMPARED.flatMap(({ key, named }) => {
      const point = table.models.find((model) => model.key === key)?.points.find((one) => one.bucket === at);
      return point ? [h('span.worth', {}, `${t(named)} `, h('b', {}, score(point.value)))] : [];
    });
    reading.append(...worth.flatMap((one, i) => (i ? [' · ', one] : [one])));
  }

  /** Everything that follows from the table and the two choices. */
  function lay() {
    const { facts } = payload,
      kind = pick(facts.kinds, state.textKind, 'joined'),
      metric = pick(facts.metrics, state.measure, 'chrf');
    table = tableOf(payload, kind, metric);
    choice(kinds, facts.kinds, 'kind', kind, (textKind) => update({ textKind, measure: metric }));
    choice(metrics, facts.metrics, 'metric', metric, (measure) => update({ textKind: kind, measure }));
    about.innerHTML = html(`before.about_${kind}`, { count: whole(table.buckets.reduce((sum, { n }) => sum + n, 0)) });
    source.innerHTML = html('before.curves_source', { few: facts.few });
    curves.load(table);
    measure(curves.pointed);
    tell();
  }

  /** What the table says of the two networks that differ in attention alone, whatever it is; counted in points and as a share. */
  function tell() {
    const { change, kept } = table.attention,
      all = ['gru', 'attention', 'transformer'].map((key) => table.models.find((model) => model.key === key));
    story.hidden = !all.every(Boolean) || table.first === table.last;
    if (story.hidden) return;
    const verdict = change.low > 0 && kept.low > 1 ? 'more' : change.high < 0 && kept.high < 1 ? 'less' : 'open';
    const ends = all.map((model) => endsOf(model, table));
    const [lead, later] = [0, 1].map((end) => score(ends[1][end] - ends[0][end]));
    story.innerHTML = html(`before.verdict_${verdict}`, {
      from: lengthRange(table.first),
      to: lengthRange(table.last),
      metric: t(`before.metric_${table.metric}`),
      lead,
      later,
      low: score(change.low),
      high: score(change.high),
      least: digits(kept.low),
      most: digits(kept.high),
      ...Object.fromEntries(
        all.flatMap(({ key }, i) => [
          [key, ends[i].map(score).join(' → ')],
          [`${key}_kept`, perCent(((100 * ends[i][1]) / ends[i][0]).toFixed(0))],
        ]),
      ),
    });
  }

  /** Sentences of other lengths, one click away. */
  function offer() {
    const words = (text) => text.split(/\s+/).length;
    const known = sentencesOf(state.boot).map(({ text }) => text),
      offered = LENGTHS.slice(0, known.length).map((length) =>
        known.reduce((best, text) => (Math.abs(words(text) - length) < Math.abs(words(best) - length) ? text : best)),
      );
    lengths.replaceChildren(
      ...[...new Set(offered)].map((text) =>
        h(
          'button.action',
          {
            type: 'button',
            title: text,
            'aria-pressed': String(text === state.sentence.text),
            onclick: () => requestTranslation({ text }),
          },
          bindText(h('span'), 'before.words_long', () => ({ words: words(text) })),
        ),
      ),
    );
  }

  on('lang', () => {
    if (table) {
      lay();
      side.speak();
    }
  });
  on('textKind measure', () => {
    if (table) lay();
  });

  return {
    async show(sentence, wanted) {
      const got = await recurrentView('quality_by_length', sentence);
      if (!wanted()) return;
      payload = got;
      lay();
      offer();
      side.load(sentence, wanted);
    },
    hide() {},
  };
}
