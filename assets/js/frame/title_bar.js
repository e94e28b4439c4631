// Name, language and theme.

import { booted, speakIn } from '../core/boot.js';
import { tellChanges } from '../core/announce.js';
import { ALL, beginWithTerm, explainTerms } from '../core/glossary.js';
import { h } from '../core/dom.js';
import { beginHistory, onAddress } from '../core/history.js';
import { OPENING } from '../core/journeys.js';
import { keepFocus } from '../core/keep_focus.js';
import { on, state, update } from '../core/state.js';
import { bindLabel, bindText, t } from '../core/text.js';
import { tellWholeNames } from '../core/whole_names.js';
import { inputName } from '../core/input_name.js';
import { buildKeyList } from './key_list.js';
import { focusContent } from './content.js';
import { beEmbedded } from './embedding.js';
import { buildRoomButton } from '../room/panel.js';
import { buildPrintHead } from './printing.js';
import { buildSharing, tellOuter, withoutCode } from './sharing.js';

export const NAME = 'Attention Microscope';
const LANGUAGES = { en: 'EN', ko: '한국어' };

/** The first stop of the keyboard: past the frame, to what is on screen. The address never changes. */
function buildSkip() {
  const skip = h('a.skip', {
    href: '#content',
    onclick: (event) => {
      event.preventDefault();
      focusContent()?.scrollIntoView();
    },
  });
  return bindText(skip, 'frame.skip');
}

export async function mount(root) {
  keepFocus();
  tellChanges();
  explainTerms();
  tellWholeNames();
  await booted;
  const languages = Object.entries(LANGUAGES).map(([lang, name]) =>
    h('button', { type: 'button', lang, onclick: () => speakIn(lang) }, name),
  );
  const theme = h(
    'button.icon',
    { type: 'button', onclick: () => update({ chosenTheme: state.theme === 'dark' ? 'light' : 'dark' }) },
    '◐',
  );
  bindLabel(theme, 'aria-label', 'frame.theme');
  const home = h('button.home', { type: 'button', onclick: () => update({ screen: OPENING }) }, NAME);
  bindLabel(home, 'title', 'frame.home');
  const terms = bindText(h('a.all-terms', { href: `#${ALL}` }), 'frame.terms');
  const show = () =>
    languages.forEach((button) => button.setAttribute('aria-pressed', String(button.lang === state.lang)));
  on('lang', show);
  show();
  root.append(
    h(
      'header.title-bar',
      {},
      buildSkip(),
      h(
        'div.brand',
        {},
        h('span.lens', { 'aria-hidden': true }),
        h('h1', {}, home),
        bindText(h('p.motto'), 'frame.motto'),
      ),
      h('div.segmented', { role: 'group', 'aria-label': 'Language / 언어' }, ...languages),
      buildRoomButton(),
      buildSharing(),
      terms,
      buildKeyList(),
      theme,
    ),
  );

  // What the browser's tab, its history and a bookmark call it.
  const name = () => {
    const screen = state.screen === OPENING ? '' : t(`${state.screen}.title`);
    document.title = [screen, screen && inputName(), NAME].filter(Boolean).join(' · ');
  };
  on('screen journey photoQuery sentence lang', name);
  name();
  document.body.prepend(buildPrintHead());
  const tell = state.embedded ? beEmbedded() : tellOuter;
  onAddress(tell);
  const tellGone = withoutCode();
  const arrived = beginHistory();
  beginWithTerm(terms, arrived);
  await arrived;
  tellGone();
  tell();
}
