// The scale of the heat maps: the ramp with the weights it stands for.

import { h } from '../core/dom.js';
import { rampGradient } from '../core/ramp.js';
import { perCent, percent, bindText, t } from '../core/text.js';
import { weightAt } from './scale.js';

const TICKS = [0, 0.5, 1];

export class Legend {
  ticks = TICKS.map(() => h('span', { translate: 'no' }));
  element = h(
    'div.legend',
    {},
    h(
      'span.scale',
      {},
      bindText(h('span.legend-title'), 'attention.legend'),
      h('span.ramp', { style: { background: rampGradient() } }),
      h('span.ticks', {}, ...this.ticks),
    ),
  );

  /** `scale` is the weight of the lightest colour; null when each head has its own. */
  show(scale) {
    this.ticks.forEach((tick, i) => {
      tick.textContent =
        scale === null
          ? i === 2
            ? t('attention.own_scale')
            : i === 0
              ? perCent(0)
              : ''
          : percent(weightAt(TICKS[i], scale));
    });
  }
}
