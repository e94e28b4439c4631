// The list of guided tours: what each is about, and how far this tab has come in it.

import { listDialog, openDialog } from '../core/dialog.js';
import { h } from '../core/dom.js';
import { state, update } from '../core/state.js';
import { problemKey, bindText } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { goToStep, tourPlace, tours } from './tours.js';
import { write } from './words.js';

/** Open it; the focus goes in, and back to whoever opened it. */
export async function openTours() {
  let found;
  try {
    found = await tours();
  } catch (error) {
    update({ problem: asProblem(error) });
    return;
  }
  const rows = h('ul.tour-rows', {}, ...found.tours.map((tour) => row(tour, () => dialog.close())));
  const wrong = found.wrong.map(({ code, params }) =>
    bindText(h('p.field-problem'), problemKey({ code }), () => params),
  );
  const dialog = listDialog('.tour-list', 'tours.title', bindText(h('p.note'), 'tours.about'), rows, ...wrong);
  openDialog(dialog);
}

function row(tour, chosen) {
  const been = tourPlace(tour.name),
    running = state.tour === tour.name;
  const begin = (at) => () => {
    chosen();
    goToStep(tour, at).catch((error) => update({ problem: asProblem(error) }));
  };
  const far = been !== null && been > 0 && been < tour.steps.length && !running,
    steps = () => ({ n: (been ?? 0) + 1, total: tour.steps.length });
  const start = h(
    'button.action.tour-start',
    { type: 'button', onclick: begin(0) },
    bindText(h('span'), far || running ? 'tours.again' : 'tours.start'),
  );
  const on = far
    ? h('button.action.primary', { type: 'button', onclick: begin(been) }, bindText(h('span'), 'tours.go_on', steps))
    : null;
  const sheet = (answers) =>
    h(
      'button.action.tour-sheet',
      {
        type: 'button',
        onclick: async () => {
          try {
            const { printHandout } = await import('./handout.js');
            await printHandout(tour, answers);
          } catch (error) {
            update({ problem: asProblem(error) });
          }
        },
      },
      bindText(h('span'), answers ? 'handout.print_answers' : 'handout.print'),
    );
  const title = h('h3', { translate: 'no' }, tour.title);
  const about = h('p', { translate: 'no' });
  return h(
    'li',
    { 'data-tour': tour.name },
    h('div', {}, title, tour.about ? write(about, tour.about) : null, bindText(h('p.note'), 'tours.steps', steps)),
    h('div.tour-buttons', {}, on, start, sheet(false), sheet(true)),
  );
}
