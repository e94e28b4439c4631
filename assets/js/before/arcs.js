// Where a step of a decoder with attention looks: an arc to every state of the encoder, the thicker the more it takes of it.

import { svg } from '../core/dom.js';

const HIGH = 78,
  LEAST = 0.01;

/** Arcs over a chain whose steps stand at `places`; draw(step, weights) with weights over the sources, or null for none. */
export function arcs({ places, sources, width }) {
  const drawing = svg('svg', { class: 'chain-arcs', width, height: HIGH, 'aria-hidden': 'true' });
  const span = places[sources] - places[0];
  return {
    drawing,
    draw(step, weights) {
      if (!weights) {
        drawing.replaceChildren();
        return;
      }
      drawing.replaceChildren(
        ...[...weights]
          .map((weight, s) => {
            if (weight < LEAST) return null;
            const [from, to] = [places[s], places[step]],
              top = HIGH - 10 - (HIGH - 14) * Math.min(1, (to - from) / (1.6 * span));
            const d = `M${from} ${HIGH}C${from} ${top} ${to} ${top} ${to} ${HIGH}`;
            return svg('path', {
              d,
              'stroke-width': (1 + 7 * weight).toFixed(2),
              'stroke-opacity': (0.25 + 0.75 * weight).toFixed(2),
            });
          })
          .filter(Boolean),
      );
    },
  };
}
