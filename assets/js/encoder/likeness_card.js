// Whether the word most like the held one wins its attention: q·k and the cosine of what the matrices read, key by key, and whether they agree here.

import { leaders } from '../core/argmax.js';
import { h } from '../core/dom.js';
import { inline } from '../core/equation.js';
import { takeable } from '../core/figure.js';
import { pieceElement } from '../core/pieces.js';
import { digits, html, isolated, bindLabel, bindText, together, told } from '../core/text.js';

/** Of more keys only those are shown that fit best or are most alike, and this is said. */
const MOST = 14;

export class LikenessCard {
  shown = null;

  title = bindText(h('h3'), 'encoder.like_title', () => this.params());
  why = bindText(h('p'), () => (this.shown?.self === null ? 'encoder.like_why_cross' : 'encoder.like_why'));
  verdict = h('p.like-verdict', { 'data-told': 'here' });
  head = h(
    'tr',
    {},
    bindText(h('th', { scope: 'col' }), 'encoder.like_key'),
    bindText(h('th', { scope: 'col' }), 'encoder.like_fit'),
    bindText(h('th', { scope: 'col' }), 'encoder.like_cosine'),
  );
  rows = h('tbody');
  rest = bindText(h('p.note', { hidden: true }), 'encoder.like_rest', () => ({ shown: MOST, keys: this.keys }));
  keys = 0;
  worked = h('p.root-worked');
  element = takeable(
    h(
      'section.card.like-card',
      {},
      this.title,
      this.why,
      h('table.like-table', {}, h('thead', {}, this.head), this.rows),
      this.rest,
      h('div.like-told', {}, this.verdict, this.worked),
    ),
    () => this.shown?.payload,
    { of: () => ({ head: this.shown?.head }) },
  );

  /** `explain(key)` opens the arithmetic of the score of the held query and that key. */
  constructor({ explain }) {
    this.explain = explain;
  }

  params() {
    const { head = 0, name = '' } = this.shown ?? {};
    return { head: head + 1, name };
  }

  /** arrays and facts of demo/sentence/views/encoder.py `likeness`; head, name of the query, its token where it is one of the keys, axis of the keys. */
  show({ payload, head, name, self, axis }) {
    const { arrays, facts } = payload,
      n = axis.length,
      fit = [...arrays.fit.data.subarray(head * n, (head + 1) * n)],
      inner = arrays.inner.data,
      lengths = arrays.lengths.data,
      [length] = arrays.length.data,
      cosine = [...inner].map((value, key) => value / (length * lengths[key]));
    this.shown = { payload, head, name, self };
    this.title.respeak();
    this.why.respeak();
    const others = cosine.map((value, key) => (key === self || fit[key] === -Infinity ? -Infinity : value)),
      fits = leaders(fit, digits),
      likes = facts.alike === null ? null : leaders(others, digits),
      alike = likes ? likes.best : null;
    this.draw({ fit, cosine, axis, best: fits.equals, alike: likes ? likes.equals : [], self });
    const called = (key) => isolated(axis.words[key]),
      all = ({ equals }) => together(equals.map(called));
    const { agreeing, tied, queries } = counts(arrays, head);
    this.verdict.innerHTML = [
      html(`encoder.like_${verdict(fits, likes, self)}`, {
        name,
        best: all(fits),
        best_fit: fits.printed,
        best_cosine: digits(cosine[fits.best]),
        ...(likes && { alike: all(likes), alike_fit: digits(fit[alike]), alike_cosine: likes.printed }),
      }),
      ...(queries
        ? [
            html(self === null ? 'encoder.like_all_cross' : 'encoder.like_all', { head: head + 1, agreeing, queries }),
            ...(tied ? [html('encoder.like_all_tied', { tied })] : []),
          ]
        : []),
    ].join(' ');
    this.worked.hidden = alike === null;
    if (alike === null) return;
    told(this.worked, 'encoder.like_worked', { name, alike: called(alike) });
    this.worked.append(
      ' ',
      inline({
        parts: [{ value: inner[alike] }, '÷', { value: length }, '÷', { value: lengths[alike] }],
        compute: ([product, one, other]) => product / one / other,
        result: { value: cosine[alike] },
      }),
    );
  }

  draw({ fit, cosine, axis, best, alike, self }) {
    let keys = fit.map((_, key) => key);
    this.keys = keys.length;
    this.rest.hidden = keys.length <= MOST;
    this.rest.respeak();
    if (keys.length > MOST) {
      const rank = (values) => [...keys].sort((a, b) => values[b] - values[a]);
      const [byFit, byCosine] = [rank(fit), rank(cosine)];
      const place = (key) => Math.min(byFit.indexOf(key), byCosine.indexOf(key));
      keys = [...keys].sort((a, b) => place(a) - place(b)).slice(0, MOST);
      keys.sort((a, b) => a - b);
    }
    this.rows.replaceChildren(
      ...keys.map((key) => {
        const masked = fit[key] === -Infinity;
        const score = h('button.like-number', { type: 'button', onclick: () => this.explain(key) }, digits(fit[key]));
        bindLabel(score, 'aria-label', 'encoder.like_open', () => ({
          key: isolated(axis.words[key]),
          value: digits(fit[key]),
        }));
        return h(
          'tr',
          { 'data-key': key },
          h('th', { scope: 'row' }, pieceElement(axis.pieces[key])),
          h(`td${best.includes(key) ? '.winner' : ''}${masked ? '.masked' : ''}`, {}, masked ? '−∞' : score),
          h(
            `td${alike.includes(key) ? '.winner' : ''}${key === self ? '.self' : ''}`,
            { translate: 'no' },
            digits(cosine[key]),
          ),
        );
      }),
    );
  }
}

/** What of fit and likeness there is to say: a query that sees only itself, several that are printed alike, one that fits itself best, one where both agree, or not. */
export function verdict(fits, likes, self) {
  if (likes === null) return 'alone';
  if (fits.equals.length > 1 || likes.equals.length > 1) return 'tied';
  if (fits.best === self) return 'itself';
  return fits.best === likes.best ? 'agree' : 'differ';
}

/** Over all queries that see another token, of one head: for how many the most alike one wins, and for how many the printed digits name no winner. */
export function counts({ same, fits, likes }, head) {
  const n = likes.shape[0],
    apart = ({ data }, row) => data[2 * row + 1] === -Infinity || digits(data[2 * row]) !== digits(data[2 * row + 1]);
  const found = { agreeing: 0, tied: 0, queries: 0 };
  for (let query = 0; query < n; query++) {
    if (likes.data[2 * query] === -Infinity) continue;
    const row = head * n + query;
    found.queries++;
    if (!apart(fits, row) || !apart(likes, query)) found.tied++;
    else found.agreeing += same.data[row];
  }
  return found;
}
