// Before attention: six chapters on recurrent networks, one on screen at a time. A chapter asks for nothing while it cannot be seen.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { goTo } from '../core/history.js';
import { keysOf } from '../core/keys.js';
import { CHAPTERS } from '../core/recurrent.js';
import { on, state, update } from '../core/state.js';
import { bindLabel, bindText, t } from '../core/text.js';
import { asProblem } from '../core/wire.js';

/**
 * Every module exports one function of its own name, called once with its empty box: chain(host) -> { show(sentence, wanted), hide() }.
 * `show` is called when the chapter comes on screen and when the sentence changed while it is there; it fetches and draws, and gives up where
 * `wanted()` has become false. The box is dimmed until it is done. `hide` stops what moves by itself.
 */
const MODULES = {
  chain: () => import('../before/chain.js'),
  uses: () => import('../before/uses.js'),
  gradient: () => import('../before/gradient.js'),
  cost: () => import('../before/cost.js'),
  bottleneck: () => import('../before/bottleneck.js'),
  path: () => import('../before/path.js'),
};

export async function mount(root) {
  await booted;
  const tabs = CHAPTERS.map((name, i) =>
    h(
      'button.chapter-tab',
      {
        type: 'button',
        role: 'tab',
        id: `chapter-tab-${name}`,
        'aria-controls': `chapter-${name}`,
        onclick: () => update({ chapter: name }),
      },
      h('span.number', {}, String(i + 1)),
      bindText(h('span'), `before.${name}`),
    ),
  );
  const boxes = CHAPTERS.map(() => h('div.chapter-box'));
  // At the end of a chapter its next; after the last the screen that comes next on the rail.
  const ends = CHAPTERS.map((name, i) =>
    h(
      'nav.chapter-end',
      {},
      bindText(h('p'), CHAPTERS[i + 1] ? `next.chapter_${name}` : 'next.before'),
      next(CHAPTERS[i + 1]),
    ),
  );
  const panels = CHAPTERS.map((name, i) =>
    h(
      'section.chapter',
      { role: 'tabpanel', id: `chapter-${name}`, 'aria-labelledby': `chapter-tab-${name}`, 'data-chapter': name },
      boxes[i],
      ends[i],
    ),
  );
  const heading = bindText(h('h2'), () => `before.${state.chapter}_heading`);
  const bar = bindLabel(h('div.chapters', { role: 'tablist' }, ...tabs), 'aria-label', 'before.chapters');
  keysOf(bar, { keys: 'ArrowLeft ArrowRight Home End', says: 'keys.chapters', act: move });
  root.append(h('div.before-screen', {}, heading, bar, ...panels));

  function next(name) {
    const go = () => {
      if (name) update({ chapter: name });
      else goTo({ screen: 'words' });
      scrollTo(0, 0);
    };
    return h(
      'button.action.next-chapter',
      { type: 'button', onclick: go },
      bindText(h('span'), 'before.next', () => ({ title: t(name ? `before.${name}_heading` : 'words.title') })),
      ' →',
    );
  }

  function move(event) {
    const here = CHAPTERS.indexOf(state.chapter),
      to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: CHAPTERS.length - 1 }[event.key];
    update({ chapter: CHAPTERS[(to + CHAPTERS.length) % CHAPTERS.length] });
    tabs[CHAPTERS.indexOf(state.chapter)].focus();
  }

  function choose() {
    heading.respeak();
    CHAPTERS.forEach((name, i) => {
      const on = name === state.chapter;
      tabs[i].setAttribute('aria-selected', String(on));
      tabs[i].tabIndex = on ? 0 : -1;
      panels[i].hidden = !on;
    });
  }

  const parts = {}; // by name, what the chapters' modules gave or are about to give: called once, however often one is asked for meanwhile
  async function load(name, box) {
    globalThis.microscope.fetchPart(`before/${name}`);
    return (await MODULES[name]())[name](box);
  }
  let shown = null; // { name, sentence, part }: what is on screen or on its way there, then without its part
  async function visit() {
    const { sentence, chapter: name } = state,
      visible = state.screen === 'before' && sentence;
    if (shown && (!visible || shown.name !== name)) {
      shown.part?.hide();
      shown = null;
    }
    if (!visible || shown?.sentence === sentence) return;
    const now = (shown = { name, sentence, part: null }),
      wanted = () => shown === now,
      box = boxes[CHAPTERS.indexOf(name)];
    box.dataset.waiting = '';
    delete root.dataset.complete;
    try {
      parts[name] ??= load(name, box);
      const part = await parts[name];
      if (!wanted()) return;
      now.part = part;
      await part.show(sentence, wanted);
      if (!wanted()) return;
      delete box.dataset.waiting;
      root.dataset.complete = name; // from here on looking asks for nothing
    } catch (error) {
      if (!wanted()) return;
      shown = null;
      parts[name] = null; // asked for again whenever somebody comes back
      delete box.dataset.waiting;
      update({ problem: asProblem(error) });
    }
  }

  on('chapter', choose);
  on('sentence screen chapter', visit);
  choose();
  visit();
}
