// A canvas of cells that can be read with the pointer, a finger and the arrow keys.

import { ARROWS, keysOf } from './keys.js';
import { PointerOrKeys } from './pointer_or_keys.js';
import { Taps } from './taps.js';

const clamp = (i, n) => Math.min(n - 1, Math.max(0, i));

/**
 * grid() says how the canvas is divided, null while there is nothing on it: then pointer and keys do nothing. hover(index or null) is called
 * when another cell is under the pointer or chosen by key, choose(index) on click, tap or Enter. open(index),
 * in its place where that leads to another page, takes two taps of a finger: the first reads. start() is where the keys begin.
 * @param {HTMLElement} canvas
 * @param {object} events
 * @param {() => { cols: number, rows: number, count?: number } | null} events.grid
 * @param {(index: number | null) => void} events.hover
 * @param {(index: number) => void} [events.choose]
 * @param {(index: number) => void} [events.open]
 * @param {() => number} [events.start]
 */
export function probe(canvas, { grid, hover, open, choose = open ?? (() => {}), start = () => 0 }) {
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');
  canvas.style.touchAction = 'pan-y';
  let index = null;
  const taps = new Taps(),
    turn = new PointerOrKeys();

  const tell = (next) => {
    if (next !== index) {
      index = next;
      hover(index);
    }
  };
  const there = (act) => (event) => {
    if (grid()) act(event);
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect(),
      { cols, rows, count = cols * rows } = grid();
    const col = clamp(Math.floor(((event.clientX - box.left) / box.width) * cols), cols);
    const row = clamp(Math.floor(((event.clientY - box.top) / box.height) * rows), rows);
    return Math.min(count - 1, row * cols + col);
  };
  canvas.addEventListener(
    'pointerdown',
    there((event) => {
      if (!taps.down(event, at(event), index)) tell(at(event));
    }),
  );
  canvas.addEventListener(
    'pointermove',
    there((event) => {
      if (turn.follows(event) && !taps.moved(event, at(event))) tell(at(event));
    }),
  );
  // A finger that leaves has read something: it stays until the next touch.
  canvas.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse' && turn.follows(event)) tell(null);
  });
  // A click's own place is cut to whole pixels: the cell is the one the pointer was told to be on.
  canvas.addEventListener(
    'click',
    there((event) => {
      if (taps.clicked() || !open) choose(index ?? at(event));
    }),
  );
  canvas.addEventListener('blur', () => tell(null));
  const when = () => grid() !== null;
  keysOf(canvas, { keys: 'Enter Space', says: 'keys.open_cell', when, act: () => choose(index ?? start()) });
  keysOf(canvas, {
    keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown Home End',
    says: 'keys.cells',
    when,
    act: ({ key }) => {
      const { cols, rows, count = cols * rows } = grid(),
        here = index ?? start(),
        [dx, dy] = ARROWS[key] ?? [0, 0];
      turn.keyed();
      const moved = clamp(Math.floor(here / cols) + dy, rows) * cols + clamp((here % cols) + dx, cols);
      tell({ Home: 0, End: count - 1 }[key] ?? Math.min(count - 1, moved));
    },
  });
  return {
    forget: () => {
      index = null;
    },
  };
}
