// Choosing a head of a layer on a canvas that shows them all: by pointer and by keys.

import { ARROWS, keysOf } from '../core/keys.js';

const within = (i, n) => Math.min(n - 1, Math.max(0, i));

/**
 * `size()` is [layers, heads], null while there is nothing on the canvas: then pointer and keys do nothing. `at(event)` is the [layer, head]
 * under a pointer, `held()` the one chosen, `layersDown` whether layers run from top to bottom. `choose(layer, head)` is called by click and
 * arrow keys, `explain(layer, head)` by double click and Enter, `hover(layer, head)` by the pointer, with null where there is none.
 * @param {HTMLCanvasElement} canvas
 * @param {{
 *   size: () => [number, number] | null, at: (event: MouseEvent) => [number, number], held: () => [number, number], layersDown: boolean,
 *   choose: (layer: number, head: number) => void, explain: (layer: number, head: number) => void,
 *   hover: (layer: number | null, head: number | null) => void,
 * }} how
 */
export function choosingHeads(canvas, { size, at, held, layersDown, choose, explain, hover }) {
  const when = () => size() !== null;
  const cut = (layer, head) => {
    const [layers, heads] = size();
    return /** @type {[number, number]} */ ([within(layer, layers), within(head, heads)]);
  };
  const under = (act) => (event) => {
    if (when()) act(...cut(...at(event)));
  };
  canvas.addEventListener('click', under(choose));
  canvas.addEventListener('dblclick', under(explain));
  canvas.addEventListener('pointermove', under(hover));
  canvas.addEventListener('pointerleave', () => hover(null, null));
  keysOf(canvas, { keys: 'Enter', says: 'keys.arithmetic', when, act: () => explain(...cut(...held())) });
  keysOf(canvas, {
    keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown',
    says: 'keys.atlas',
    when,
    act: ({ key }) => {
      // From what is held, not from what is painted: the next key may come before the next frame.
      const [layer, head] = held(),
        [across, down] = ARROWS[key];
      choose(...(layersDown ? cut(layer + down, head + across) : cut(layer + across, head + down)));
    },
  });
}
