// The station “before attention”: three cells read the sentence and write its translation: how much each word read moves the loss of the word at which
// the chapter opens, one that waited for a late word of the sentence.

import { h, ink } from '../core/dom.js';
import { pieceName, piece } from '../core/pieces.js';
import { sentenceView } from '../core/sentence.js';
import { share } from '../before/decay.js';
import { Stop } from './stop.js';

export const OPENING_CELLS = ['rnn', 'lstm', 'gru'];

/** The three cells' gradients at the word at which the chapter opens: its facts, and a payload for each cell. */
export async function openingGradients(sentence) {
  const { facts } = await sentenceView('gradient_text', sentence, { cell: OPENING_CELLS[0], count: 1 });
  const asked = { weights: 'trained', count: 1, step: facts.late.step };
  const found = await Promise.all(OPENING_CELLS.map((cell) => sentenceView('gradient', sentence, { cell, ...asked })));
  return { facts, found };
}

export class GradientStop extends Stop {
  curves = null;
  shown = null;
  words = { first: '', last: '' };
  steps = 0;
  legend = h('span.reaches');
  ends = [h('bdi.first'), h('bdi.last')];

  constructor() {
    super('before', 'start.name_before', () => ({
      screen: 'before',
      chapter: 'gradient',
      gradientStep: null,
      gradientCount: 1,
    }));
    this.picture.append(
      this.draws((...given) => this.paint(...given)),
      this.legend,
      h('span.ends', {}, ...this.ends),
    );
  }

  async load(sentence, wanted) {
    const { facts, found } = await openingGradients(sentence);
    if (!wanted()) return;
    this.shown = Object.fromEntries(OPENING_CELLS.map((cell, i) => [cell, found[i]]));
    this.curves = found.map(({ arrays }) => ({
      powers: Array.from(arrays.norms.data, (norm) => (norm > 0 ? Math.log10(norm) : -Infinity)),
      reach: arrays.reach.data[0],
    }));
    const first = piece(facts.source[0], { surface: facts.surfaces[0] });
    this.words = { first: first.text, last: pieceName(piece(facts.target[facts.late.step])) };
    this.steps = this.curves[0].powers.length - 1;
    this.redraw();
    this.speak();
  }

  speak() {
    if (!this.curves) return;
    this.legend.replaceChildren(
      ...OPENING_CELLS.map((cell, i) =>
        h('span.reach', { 'data-model': cell }, h('b', {}, cell.toUpperCase()), ` ${share(this.curves[i].reach)}`),
      ),
    );
    this.ends[0].textContent = this.words.first;
    this.ends[1].textContent = this.words.last;
    this.tell('', 'start.what_before', { steps: this.steps, ...this.words });
  }

  /** A word further left was read earlier; a curve that falls to the left forgets it. */
  paint(context, width, height) {
    if (!this.curves) return;
    const all = this.curves.flatMap(({ powers }) => powers.filter(Number.isFinite)),
      low = Math.min(...all),
      high = Math.max(...all);
    const top = 12,
      floor = height - 30;
    const y = (power) => top + ((high - power) / (high - low || 1)) * (floor - top);
    context.strokeStyle = ink('line');
    context.lineWidth = 1;
    const every = Math.max(1, Math.ceil((high - low) / 5));
    for (let power = Math.floor(high); power >= low; power -= every) {
      context.beginPath();
      context.moveTo(0, Math.round(y(power)) + 0.5);
      context.lineTo(width, Math.round(y(power)) + 0.5);
      context.stroke();
    }
    context.lineJoin = 'round';
    this.curves.forEach(({ powers }, i) => {
      context.strokeStyle = ink(`model-${OPENING_CELLS[i]}`);
      context.lineWidth = 2.6;
      context.beginPath();
      powers.forEach((power, place) => {
        const x = 14 + (place / (powers.length - 1)) * (width - 28);
        if (Number.isFinite(power)) context.lineTo(x, y(power));
      });
      context.stroke();
    });
  }
}
