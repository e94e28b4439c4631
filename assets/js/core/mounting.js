// When a part of the page is drawn: what stands around the screens at once, a screen when somebody first comes to it, the calculator when it is
// first opened. Until then nothing of it is fetched.

import { closest } from './dom.js';
import './explain.js'; // the calculator's field
import { on, state, update } from './state.js';
import { Problem } from './wire.js';

const SCREEN = 'screens/',
  CALCULATOR = 'calculator/calculator';

/** The file of a part's module, below assets/js. */
export const fileOf = (name) => [name, 'js'].join('.');

/** The field that says whether a part is wanted, and how; null for what stands on every page. */
const wantedBy = (name) => {
  if (name === CALCULATOR) return { field: 'explained', holds: () => Boolean(state.explained) };
  const screen = name.startsWith(SCREEN) && name.slice(SCREEN.length);
  return screen ? { field: 'screen', holds: () => state.screen === screen } : null;
};

/** The next time that somebody comes to what is wanted. @returns {Promise<void>} */
const comes = ({ field, holds }) => new Promise((come) => on(field, () => holds() && come()));

/** Whether a part is drawn when it is wanted, and not with the page. */
export const comesLater = (name) => wantedBy(name) !== null;

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
    if (!wanted.holds()) await comes(wanted);
    box.toggleAttribute('data-mounting', true);
  }
  const { mount } = await (wanted ? loaded(box, name, load, wanted) : load(fileOf(name)));
  await mount(box);
  box.removeAttribute('data-mounting');
}

/** The module of a part; one that cannot be had is told of, and asked for again whenever somebody comes back. */
async function loaded(box, name, load, wanted) {
  for (;;) {
    try {
      globalThis.microscope.fetchPart(name);
      return await load(fileOf(name));
    } catch (error) {
      console.error(error);
      box.removeAttribute('data-mounting');
      update({ problem: new Problem('part_not_loaded') });
      await comes(wanted);
      box.toggleAttribute('data-mounting', true);
    }
  }
}

// Whoever has the pointer or the keyboard on a station of the rail is about to go there: early.js has its modules fetched.
const soon = (event) => {
  const to = closest(event, '[data-to]')?.dataset.to;
  if (to) globalThis.microscope.fetchPart(SCREEN + to);
};
for (const kind of ['pointerover', 'focusin']) globalThis.document?.addEventListener(kind, soon, { passive: true });
