// How the words are chosen: greedy, beam search or by lot, with their few numbers. Each choice is another translation, asked for when it is made.

import { h } from '../core/dom.js';
import { needsServer } from '../core/needs_server.js';
import { requestTranslation } from '../core/sentence.js';
import { bindLabel, bindText, t } from '../core/text.js';

// As in arXiv 1706.03762, section 6.1, for beam search; transformers' defaults for drawing.
const DEFAULTS = {
  greedy: {},
  beam: { width: 4, alpha: 0.6, rule: 'exponent' },
  sample: { temperature: 1, k: 50, p: 1, seed: 1 },
};
const KS = [1, 2, 3, 5, 10, 20, 50, 100, 1000, 0];
const SEEDS = 1_000_000;

/** "beam:4:0.6:exponent" as { kind, width, alpha, rule }. */
export function parseStrategy(how) {
  const [kind, ...values] = how.split(':');
  const names = Object.keys(DEFAULTS[kind]);
  return {
    kind,
    ...Object.fromEntries(names.map((name, i) => [name, name === 'rule' ? values[i] : Number(values[i])])),
  };
}

const written = ({ kind, ...values }) => [kind, ...Object.keys(DEFAULTS[kind]).map((name) => values[name])].join(':');

export class Decoding {
  settings;
  groups;
  element;
  now;

  kept = Object.fromEntries(Object.keys(DEFAULTS).map((kind) => [kind, { kind, ...DEFAULTS[kind] }]));
  kinds = segmented(
    (kind) => `translation.how_${kind}`,
    Object.keys(DEFAULTS),
    (kind) => this.change({ kind }),
  );
  seed = h('span.seed');
  what = h('p.note');

  constructor() {
    const slider = (
      name,
      min,
      max,
      step,
      { read = (value) => value, write = (value) => value, tell = (value) => String(value) } = {},
    ) => {
      const output = h('output', { translate: 'no' });
      const input = h('input', {
        type: 'range',
        min,
        max,
        step,
        oninput: () => {
          output.textContent = tell(read(Number(input.value)));
        },
        onchange: () => this.change({ [name]: read(Number(input.value)) }),
      });
      const show = (value) => {
        input.value = write(value);
        output.textContent = tell(value);
        input.setAttribute('aria-valuetext', output.textContent);
      };
      return { element: h('label.setting', {}, bindText(h('span'), `translation.set_${name}`), input, output), show };
    };
    const decimals = (n) => ({ tell: (value) => value.toFixed(n) });
    const rule = segmented(
      (rule) => `translation.rule_${rule}`,
      ['exponent', 'paper'],
      (value) => this.change({ rule: value }),
    );
    this.settings = {
      width: slider('width', 1, 8, 1),
      alpha: slider('alpha', 0, 2, 0.1, decimals(1)),
      rule: {
        element: h('span.setting', {}, bindText(h('span'), 'translation.set_rule'), rule.element),
        show: rule.show,
      },
      temperature: slider('temperature', 0.1, 2, 0.05, decimals(2)),
      k: slider('k', 0, KS.length - 1, 1, {
        read: (i) => KS[i],
        write: nearest,
        tell: (k) => (k ? String(k) : t('translation.all')),
      }),
      p: slider('p', 0.05, 1, 0.05, decimals(2)),
    };
    const again = h(
      'button.action',
      { type: 'button', 'data-action': 'again', onclick: () => this.change({ seed: (this.now.seed + 1) % SEEDS }) },
      bindText(h('span'), 'translation.again'),
    );
    this.groups = {
      greedy: h('span.group'),
      beam: h('span.group', {}, ...['width', 'alpha', 'rule'].map((name) => this.settings[name].element)),
      sample: h(
        'span.group',
        {},
        ...['temperature', 'k', 'p'].map((name) => this.settings[name].element),
        h('span.setting', {}, again, this.seed),
      ),
    };
    this.element = h(
      'div.decoding',
      { role: 'group' },
      ...needsServer(this.kinds.element, ...Object.values(this.groups)),
      this.what,
    );
    bindLabel(this.element, 'aria-label', 'translation.how_label');
  }

  /** Another way to choose; what was set before for each way is kept beside it. */
  change(values) {
    const now = values.kind ? { ...this.kept[values.kind] } : { ...this.now, ...values };
    this.kept[now.kind] = now;
    this.show(written(now));
    requestTranslation({ how: written(now) });
  }

  show(how) {
    this.now = parseStrategy(how);
    this.kept[this.now.kind] = this.now;
    this.kinds.show(this.now.kind);
    for (const [kind, group] of Object.entries(this.groups)) group.hidden = kind !== this.now.kind || kind === 'greedy';
    for (const [name, { show }] of Object.entries(this.settings)) if (name in this.now) show(this.now[name]);
    if ('seed' in this.now) this.seed.textContent = t('translation.seed', { seed: this.now.seed });
    this.what.textContent = t(`translation.what_${this.now.kind}`);
  }
}

/** The place of a k on its slider; one that another address named lies beside its neighbour. */
const nearest = (k) => {
  const i = KS.findIndex((one) => one === 0 || one >= k);
  return k === 0 ? KS.length - 1 : i;
};

function segmented(key, values, choose) {
  const buttons = values.map((value) =>
    h('button', { type: 'button', 'data-value': value, onclick: () => choose(value) }, bindText(h('span'), key(value))),
  );
  const show = (chosen) =>
    buttons.forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.value === chosen)));
  return { element: h('span.segmented', { role: 'group' }, ...buttons), show };
}
