// The speaker window: what the step on the wall says, what is right, what comes next, and the time; with the controls of the presenting page.

import { speakIn } from '../core/boot.js';
import { h } from '../core/dom.js';
import { pageKeys } from '../core/keys.js';
import { state, update } from '../core/state.js';
import { html, bindLabel, bindText, t } from '../core/text.js';
import { questionInWords } from '../tours/asking.js';
import { tours } from '../tours/tours.js';
import { write } from '../tours/words.js';
import { clockOf, elapsed, paused, restarted, started, timeOf } from './clock.js';
import { SpeakerLine } from './line.js';

const KEPT = 'microscope.clock',
  ALIVE_MS = 2500; // how often the presenting page is asked whether it is there

export function speakerView(root) {
  document.documentElement.toggleAttribute('data-speaker', true);
  document.title = t('present.speaker_title');
  let where = null,
    heard = 0,
    tour = null;
  const line = new SpeakerLine(state.speaking, ({ tells }) => {
    if (!tells) return;
    heard = Date.now();
    follow(tells);
  });
  const ask = (asks) => line.say({ asks });

  const now = h('section.speaker-now', { 'data-told': true }),
    next = h('section.speaker-next'),
    right = h('p.speaker-right'),
    lost = bindText(h('p.speaker-lost', { hidden: true }), 'present.lost');
  const button = (key, asks) =>
    h('button.action', { type: 'button', onclick: () => ask(asks) }, bindText(h('span'), key));
  const freeze = button('present.freeze', 'freeze'),
    black = button('present.black', 'black');
  const clock = buildClock();
  root.append(
    h(
      'div.speaker',
      {},
      h('header', {}, bindText(h('h1'), 'present.speaker_title'), clock),
      lost,
      h('div.speaker-notes', {}, h('div', {}, now, right), next),
      h('div.speaker-actions', {}, button('present.back', 'back'), button('present.next', 'next'), freeze, black),
    ),
  );
  pageKeys({ keys: 'ArrowRight PageDown', says: 'keys.slide_next', act: () => ask('next') });
  pageKeys({ keys: 'ArrowLeft PageUp', says: 'keys.slide_back', act: () => ask('back') });
  pageKeys({ keys: 'f', says: 'keys.freeze', act: () => ask('freeze') });
  pageKeys({ keys: 'b .', says: 'keys.black', act: () => ask('black') });

  async function follow(tells) {
    where = tells;
    if (tells.lang !== state.lang) await speakIn(tells.lang);
    if (tells.theme !== state.theme) update({ chosenTheme: tells.theme });
    const found = tells.tour ? (await tours(tells.lang)).tours.find(({ name }) => name === tells.tour) : null;
    if (where !== tells) return;
    tour = found ?? null;
    show();
  }

  function show() {
    const { tourStep, screen, chapter, slide, slides, presenting } = where;
    freeze.setAttribute('aria-pressed', String(where.frozen));
    black.setAttribute('aria-pressed', String(where.cover === 'black'));
    right.hidden = !where.right;
    next.hidden = !presenting && !tour; // nothing comes next, and nothing has ended
    if (where.right) right.innerHTML = html('present.right', { right: where.right });
    if (tour) {
      const at = Math.min(tourStep, tour.steps.length - 1);
      now.replaceChildren(
        h('h2', {}, `${tour.title} · ${t('tours.place', { n: at + 1, total: tour.steps.length })}`),
        ...(where.question ? [h('p.speaker-question', {}, where.question)] : []),
        ...told(tour.steps[at]),
      );
      const following = tour.steps[at + 1];
      next.replaceChildren(
        h('h2', {}, t('present.then')),
        ...(following?.ask ? [h('p.speaker-question', {}, questionInWords(following.ask))] : []),
        ...(following ? told(following) : [h('p', {}, t('present.end'))]),
      );
      return;
    }
    const place = slides > 1 ? ` · ${slide + 1} / ${slides}` : '';
    now.replaceChildren(h('h2', {}, `${nameOf(screen, chapter)}${place}`), bindText(h('p.note'), 'present.no_tour'));
    const then = where.next;
    next.replaceChildren(
      h('h2', {}, t('present.then')),
      h(
        'p',
        {},
        then
          ? nameOf(then.screen, then.chapter) + (then.screen === screen ? ` · ${then.slide + 1}` : '')
          : t('present.end'),
      ),
    );
  }

  const told = ({ says, tries }) => [
    ...says.map((text) => write(h('p'), text)),
    ...(tries ? [write(h('p.note'), `${t('tours.try')} ${tries}`)] : []),
  ];

  ask('hello');
  setInterval(() => {
    ask('hello');
    lost.hidden = Date.now() - heard < 3 * ALIVE_MS;
  }, ALIVE_MS);
}

const nameOf = (screen, chapter) =>
  chapter ? `${t(`${screen}.title`)}: ${t(`before.${chapter}_heading`)}` : t(`${screen}.title`);

function buildClock() {
  const read = () => {
    try {
      return clockOf(sessionStorage.getItem(KEPT));
    } catch {
      return clockOf('');
    }
  };
  let clock = read();
  const day = h('time.speaker-day'),
    gone = h('output.speaker-gone');
  bindLabel(day, 'title', 'present.day');
  bindLabel(gone, 'aria-label', 'present.gone');
  const set = (change) => () => {
    clock = change(clock, Date.now());
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(clock));
    } catch {
      /* private window: it runs as long as the window is not loaded anew */
    }
    tick();
  };
  const run = h('button.action', { type: 'button' }, ''),
    reset = h('button.action', { type: 'button', onclick: set(restarted) }, bindText(h('span'), 'present.clock_reset'));
  run.addEventListener('click', () => set(clock.since === null ? started : paused)());
  function tick() {
    const now = Date.now();
    day.textContent = new Date(now).toLocaleTimeString(state.lang, { hour: '2-digit', minute: '2-digit' });
    gone.textContent = timeOf(elapsed(clock, now));
    run.textContent = t(clock.since === null ? 'present.clock_start' : 'present.clock_pause');
  }
  tick();
  setInterval(tick, 500);
  return h('div.speaker-clock', {}, day, gone, run, reset);
}
