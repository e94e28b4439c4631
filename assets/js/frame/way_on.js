// At the end of every station, and of the notes: which screen of the course follows, and why it does.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { BESIDE, OPENING, STATIONS } from '../core/journeys.js';
import { on, state, update } from '../core/state.js';
import { has, bindLabel, bindText, t } from '../core/text.js';
import { focusContent } from './content.js';

/** The stations, and behind the last of them what stands beside both journeys and says what follows: the notes, where all of it is done by hand. */
const way = () => [...STATIONS, ...BESIDE.filter((screen) => has(`next.${screen}`))];
/** After the last one comes the beginning. */
const following = () => way()[way().indexOf(state.screen) + 1] ?? OPENING;

export async function mount(root) {
  await booted;
  const why = bindText(h('p'), () => `next.${state.screen}`);
  const words = bindText(h('span'), 'before.next', () => ({ title: t(`${following()}.title`) }));
  const end = h('nav.way-on', {}, why, h('button.action', { type: 'button', onclick: go }, words, ' →'));
  bindLabel(end, 'aria-label', 'next.way_on');
  root.append(end);

  function go() {
    update({ screen: following() });
    scrollTo(0, 0);
    focusContent(); // the button is at the end of the next screen by now
  }

  function show() {
    // The chapters of the first station have ends of their own.
    end.hidden = !way().includes(state.screen) || state.screen === STATIONS[0];
    if (end.hidden) return;
    words.respeak();
    why.hidden = !has(`next.${state.screen}`);
    if (!why.hidden) why.respeak();
  }
  on('screen lang', show);
  show();
}
