// Where the data is on its way through the model: one station per screen of either journey, and beside them what is going on.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { BESIDE, HEADS, JOURNEYS, OPENING, STATIONS } from '../core/journeys.js';
import { pageKeys } from '../core/keys.js';
import { kindOfRecording } from '../core/recorded.js';
import { on, state, update } from '../core/state.js';
import { bindLabel, bindText, t } from '../core/text.js';
import { buildChangeBadge } from './change_badge.js';
import { buildStatus } from './status.js';

export async function mount(root) {
  await booted;
  const last = { photo: HEADS, sentence: 'words' }; // where one was on each journey
  const station = (screen, ...inside) =>
    h(
      'button.station',
      { type: 'button', 'data-to': screen, onclick: () => update({ screen }) },
      ...inside,
      bindText(h('span'), `${screen}.title`),
    );
  const journeys = Object.entries(JOURNEYS).map(([journey, screens]) =>
    h(
      'div.journey',
      { 'data-journey': journey },
      h(
        'button.journey-name',
        { type: 'button', onclick: () => update({ screen: last[journey] }) },
        bindText(h('span'), `frame.journey_${journey}`),
      ),
      ...screens.map((screen, i) => station(screen, h('span.number', {}, String(i + 1)))),
    ),
  );
  const beside = BESIDE.map((screen) => station(screen));
  beside.forEach((button) => button.classList.add('beside'));
  // What stands for a name where there is room for none.
  const mark = (button, key) => (button.dataset.mark = [...t(key)][0].toUpperCase());
  const letter = () => {
    for (const button of beside) mark(button, `${button.dataset.to}.title`);
    for (const journey of journeys)
      mark(journey.querySelector('.journey-name'), `frame.journey_${journey.dataset.journey}`);
  };
  on('lang', letter);
  letter();
  const beginning = station(OPENING, h('span.number', { 'aria-hidden': true }));
  beginning.classList.add('beginning');
  const rail = h('nav.rail', {}, beginning, ...journeys, ...beside);
  bindLabel(rail, 'aria-label', 'frame.rail');
  const row = h('div.rail-row', {}, rail);
  row.append(...buildStatus(row));
  root.append(row, buildChangeBadge(), ...whatIsRecorded());

  /** @type {NodeListOf<HTMLElement>} */
  const stations = rail.querySelectorAll('.station');
  const show = () => {
    stations.forEach((button) => {
      if (button.dataset.to === state.screen) button.setAttribute('aria-current', 'step');
      else button.removeAttribute('aria-current');
    });
    journeys.forEach((journey) => journey.classList.toggle('on', journey.dataset.journey === state.journey));
    if (STATIONS.includes(state.screen)) last[state.journey] = state.screen;
  };
  on('screen journey', show);
  on('screen', () => scrollTo({ top: 0 }));
  show();

  // One key goes on: to the next screen of the course, to the previous, or to the one with its number on the journey.
  const course = [OPENING, ...STATIONS];
  const go = (screen) => screen !== undefined && update({ screen });
  const here = () => course.indexOf(state.screen);
  pageKeys({ keys: 'n', says: 'keys.next', around: true, act: () => go(course[here() + 1]) });
  pageKeys({ keys: 'p', says: 'keys.previous', around: true, act: () => go(course[here() - 1]) });
  const most = Math.max(...Object.values(JOURNEYS).map(({ length }) => length));
  const numbers = Array.from({ length: most }, (_, i) => i + 1);
  pageKeys({
    keys: numbers.join(' '),
    says: 'keys.station',
    around: true,
    when: () => STATIONS.includes(state.screen), // elsewhere no journey is the one
    act: ({ key }) => go(JOURNEYS[state.journey][Number(key) - 1]),
  });
}

/** What a page without a server is, and what it cannot do. */
function whatIsRecorded() {
  const kind = kindOfRecording();
  return kind
    ? [h('p.recorded', {}, bindText(h('span'), `recorded.${kind}`), ' ', bindText(h('span'), 'recorded.what'))]
    : [];
}
