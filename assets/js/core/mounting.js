// When a part of the page is drawn: what stands around the screens at once, a screen when somebody first comes to it, the calculator when it is
// first opened. Until then nothing of it is fetched.

import { closest } from './dom.js';
import './explain.js'; // the calculator's field
import { on, state, update } from './state.js';
import { Problem } from './wire.js';

const SCREEN = 'screens/',
  CALCULATOR = 'calculator/calculator';

/** The field that says whether a part is wanted, and how; null for what stands on every page. */
const wantedBy = (name) => {
  if (name === CALCULATOR) return { field: 'explained', holds: () => Boolean(state.explained) };
  const screen = name.startsWith(SCREEN) && name.slice(SCREEN.length);
  return screen ? { field: 'screen', holds: () => state.screen === screen } : null;
};

/** @returns {Promise<void>} */
const becomesTrue = ({ field, holds }) =>
  new Promise((done) => {
    on(field, () => holds() && done());
    if (holds()) done();
  });

/**
 * Draw a part into its box, once it is wanted.
 * @param {HTMLElement} box
 * @param {string} name its module's path below assets/js, without its ending
 * @param {(path: string) => Promise<any>} load imports a module
 */
export async function mountPart(box, name, load = (path) => import(`../${path}`)) {
  const wanted = wantedBy(name);
  if (wanted) {
    box.toggleAttribute('data-mounting', wanted.holds());
    await becomesTrue(wanted);
    box.toggleAttribute('data-mounting', true);
    globalThis.microscope.fetchPart(name);
  }
  let module;
  try {
    module = await load(`${name}.js`);
  } catch (error) {
    console.error(error);
    update({ problem: new Problem('part_not_loaded') });
    return;
  }
  await module.mount(box);
  box.removeAttribute('data-mounting');
}

// Whoever has the pointer or the keyboard on the way to a screen is about to go there: early.js has its modules fetched.
const soon = (event) => {
  const to = closest(event, '[data-to]')?.dataset.to;
  if (to) globalThis.microscope.fetchPart(SCREEN + to);
};
for (const kind of ['pointerover', 'focusin']) globalThis.document?.addEventListener(kind, soon, { passive: true });
