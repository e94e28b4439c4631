// What is switched off, wherever one is: named in one line, undone with one click, compared with the trained pass with one key.

import { NOTHING, readChange } from '../core/change.js';
import { changeList, kindName } from '../core/change_words.js';
import { h } from '../core/dom.js';
import { OPENING } from '../core/journeys.js';
import { pageKeys } from '../core/keys.js';
import { fitting, setChange, wish } from '../core/photo_query.js';
import { dropped as droppedOfSentence, sentenceWish, setSentenceChange } from '../core/sentence.js';
import { on, state, update } from '../core/state.js';
import { html, bindLabel, bindText, t } from '../core/text.js';

/** The key that shows everything as trained, and again as changed. */
const KEY = 't';

/** Of each journey: what is wanted off, what of it does not fit, how to set it, and the field that shows it as trained. */
const JOURNEYS = {
  photo: {
    text: () => state.change,
    wish,
    dropped: () => (state.photoQuery ? fitting(state.photoQuery, state.change).dropped : []),
    set: setChange,
    asTrained: 'asTrained',
  },
  sentence: {
    text: () => state.sentenceChange,
    wish: sentenceWish,
    dropped: () => (state.sentence ? droppedOfSentence(state.sentence) : []),
    set: setSentenceChange,
    asTrained: 'sentenceAsTrained',
  },
};

export function buildChangeBadge() {
  const list = h('span.changes-list'),
    waiting = h('span.changes-waiting');
  const compare = h(
    'button.action',
    { type: 'button', 'data-action': 'as-trained', onclick: turn },
    bindText(h('span'), 'change.as_trained'),
    h('kbd', {}, KEY.toUpperCase()),
  );
  bindLabel(compare, 'title', 'change.as_trained_hint', () => ({ key: KEY.toUpperCase() }));
  const undo = h(
    'button.action',
    { type: 'button', 'data-action': 'undo-change', onclick: () => here().forEach(({ set }) => set(NOTHING)) },
    bindText(h('span'), 'change.undo'),
  );
  const badge = h('section.changes', { 'data-told': true, hidden: true }, list, waiting, compare, undo);
  bindLabel(badge, 'aria-label', 'change.badge');

  /** The journeys on screen of which something is switched off: at the start it may be both. */
  const here = () =>
    Object.entries(JOURNEYS)
      .filter(([name, { text }]) => (state.screen === OPENING || name === state.journey) && text())
      .map(([, journey]) => journey);
  const isTrained = () => here().every(({ asTrained }) => state[asTrained]);

  function turn() {
    const next = !isTrained();
    update(Object.fromEntries(here().map(({ asTrained }) => [asTrained, next])));
  }

  function show() {
    const changed = here(),
      kinds = changed.flatMap(({ dropped }) => dropped());
    badge.hidden = !changed.length;
    if (badge.hidden) return;
    list.replaceChildren(
      ...changed.flatMap((journey) =>
        Object.entries(changeList(journey.text()))
          .filter(([kind]) => !journey.dropped().includes(kind))
          .map(([kind, words]) => chip(journey, kind, words)),
      ),
    );
    const unread = changed.flatMap(({ text }) => readChange(text()).unread);
    waiting.innerHTML = [
      kinds.length ? html('change.dropped', { what: kinds.map(kindName).join(', ') }) : '',
      unread.length ? html('change.unread', { what: unread.join('; ') }) : '',
    ]
      .filter(Boolean)
      .join(' ');
    compare.hidden = !list.childElementCount;
    compare.setAttribute('aria-pressed', String(isTrained()));
  }

  /** Struck out while its own journey is shown as trained. */
  function chip(journey, kind, words) {
    const element = h('span.change-chip', {}, words, takeBack(journey, kind, words));
    element.classList.toggle('as-trained', state[journey.asTrained]);
    return element;
  }

  function takeBack({ set, wish: wanted }, kind, words) {
    return h(
      'button.take-back',
      {
        type: 'button',
        'aria-label': t('change.take_back', { what: words }),
        onclick: () => set({ ...wanted(), [kind]: NOTHING[kind] }),
      },
      '✕',
    );
  }

  pageKeys({ keys: KEY, says: 'keys.as_trained', when: () => !badge.hidden, act: turn });
  on('screen journey lang photoQuery sentence change sentenceChange asTrained sentenceAsTrained', show);
  show();
  return badge;
}
