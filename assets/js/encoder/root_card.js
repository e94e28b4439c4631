// Why scores are divided by √d_k, measured on this sentence: the variance of q·k by the number of its terms, and one softmax with the root and without.

import { takeable } from '../core/figure.js';
import { h, ink, onWidth, sharp, smallType } from '../core/dom.js';
import { inline } from '../core/equation.js';
import { pieceElement } from '../core/pieces.js';
import { digits, html, bindLabel, percent, bindText, small, t, told, whole } from '../core/text.js';

const HEIGHT = 220,
  LEFT = 52,
  RIGHT = 12,
  TOP = 12,
  BOTTOM = 26;
/** Of more keys the heaviest are drawn, and what the others weigh together is said. */
const MOST = 12;
const WAYS = ['divided', 'undivided'];

export class RootCard {
  shown = null;

  title = bindText(h('h3'), 'encoder.root_title', () => this.params());
  canvas = h('canvas', { role: 'img' });
  plot = h('div.root-plot', {}, this.canvas);
  why = bindText(h('p'), 'encoder.root_why', () => this.params());
  key = h(
    'ul.root-key',
    {},
    ...['growth', 'alone', 'after'].map((name) =>
      h(`li.of-${name}`, {}, h('span.mark'), bindText(h('span'), `encoder.root_${name}`)),
    ),
  );
  variance = h('p.root-worked');
  rowTitle = bindText(h('h4'), 'encoder.root_row', () => this.params());
  named = WAYS.map((way) => bindText(h('span'), `encoder.root_${way}`, () => this.params()));
  ways = h('div.root-ways', { 'aria-hidden': true }, h('span'), ...this.named);
  list = h('ol.root-weights');
  rest = h('p.note', { hidden: true });
  runs = h('p.note', { 'data-told': true });
  reading = h('p.root-reading');
  element = takeable(
    h(
      'section.card.root-card',
      {},
      this.title,
      this.why,
      h(
        'div.root-figures',
        {},
        h('figure', {}, this.plot, this.key, this.variance),
        h('figure', {}, this.rowTitle, this.ways, this.list, this.rest, this.reading, this.runs),
      ),
    ),
    () => this.shown?.arrays,
  );

  constructor() {
    bindLabel(this.canvas, 'aria-label', 'encoder.root_figure', () => this.params());
    onWidth(this.plot, () => this.draw());
  }

  params() {
    const { head = 0, d = '', name = '', pairs = '' } = this.shown ?? {};
    return { head: head + 1, d, name, pairs };
  }

  /** arrays and facts of demo/sentence/views/encoder.py `root`; head, d (d_head), name of the query, axis of the keys, undivided: whether the pass does not divide; masked(key): what the query may not see. */
  show({ payload: { arrays, facts }, head, d, name, axis, undivided, masked }) {
    this.shown = { arrays, head, d, name, axis, masked, pairs: whole(facts.pairs) };
    for (const one of [this.title, this.why, this.rowTitle, ...this.named]) one.respeak();
    this.canvas.setAttribute('aria-label', t('encoder.root_figure', this.params()));
    const [variance] = [arrays.growth.data[head * d + d - 1]];
    told(this.variance, 'encoder.root_measured', { pairs: whole(facts.pairs), d });
    this.variance.append(
      ' ',
      inline({
        parts: [{ value: variance }, '÷', { value: d, write: whole }],
        compute: ([all, terms]) => all / terms,
        result: { value: variance / d },
      }),
    );
    this.drawRow();
    const at = (array) => arrays[array].data[head];
    this.reading.innerHTML = html('encoder.root_reading', {
      name,
      peak: percent(at('peak')),
      undivided_peak: percent(at('undivided_peak')),
      entropy: digits(at('entropy')),
      undivided_entropy: small(at('undivided_entropy')),
      slope: small(at('slope')),
      undivided_slope: small(at('undivided_slope')),
    });
    this.runs.innerHTML = html(undivided ? 'encoder.root_off' : 'encoder.root_runs', this.params());
    this.draw();
  }

  /** The query's weights, key by key in the order of the sentence. */
  drawRow() {
    const { arrays, head, axis, masked } = this.shown,
      n = axis.length,
      of = (way, key) => arrays[way].data[head * n + key],
      largest = (key) => Math.max(...WAYS.map((way) => of(way, key)));
    const keys = Array.from({ length: n }, (_, key) => key);
    const kept = keys.length > MOST ? keys.sort((a, b) => largest(b) - largest(a)).slice(0, MOST) : keys;
    kept.sort((a, b) => a - b);
    this.rest.hidden = kept.length === n;
    if (!this.rest.hidden) {
      const others = Array.from({ length: n }, (_, key) => key).filter((key) => !kept.includes(key)),
        left = (way) => percent(others.reduce((sum, key) => sum + of(way, key), 0));
      this.rest.innerHTML = html('encoder.root_rest', {
        keys: n,
        shown: kept.length,
        rest: n - kept.length,
        share: left('divided'),
        undivided: left('undivided'),
      });
    }
    this.list.replaceChildren(
      ...kept.map((key) =>
        h(
          'li',
          {},
          h('span.key', {}, pieceElement(axis.pieces[key])),
          ...WAYS.map((way) => {
            const fill = h('span.fill');
            fill.style.width = `${100 * of(way, key)}%`;
            return h(
              `span.way.${way}`,
              {},
              h(`span.track${masked(key) ? '.masked' : ''}`, { 'aria-hidden': true }, ...(masked(key) ? [] : [fill])),
              h('span.value', { translate: 'no' }, masked(key) ? '0' : percent(of(way, key))),
            );
          }),
        ),
      ),
    );
  }

  draw() {
    const width = this.plot.clientWidth;
    if (!this.shown || !width) return;
    const { arrays, head, d } = this.shown,
      context = sharp(this.canvas, width, HEIGHT);
    const row = (name) => arrays[name].data.subarray(head * d, (head + 1) * d),
      growth = row('growth'),
      alone = row('alone'),
      top = 1.06 * Math.max(...growth, ...alone);
    const x = (m) => LEFT + ((m - 1) / Math.max(1, d - 1)) * (width - LEFT - RIGHT),
      y = (value) => TOP + (1 - value / (top || 1)) * (HEIGHT - TOP - BOTTOM);
    context.font = smallType();
    context.textBaseline = 'middle';
    for (const share of [0, 0.5, 1]) {
      const value = share * (top / 1.06);
      context.fillStyle = ink('line');
      context.fillRect(LEFT, Math.round(y(value)), width - LEFT - RIGHT, 1);
      context.fillStyle = ink('ink-2');
      context.textAlign = 'right';
      context.fillText(share ? digits(value) : '0', LEFT - 8, y(value));
    }
    context.textAlign = 'left';
    context.fillText('1', x(1), HEIGHT - 10);
    context.textAlign = 'center';
    context.fillText(t('encoder.root_axis'), (LEFT + width - RIGHT) / 2, HEIGHT - 10);
    context.textAlign = 'right';
    context.fillText(whole(d), x(d), HEIGHT - 10);
    curve(context, alone, x, y, ink('ink-3'), [5, 4]);
    curve(context, growth, x, y, ink('query'), []);
    disc(context, x(d) - 1, y(growth[d - 1]), ink('query'));
    disc(context, x(d) - 1, y(growth[d - 1] / d), ink('ink'));
  }
}

function curve(context, values, x, y, colour, dash) {
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.setLineDash(dash);
  context.beginPath();
  values.forEach((value, i) => context.lineTo(x(i + 1), y(value)));
  context.stroke();
  context.setLineDash([]);
}

function disc(context, x, y, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x - 4, y, 5, 0, 2 * Math.PI);
  context.fill();
}
