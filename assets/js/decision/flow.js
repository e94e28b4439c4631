// How the decision came about, with the numbers themselves: what reaches the head, the logits, the probabilities.

import { takeable } from '../core/figure.js';
import { h, onWidth } from '../core/dom.js';
import { digits, html, percent, bindText, t, whole } from '../core/text.js';
import { drawBarcode, valueRange, tellSlider, walk } from '../core/barcode.js';
import { nameOf, scoresOf } from '../core/class_names.js';

const HEIGHT = 34;
/** Which text says what reaches the head, by the parts the server names. */
const READS = {
  CLS: 'decision.reads_cls',
  'CLS,MEAN': 'decision.reads_cls_mean',
  MEAN: 'decision.reads_mean',
  'CLS,DIST': 'decision.reads_cls_dist',
  'CLS,MEAN,DIST': 'decision.reads_cls_mean_dist',
};

export class DecisionFlow {
  pointed = null; // place in the first barcode under the pointer
  payload;
  names;
  photoQuery;
  index;

  inputs = strip('decision.flow_inputs', { tabindex: '0', role: 'slider', 'aria-valuemin': 1 }, () => ({
    parts: this.payload?.facts.parts.join(' + ') ?? '',
  }));
  logits = strip(() => (this.payload?.facts.numbers ? 'decision.flow_numbers' : 'decision.flow_logits'), {
    role: 'img',
  });
  shares = strip('decision.flow_shares', { role: 'img' });
  head = h('span.shape', { translate: 'no' });
  reads = h('p.note');
  weighed = bindText(h('span'), () => (this.payload?.facts.each ? 'decision.flow_sigmoid' : 'decision.flow_softmax'));
  weighing = h('div.flow-step', {}, h('span.arrow', { 'aria-hidden': true }, '→'), this.weighed);
  element = takeable(
    h(
      'section.head-flow',
      {},
      h(
        'div.flow-steps',
        {},
        this.inputs.element,
        h(
          'div.flow-step',
          {},
          h('span.arrow', { 'aria-hidden': true }, '→'),
          bindText(h('span'), 'decision.flow_head'),
          this.head,
        ),
        this.logits.element,
        this.weighing,
        this.shares.element,
      ),
      this.reads,
    ),
    () => this.payload,
  );

  /** events: preview(class or null), hold(class). */
  constructor(events) {
    walk(this.inputs.canvas, () => this.payload?.arrays.inputs.data.length ?? 0, {
      point: (place) => {
        this.pointed = place;
        this.caption();
        this.paint();
      },
    });
    for (const { canvas } of [this.logits, this.shares]) {
      walk(canvas, () => this.count, { point: events.preview, choose: events.hold });
    }
    onWidth(this.element, () => this.paint());
  }

  /** How many scores the head gives: of classes, or numbers that name none. */
  get count() {
    return this.payload ? scoresOf(this.payload.facts) : 0;
  }

  show(payload, names, photoQuery) {
    this.payload = payload;
    this.names = names;
    this.photoQuery = photoQuery;
    const { facts, arrays } = payload,
      inputs = arrays.inputs.data.length;
    for (const words of [this.weighed, this.logits.title]) words.respeak();
    this.weighing.hidden = this.shares.element.hidden = Boolean(facts.numbers);
    this.head.textContent = `${whole(inputs)} × ${whole(this.count)}`;
    this.reads.innerHTML = html(READS[facts.parts.join()], {
      patches: photoQuery.rows * photoQuery.cols,
      others: photoQuery.tokens - facts.parts.length,
      d: photoQuery.d_model,
      inputs,
      head: t(facts.numbers ? 'decision.head_of_numbers' : 'decision.head_of_classes'),
    });
    this.inputs.title.respeak();
    this.caption();
    this.paint();
  }

  /** Light up a class in the logits and in the probabilities. */
  mark(index) {
    this.index = index;
    this.caption();
    this.paint();
  }

  caption() {
    if (!this.payload) return;
    const { inputs, logits, probabilities } = this.payload.arrays,
      { pointed, index } = this;
    const between = ({ data }) => {
      const { low, high } = valueRange(data);
      return { count: data.length, low: digits(low), high: digits(high) };
    };
    this.inputs.caption.textContent =
      pointed === null
        ? t('decision.flow_range', between(inputs))
        : `y[${pointed + 1}] = ${digits(inputs.data[pointed])}`;
    this.logits.caption.textContent = t('decision.flow_range', between(logits));
    this.shares.caption.textContent = t(this.payload.facts.each ? 'decision.flow_each' : 'decision.flow_sum', {
      count: probabilities.data.length,
    });
    tellSlider(this.inputs.canvas, pointed, inputs.data.length, this.inputs.caption.textContent);
    if (index === undefined) return;
    const name = nameOf(this.names, index);
    this.logits.caption.textContent = `${name}: ${digits(logits.data[index])}`;
    if (!this.payload.facts.numbers) this.shares.caption.textContent = `${name}: ${percent(probabilities.data[index])}`;
  }

  paint() {
    if (!this.payload) return;
    const { inputs, logits, probabilities } = this.payload.arrays;
    draw(this.inputs, inputs.data, this.pointed ?? -1);
    draw(this.logits, logits.data, this.index ?? -1);
    draw(this.shares, probabilities.data, this.index ?? -1);
  }
}

// Classes are chosen with the keyboard in the bars and in the list: only the first strip is a stop of its own.
function strip(key, attributes, params) {
  const canvas = h('canvas', attributes),
    caption = h('span.caption', { translate: 'no' });
  const title = bindText(h('span.flow-title'), key, params);
  return { canvas, caption, title, element: h('div.flow-numbers', {}, title, h('div.strip-box', {}, canvas), caption) };
}

function draw({ canvas, caption, title }, values, lit) {
  const width = canvas.parentElement.clientWidth;
  canvas.setAttribute('aria-label', `${title.textContent}: ${caption.textContent}`);
  if (width) drawBarcode(canvas, values, { width, height: HEIGHT, lit });
}
