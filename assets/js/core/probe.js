// A canvas of cells that can be read with the pointer, a finger and the arrow keys.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const clamp = (i, n) => Math.min(n - 1, Math.max(0, i));

/**
 * grid() says how the canvas is divided. look(index or null) is called when another cell is under the pointer or chosen by key,
 * choose(index) on click, tap or Enter. start() is where the keys begin.
 * @param {HTMLElement} canvas
 * @param {object} events
 * @param {() => { cols: number, rows: number, count?: number }} events.grid
 * @param {(index: number | null) => void} events.look
 * @param {(index: number) => void} [events.choose]
 * @param {() => number} [events.start]
 */
export function probe(canvas, { grid, look, choose = () => {}, start = () => 0 }) {
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');
  canvas.style.touchAction = 'pan-y';
  let index = null;

  const tell = (next) => {
    if (next !== index) {
      index = next;
      look(index);
    }
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect(),
      { cols, rows, count = cols * rows } = grid();
    const col = clamp(Math.floor(((event.clientX - box.left) / box.width) * cols), cols);
    const row = clamp(Math.floor(((event.clientY - box.top) / box.height) * rows), rows);
    return Math.min(count - 1, row * cols + col);
  };
  canvas.addEventListener('pointerdown', (event) => tell(at(event)));
  canvas.addEventListener('pointermove', (event) => tell(at(event)));
  // A finger that leaves has read something: it stays until the next touch.
  canvas.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') tell(null);
  });
  // A click's own place is cut to whole pixels: the cell is the one the pointer was told to be on.
  canvas.addEventListener('click', (event) => choose(index ?? at(event)));
  canvas.addEventListener('blur', () => tell(null));
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { cols, rows, count = cols * rows } = grid(),
      here = index ?? start();
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      choose(here);
      return;
    }
    const to = { Home: 0, End: count - 1 }[event.key];
    const move = ARROWS[event.key];
    if (to === undefined && !move) return;
    event.preventDefault();
    const [dx, dy] = move || [0, 0];
    tell(to ?? Math.min(count - 1, clamp(Math.floor(here / cols) + dy, rows) * cols + clamp((here % cols) + dx, cols)));
  });
  return {
    forget: () => {
      index = null;
    },
  };
}
