// The models that are compared, in the order in which they were thought of; told apart by colour, by dash and by mark.

import { h, svg } from '../core/dom.js';

/** `key` names a model's colour, --model-<key>, `named` and `short` are texts; `dash` is its line, `mark` its points. */
export const COMPARED = [
  { name: 'rnn-de-en', key: 'rnn', named: 'before.named_rnn', dash: '1 5', mark: 'triangle' },
  { name: 'lstm-de-en', key: 'lstm', named: 'before.named_lstm', dash: '7 4', mark: 'square' },
  { name: 'gru-de-en', key: 'gru', named: 'before.named_gru', dash: '11 4 2 4', mark: 'diamond' },
  {
    name: 'gru-attention-de-en',
    key: 'attention',
    named: 'before.named_attention',
    short: 'before.short_attention',
    dash: '',
    mark: 'circle',
  },
  {
    name: 'twin-masked-de-en',
    key: 'transformer',
    named: 'before.named_transformer',
    short: 'before.short_transformer',
    dash: '',
    mark: 'hexagon',
  },
  {
    name: 'marian-s-de-en',
    key: 'bundled',
    named: 'before.named_bundled',
    short: 'before.short_bundled',
    dash: '9 5',
    mark: 'cross',
  },
];

/** Corners on a circle of radius 1, the first one above. */
const corners = (count, turn = 0) =>
  Array.from({ length: count }, (_, i) => {
    const angle = 2 * Math.PI * (i / count + turn) - Math.PI / 2;
    return [Math.cos(angle), Math.sin(angle)];
  });
const MARKS = {
  triangle: corners(3, 0.5),
  square: corners(4, 0.125),
  diamond: corners(4),
  circle: corners(36),
  hexagon: corners(6),
  cross: [
    [-1, -0.35],
    [-0.35, -0.35],
    [-0.35, -1],
    [0.35, -1],
    [0.35, -0.35],
    [1, -0.35],
    [1, 0.35],
    [0.35, 0.35],
    [0.35, 1],
    [-0.35, 1],
    [-0.35, 0.35],
    [-1, 0.35],
  ],
};

/** A point of a model's line; `open` where little stands behind it. */
export const markAt = ({ mark }, x, y, open = false) =>
  svg('path', {
    class: open ? 'mark open' : 'mark',
    d: `M${MARKS[mark].map(([dx, dy]) => `${(x + 5.5 * dx).toFixed(1)} ${(y + 5.5 * dy).toFixed(1)}`).join('L')}Z`,
  });

/** A model's line with its mark, to stand beside its name. */
export function swatch(model) {
  const drawn = svg(
    'svg',
    { viewBox: '0 0 40 14', width: 40, height: 14, 'aria-hidden': 'true' },
    svg('path', { class: 'line', d: 'M1 7H39', 'stroke-dasharray': model.dash }),
    markAt(model, 20, 7),
  );
  return h('span.model-swatch', { 'data-model': model.key }, drawn);
}
