// Whose attention the ribbons show: a layer of the decoder, and one of its heads or the mean over all of them.

import { h } from '../core/dom.js';
import { depthOf, headsOf, sentenceView } from '../core/sentence.js';
import { state, update } from '../core/state.js';
import { bindLabel, bindText, t } from '../core/text.js';
import { asProblem } from '../core/wire.js';

export const MEAN = -1;

/** The last layer until another is chosen: it decides on the word. */
export function heldCrossLayer(sentence) {
  const layers = depthOf(sentence, 'cross');
  return state.ribbonLayer === null ? layers - 1 : Math.min(state.ribbonLayer, layers - 1);
}

/** The head that is chosen; MEAN until one is. */
export const headOf = (sentence) =>
  state.ribbonHead === null ? MEAN : Math.min(state.ribbonHead, headsOf(sentence, 'cross') - 1);

/** weights(step): its row of attention over the source, of the head that is chosen. */
export function crossRows(sentence, attention, head = headOf(sentence)) {
  const { pattern, mean } = attention.arrays,
    [, steps, width] = pattern.shape;
  return (step) =>
    head === MEAN
      ? mean.data.subarray(step * width, (step + 1) * width)
      : pattern.data.subarray((head * steps + step) * width, (head * steps + step + 1) * width);
}

export class HeadChoice {
  sentence;
  of;
  chosen;
  weights;

  layer = h('select', { onchange: () => update({ ribbonLayer: Number(this.layer.value) }) });
  head = h('select', { onchange: () => update({ ribbonHead: Number(this.head.value) }) });
  // Found without attention: which word's absence costs each written word most (Li et al., ACL 2019).
  best = h('button.action', { type: 'button', onclick: () => this.align() });
  element = h(
    'div.head-choice',
    { role: 'group' },
    bindText(h('span.note'), 'translation.ribbons'),
    h('label', {}, bindText(h('span'), 'translation.ribbon_layer'), this.layer),
    h('label', {}, bindText(h('span'), 'translation.ribbon_head'), this.head),
    this.best,
  );

  constructor() {
    bindLabel(this.element, 'aria-label', 'translation.ribbons');
  }

  show(sentence) {
    const layers = depthOf(sentence, 'cross'),
      heads = headsOf(sentence, 'cross');
    this.layer.replaceChildren(
      ...Array.from({ length: layers }, (_, i) =>
        h('option', { value: i }, t('translation.of', { n: i + 1, total: layers })),
      ),
    );
    this.head.replaceChildren(
      h('option', { value: MEAN }, t('translation.mean', { heads })),
      ...Array.from({ length: heads }, (_, i) =>
        h('option', { value: i }, t('translation.of', { n: i + 1, total: heads })),
      ),
    );
    if (this.sentence !== sentence) this.best.disabled = false;
    this.sentence = sentence;
    if (!this.best.disabled) this.best.textContent = t('translation.best_head');
    this.layer.value = String(heldCrossLayer(sentence));
    this.head.value = String(headOf(sentence));
  }

  /** Choose the head that finds the source words best; the server measures it once per translation. */
  async align() {
    const { sentence } = state;
    this.best.dataset.waiting = '';
    try {
      const {
        facts: { best },
      } = await sentenceView('alignment', sentence);
      if (state.sentence !== sentence) return;
      if (best) update({ ribbonLayer: best[0], ribbonHead: best[1] });
      else {
        this.best.disabled = true;
        this.best.textContent = t('translation.best_none');
      }
    } catch (error) {
      if (state.sentence === sentence) update({ problem: asProblem(error) });
    } finally {
      delete this.best.dataset.waiting;
    }
  }

  /** `rowsOf` the sentence on screen; the same function as long as nothing else is chosen. */
  rows(attention) {
    const head = headOf(state.sentence);
    if (this.of === attention && this.chosen === head) return this.weights;
    this.of = attention;
    this.chosen = head;
    this.weights = crossRows(state.sentence, attention, head);
    return this.weights;
  }
}
