// One screen alone in a frame of another page (`embed=screen` in the address): a link to the whole page, and what the page around may ask by messages.
// docs/embedding.md has the protocol for whoever writes such a page, and why any page that may show this one may speak to it.

import { speakIn } from '../core/boot.js';
import { changeWords } from '../core/change_words.js';
import { EMBEDDED, unreadable } from '../core/address.js';
import { h } from '../core/dom.js';
import { address, openAddress } from '../core/history.js';
import { isOwn, linkAtOnce } from '../core/links.js';
import { on, showsPhoto, state, update, valuesAt } from '../core/state.js';
import { problemKey, bindText, t } from '../core/text.js';
import { asProblem, Problem } from '../core/wire.js';

const SOURCE = 'attention-microscope',
  VERSION = 1;

/** What is switched off, in words: the badge that says it elsewhere is not here. */
function changed() {
  const subject = state.journey === 'photo' ? state.photoQuery : state.sentence;
  return subject?.change ? changeWords(subject.change) : '';
}

function buildCorner() {
  const link = h('a', { target: '_blank', rel: 'noopener' }),
    badge = h('span.changed', { 'data-told': true });
  bindText(link, 'embed.open');
  const follow = () => {
    link.href = linkAtOnce();
  };
  const show = () => {
    badge.textContent = changed();
  };
  // The address is written a moment after what it says: whoever follows the link finds what is on screen.
  for (const event of ['pointerdown', 'focus', 'mouseenter']) link.addEventListener(event, follow);
  on('photoQuery sentence screen journey lang', show);
  show();
  document.body.append(h('aside.embed-corner.am-mount', {}, badge, link));
  return follow;
}

/** Begin to be shown alone; what it gives back is to be called whenever the address has become another one. */
export function beEmbedded() {
  const follow = buildCorner(),
    tell = window.parent === window ? () => {} : listen();
  return () => {
    follow();
    tell();
  };
}

/** Answer the page around this one, and tell it of changes once it has asked. */
function listen() {
  let asked = null, // where the page around is found, once it has asked for something
    told = '', // what it was told last
    setting = 0,
    given = ''; // the photo that the page around has named itself
  const post = (type, more, origin) =>
    window.parent.postMessage({ source: SOURCE, version: VERSION, type, ...more }, origin);

  /** What is on screen. A photo that somebody brought into the frame is theirs: it is not named to the page around. */
  const now = () => {
    const own = isOwn(state.photo) && state.photo !== given,
      here = address(own ? { photo: null } : {});
    return { address: here, screen: state.screen, lang: state.lang, own_photo: own };
  };
  const answer = (type, more = {}) => {
    const present = now();
    told = present.address;
    post(type, { ...present, ...more }, asked);
  };

  async function set(data) {
    const search = wanted(data);
    const photo = new URLSearchParams(search).get('photo');
    if (photo !== state.photo) given = photo ?? given; // else the search has it from what is on screen
    const { lang, chosenTheme } = valuesAt(search, ['lang', 'chosenTheme']),
      named = new URLSearchParams(search);
    if (named.has('lang')) await speakIn(lang);
    if (named.has('theme')) update({ chosenTheme });
    if (!(await openAddress(search))) throw new Problem('embed_overtaken');
    const problem = (showsPhoto() && state.photoGone) || state.problem;
    if (problem) throw problem;
  }

  const ASKED = { get: () => {}, set };

  addEventListener('message', async ({ data, origin, source }) => {
    // The page around and nobody else: the browser lets it be no other than may show this one (frame-ancestors).
    if (source !== window.parent || data?.source !== SOURCE) return;
    // A page of no origin, as a file on a disk, can be answered in no other way; it is the parent that gets it.
    asked = origin === 'null' ? '*' : origin;
    const id = data.id === undefined ? {} : { id: data.id };
    setting++;
    try {
      const act = Object.hasOwn(ASKED, data.type) ? ASKED[data.type] : null;
      if (!act) throw new Problem('embed_type', { type: String(data.type) });
      if (data.version !== VERSION) throw new Problem('embed_version', { version: String(data.version) });
      await act(data);
      answer('state', id);
    } catch (error) {
      const problem = asProblem(error);
      post('error', { code: problem.code, message: t(problemKey(problem), problem.params), ...id }, asked);
    } finally {
      setting--;
    }
  });

  given = isOwn(state.photo) ? state.photo : ''; // it was in the address of the frame
  post('ready', {}, '*'); // nothing in it: who it is for is not known yet
  return () => {
    if (asked && !setting && now().address !== told) answer('changed');
  };
}

/**
 * The address that a message asks for: a whole one, or the present one with some of its words otherwise. This page stays alone in its frame.
 * @returns {string} "?v=…"
 */
function wanted({ address: whole, words }) {
  let search;
  if (typeof whole === 'string' && URL.canParse(whole, location.href)) search = new URL(whole, location.href).search;
  else if (words && typeof words === 'object') search = withWords(words);
  else throw new Problem('embed_nothing');
  const [wrong] = unreadable(search);
  if (wrong) throw new Problem('embed_unreadable', wrong);
  const params = new URLSearchParams(search);
  if (!params.has('screen') && !params.has('embed')) params.set('screen', state.screen);
  if (!params.has('embed')) params.set('embed', EMBEDDED);
  return `?${params}`;
}

function withWords(words) {
  const params = new URLSearchParams(address());
  for (const [word, text] of Object.entries(words)) {
    if (text === null) params.delete(word);
    else params.set(word, String(text));
  }
  return `?${params}`;
}
