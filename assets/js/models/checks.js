// Numeric checks on the visitor's own photo: every identity as a formula, its worst difference in every layer, and whether it holds.

import { takeable } from '../core/figure.js';
import { NOTHING, writeChange } from '../core/change.js';
import { h } from '../core/dom.js';
import { sameInput } from '../core/photo_query.js';
import { formulaElement } from '../core/formula.js';
import { needsServer } from '../core/needs_server.js';
import { state, update } from '../core/state.js';
import { digits, html, problemKey, bindText, scientific, t, told as tell, united } from '../core/text.js';
import { asProblem, view } from '../core/wire.js';

const FORMULAS = {
  rows: '∑_j A_{i j} = 1',
  heads: '∑_i head_i W_i^O + b^O = MSA',
  mid: 'z_{l−1} + MSA = z′_l',
  post: 'z′_l + MLP = z_l',
  stream: 'z_0 + ∑_l (MSA_l + MLP_l) = z_L',
  replay: 'block(z_{l−1}) = z_l',
  logits: 'LN(z_L) W + b = ℓ',
};
/** Three significant digits, small ones as powers of ten. */
const told = (value) => (value > 0 && value < 1e-3 ? scientific(value, 2) : digits(value));
// The axis of the plots, as powers of ten; what is exactly 0 stands at its beginning.
const LOW = -9,
  HIGH = 1,
  TICKS = [-8, -6, -4, -2, 0];
const at = (value) => (value > 0 ? 8 + 92 * Math.min(1, Math.max(0, (Math.log10(value) - LOW) / (HIGH - LOW))) : 2);
const place = (value) => `${at(value)}%`;
/** What may be broken in the pass that is checked: one thing, for every screen of the photo. */
const BREAKS = {
  none: () => NOTHING,
  position: () => ({ ...NOTHING, position: true }),
  scale: () => ({ ...NOTHING, scale: [state.layer + 1] }),
  residual: () => ({ ...NOTHING, residual: [state.layer + 1] }),
};

export class Checks {
  broken = 'none';
  payload;
  photoQuery;
  problem;
  asked;
  running;
  waited = 0; // seconds until they came

  run = h('button.action.primary', { type: 'button', onclick: () => this.ask() });
  breaks = h('div.segmented', { role: 'group' });
  summary = h('p.checks-summary', { 'data-told': true });
  table = h('div.checks-rows');
  element = takeable(
    h(
      'section.card.checks',
      {},
      h('div.checks-head', {}, bindText(h('h3'), 'models.checks'), ...needsServer(this.run), this.summary),
      this.table,
      h('div.switches', {}, bindText(h('span'), 'models.break'), this.breaks),
      bindText(h('p.note'), 'models.checks_not'),
    ),
    () => this.payload,
  );

  constructor() {
    this.speak();
  }

  /** Another photo query: what was measured on the old one is no longer said of this one. */
  show() {
    // The same photo query drawn another way has the same numbers.
    if (
      this.payload &&
      sameInput(this.photoQuery, state.photoQuery) &&
      this.photoQuery.change === state.photoQuery.change
    )
      this.photoQuery = state.photoQuery;
    if (this.photoQuery && this.photoQuery !== state.photoQuery) {
      this.payload = this.photoQuery = null;
      this.problem = null;
      this.running = false;
      delete this.table.dataset.waiting;
      this.draw();
    }
    this.controls();
    if (state.checked && this.photoQuery !== state.photoQuery) this.start();
  }

  ask() {
    if (state.checked) this.start();
    else update({ checked: true });
  }

  async start() {
    const photoQuery = state.photoQuery;
    this.photoQuery = photoQuery;
    this.running = true;
    this.problem = null;
    this.table.dataset.waiting = '';
    this.controls();
    const current = () => this.photoQuery === photoQuery,
      asked = performance.now();
    try {
      const payload = await view('checks', photoQuery);
      if (current()) {
        this.payload = payload;
        this.waited = (performance.now() - asked) / 1000;
      }
    } catch (error) {
      if (current()) {
        this.payload = null;
        this.problem = asProblem(error);
      }
    }
    if (!current()) return;
    this.running = false;
    delete this.table.dataset.waiting;
    this.draw();
    this.controls();
  }

  controls() {
    if (!state.photoQuery) return;
    this.run.textContent = t(this.running ? 'models.checks_running' : 'models.checks_run');
    this.run.disabled = Boolean(this.running);
    this.breaks.setAttribute('aria-label', t('models.break'));
    this.breaks.replaceChildren(
      ...Object.keys(BREAKS).map((name) =>
        h(
          'button',
          {
            type: 'button',
            'data-break': name,
            'aria-pressed': String(writeChange(BREAKS[name]()) === state.photoQuery.change),
            disabled: this.running,
            onclick: () => {
              update({ checked: true, change: writeChange(BREAKS[name]()), asTrained: false });
            },
          },
          t(`models.break_${name}`, { layer: state.layer + 1 }),
        ),
      ),
    );
  }

  speak() {
    this.controls();
    this.draw();
  }

  draw() {
    const { payload, problem } = this;
    this.table.hidden = !payload;
    this.summary.classList.toggle('problem', Boolean(problem));
    if (problem) this.summary.innerHTML = html(problemKey(problem), problem.params);
    else this.summary.textContent = '';
    if (!payload) return;
    const {
        facts: { checks, references },
        arrays,
      } = payload,
      all = [...checks, ...references.filter(({ missing }) => !missing)];
    const failed = all.filter(({ holds }) => !holds).length,
      seconds = all.reduce((sum, { seconds: s }) => sum + s, 0);
    // What came sooner than it can be computed was kept by the server, the browser or a file.
    const took = this.waited < seconds ? 'models.checks_took_earlier' : 'models.checks_took';
    tell(this.summary, failed ? 'models.checks_failed' : 'models.checks_hold', {
      failed,
      all: all.length,
      took: h('span', { 'data-measured': true }, t(took, { seconds: digits(seconds) })), // another one each time
    });
    this.table.replaceChildren(
      axis(),
      ...checks.map((check) =>
        line({
          ...check,
          title: t(`models.check_${check.name}`),
          formula: formulaElement(FORMULAS[check.name]),
          values: [...arrays[check.name].data],
        }),
      ),
      ...references.map((reference) =>
        line({
          ...reference,
          title: t('models.check_parity', reference),
          formula: null,
          values: reference.worst === null ? [] : [reference.worst],
          words: reference.missing
            ? t(`models.missing_${reference.missing}`, reference)
            : t(`models.compared_${reference.compared}`),
        }),
      ),
    );
  }
}

function axis() {
  const tick = (power) =>
    h(
      'span.tick',
      { style: { left: place(10 ** power) } },
      power ? h('span', {}, '10', h('sup', {}, String(power).replace('-', '−'))) : '1',
    );
  return h(
    'div.check-line.check-axis',
    { 'aria-hidden': true },
    h('span'),
    h('span.plot', {}, h('span.tick', { style: { left: place(0) } }, '0'), ...TICKS.map(tick)),
    h('span.worst', {}, t('models.column_worst')),
    h('span.tolerance', {}, t('models.column_tolerance')),
    h('span.check-verdict'),
    h('span.seconds', {}, t('models.column_seconds')),
  );
}

function line({ title, formula, words, values, worst, tolerance, holds, seconds, missing }) {
  const plot = h(
    'span.plot',
    { 'aria-hidden': true },
    h('span.limit', { style: { left: place(tolerance) } }),
    ...values.map((value, layer) =>
      h('span.point', {
        style: { left: place(value) },
        title: values.length > 1 ? t('models.in_layer', { layer: layer + 1, value: told(value) }) : told(value),
      }),
    ),
  );
  const verdict = missing ? 'skipped' : holds ? 'holds' : 'fails';
  const element = h(
    `div.check-line.${verdict}`,
    { 'data-check': title },
    h('span.check-name', {}, h('span', {}, title), formula, words ? h('span.words', {}, words) : null),
    missing ? h('span.plot.empty') : plot,
    h('span.worst', {}, missing ? '–' : worst === null ? t('models.no_number') : told(worst)),
    h('span.tolerance', {}, missing ? '' : `≤ ${scientific(tolerance, 0)}`),
    h('span.check-verdict', {}, t(`models.verdict_${verdict}`)),
    h('span.seconds', {}, missing ? '' : united(digits(seconds * 1000), 'ms')),
  );
  return element;
}
