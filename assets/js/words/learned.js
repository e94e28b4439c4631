// Where the learned numbers come from: how the loss of a bundled model fell while it was trained, every value that was noted.

import { takeable } from '../core/figure.js';
import { h, onWidth, keptApart, svg } from '../core/dom.js';
import { sentenceView } from '../core/sentence.js';
import { on } from '../core/state.js';
import { fixed, html, bindLabel, bindText, t, whole } from '../core/text.js';

const ROOM = { left: 30, right: 24, top: 30, bottom: 46 },
  HEIGHT = 250;
/** Of this one, which the page opens with, no curve was recorded. */
const LARGER = 'marian-s-de-en';

export class Learned {
  curve = null; // { model, sentences, steps, losses }

  svg = bindLabel(svg('svg', { class: 'learned-curve', role: 'img' }), 'aria-label', 'words.learned_figure');
  box = h('div.learned-box', {}, this.svg);
  story = h('p.learned-story');
  limits = h('p.note');
  element = takeable(
    h(
      'section.word-learned',
      {},
      bindText(h('h3'), 'words.learned'),
      h('div.learned-pair', {}, this.box, h('div', {}, this.story, this.limits)),
    ),
    () => this.numbers,
    { of: () => ({ models: this.curve ? [this.curve.model] : [], inputs: [] }) },
  );

  numbers = null;

  constructor() {
    onWidth(this.box, () => this.draw());
    on('lang', () => this.tell());
  }

  async load(sentence) {
    if (this.curve) return; // it is no sentence's
    const { arrays, facts } = await sentenceView('training_curve', sentence);
    this.numbers = [arrays.steps, arrays.losses];
    this.curve = { ...facts, steps: [...arrays.steps.data], losses: [...arrays.losses.data] };
    this.tell();
  }

  tell() {
    if (!this.curve) return;
    const { model, sentences, steps, losses } = this.curve;
    this.story.innerHTML = html('words.learned_story', {
      model,
      from: fixed(losses[0], 2),
      first: whole(steps[0]),
      to: fixed(losses.at(-1), 2),
      last: whole(steps.at(-1)),
    });
    this.limits.innerHTML = html('words.learned_not', {
      model,
      larger: LARGER,
      first: whole(steps[0]),
      sentences: whole(sentences),
      noted: steps.length,
    });
    this.draw();
  }

  draw() {
    const width = this.box.clientWidth;
    if (!this.curve || !width) return;
    const { steps, losses } = this.curve,
      { left, right, top, bottom } = ROOM,
      floor = HEIGHT - bottom,
      highest = Math.ceil(Math.max(...losses));
    const x = (step) => left + (step / steps.at(-1)) * (width - left - right),
      y = (loss) => floor - (loss / highest) * (floor - top);
    const text = (at, height, words, kind) =>
      svg('text', { x: at.toFixed(1), y: height.toFixed(1), class: kind }, words);
    this.svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    this.svg.setAttribute('height', String(HEIGHT));
    this.svg.replaceChildren(
      ...Array.from({ length: highest + 1 }, (_, loss) => [
        svg('path', { class: 'grid', d: `M${left} ${y(loss)}H${width - right}` }),
        text(left - 7, y(loss) + 4, String(loss), 'tick end'),
      ]).flat(),
      svg('path', {
        class: 'line',
        d: `M${steps.map((step, i) => `${x(step).toFixed(1)} ${y(losses[i]).toFixed(1)}`).join('L')}`,
      }),
      ...steps.flatMap((step, i) => [
        svg('circle', { class: 'dot', cx: x(step), cy: y(losses[i]), r: 4 }),
        // To the right of its dot, where the curve has fallen away from it.
        text(x(step) - 4, y(losses[i]) - 9, fixed(losses[i], 2), i < steps.length - 1 ? 'value' : 'value middle'),
      ]),
      ...steps.map((step) => text(x(step), floor + 18, whole(step), 'tick middle')),
      text(width - right, floor + 38, t('words.learned_across'), 'tick end'),
      text(2, 14, t('words.learned_up'), 'tick'),
    );
    for (const kind of ['.value', '.tick.middle']) keptApart(this.svg.querySelectorAll(kind));
  }
}
