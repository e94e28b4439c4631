// Where the data is on its way through the model: one station per screen, and beside them what is going on.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { on, state, update } from '../core/state.js';
import { label, say } from '../core/text.js';
import { buildStatus } from './status.js';

const STATIONS = ['patches', 'position', 'attention', 'block', 'decision'];
/** Screens that are no step of the journey. */
const BESIDE = ['models'];

export async function mount(root) {
  await booted;
  const buttons = STATIONS.map((screen, i) => h('button.station', { type: 'button', 'data-to': screen, onclick: () => update({ screen }) },
    h('span.number', {}, String(i + 1)), say(h('span'), `${screen}.title`)));
  const beside = BESIDE.map((screen) => h('button.station.beside', { type: 'button', 'data-to': screen, onclick: () => update({ screen }) }, say(h('span'), `${screen}.title`)));
  const rail = h('nav.rail', {}, ...buttons, ...beside);
  label(rail, 'aria-label', 'frame.rail');
  root.append(h('div.rail-row', {}, rail, ...buildStatus()));

  const show = () => [...buttons, ...beside].forEach((button) => {
    if (button.dataset.to === state.screen) button.setAttribute('aria-current', 'step');
    else button.removeAttribute('aria-current');
  });
  on('screen', () => { show(); scrollTo({ top: 0 }); });
  show();

  // One key goes on: n for the next station, p for the previous, or the station's number.
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea, dialog')) return;
    const here = STATIONS.indexOf(state.screen);
    const to = { n: here + 1, p: here - 1 }[event.key] ?? Number(event.key) - 1;
    if (STATIONS[to]) update({ screen: STATIONS[to] });
  });
}
