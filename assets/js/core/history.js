// The state and the address are the same: what somebody chooses is written there at once, and what the browser goes to is shown.
//
// A step (another screen, chapter, input, change, a number explained) is an entry of its own in the browser's history; what is held
// only renames the present one.

import { booted } from './boot.js';
import { fieldOf, isStep, lasting, restored, searchOf, unreadable } from './address.js';
import { firstPhoto, openPhoto } from './photo_query.js';
import { asking } from './questions.js';
import { isRecorded } from './recorded.js';
import { firstSentence, openSentence } from './sentence.js';
import { observe, state, update, valuesAt } from './state.js';
import { Problem } from './wire.js';

/** The word of the photo in an address. */
const PHOTO = 'photo';
/**
 * Browsers allow only so many renamings in a while: what comes soon after another is named when it has come to rest, what
 * comes alone soon after it is painted, so that who goes back at once comes again to what was held.
 */
const REST_MS = 300,
  SOON_MS = 50;

const followers = new Set();
/** Call `follower()` whenever the address of this page has become another one. */
export const onAddress = (follower) => followers.add(follower);

let known = null; // the address of the state after its last change; null while another state is being restored
/** The fields that somebody has chosen while another state is being restored. */
const meanwhile = new Set();
let renaming = 0,
  isSoon = false; // whether it will be, and with what is held by then
let stirred = -Infinity; // when something was last held, or the browser told a name
let stepping = false;
/** Whether the present entry names what could not be had: it stays as it is, for whoever comes to it again, and what is chosen is a step from there. */
let isKept = false;
export const isEntryKept = () => isKept;

/** Whether Back brings a field back. */
const isOfEntry = (name) => restored().includes(name);

const here = () => searchOf(state, location.search);

function renameNoMore() {
  clearTimeout(renaming);
  isSoon = false;
}

/** Give the present entry the name of what is on screen, now. */
function rename() {
  renameNoMore();
  if (known === null || isKept || known === location.search) return;
  renamed(known);
}

function renamed(search) {
  history.replaceState(null, '', search);
  stirred = performance.now();
  followers.forEach((follower) => follower());
}

function step() {
  stepping = false;
  if (known === null) return;
  known = here();
  enter();
}

/** An entry of its own for what is on screen. */
function enter() {
  isKept = false;
  if (known === location.search) return;
  // Where another page shows this one, its Back is not ours to fill.
  history[state.embedded ? 'replaceState' : 'pushState'](null, '', known);
  stirred = performance.now();
  followers.forEach((follower) => follower());
}

observe((names, quietly) => {
  if (known === null) {
    if (!quietly) names.filter(fieldOf).forEach((name) => meanwhile.add(name));
    return;
  }
  if (stepping || !names.some(fieldOf)) return; // all that happens in one moment is one step
  if (isKept && (quietly || !names.some(isOfEntry))) {
    // The room, the language: it says them as they are now, beside what it named.
    if (!names.some(isOfEntry)) {
      const named = valuesAt(location.search, restored());
      renamed(searchOf({ ...state, ...named }, location.search));
    }
    return;
  }
  if (isKept || (!quietly && names.some(isStep))) {
    rename(); // the entry that is left keeps what was held last
    stepping = true;
    queueMicrotask(step);
    return;
  }
  known = here();
  const calm = performance.now() - stirred;
  stirred = performance.now();
  if (isSoon) return;
  clearTimeout(renaming);
  isSoon = calm > REST_MS;
  renaming = setTimeout(rename, isSoon ? SOON_MS : REST_MS);
});

let turn = 0,
  begun = false;

let restoring = false;
/** Whether what changes right now is what an address names, all of it. */
export const isRestoring = () => restoring;

/** Whether what the address named when the page was opened is on screen: what comes after it is somebody's way. */
export const hasBegun = () => begun;

/**
 * Show what the address names: the old picture stays, dimmed, until all of the new one is here. What somebody chooses meanwhile is a step from there.
 * Whether it was not overtaken by another address.
 */
async function restore() {
  const mine = ++turn,
    boot = await booted;
  // What was chosen before is of the address that is left.
  if (begun) {
    meanwhile.clear();
    asking.forget();
  }
  renameNoMore(); // the browser is at another one
  known = null;
  isKept = false;
  update({ problem: null });
  const values = valuesAt(location.search, restored()),
    doubtful = unreadable(location.search),
    noPhoto = isRecorded() ? undefined : doubtful.find(({ word }) => word === PHOTO),
    wrong = doubtful.find((one) => one !== noPhoto);
  // A photo that cannot be told is one that is not here, and no other takes its place; but a page without a server has its own alone.
  if (noPhoto) values.photo = noPhoto.text;
  const [photo, sentence] = await Promise.all([openPhoto(values, boot), openSentence(values, boot)]);
  await asking.allDone(); // by somebody, meanwhile
  if (turn !== mine) return false;
  const chosen = [...meanwhile],
    all = { ...values, ...Object.fromEntries(chosen.map((name) => [name, state[name]])) };
  restoring = true;
  update({
    wanted: null,
    ...all,
    ...photo.of(all),
    ...sentence.of(all),
    ...(wrong && !state.problem && { problem: new Problem('address_unreadable', wrong) }),
  });
  restoring = false;
  known = here();
  isKept = photo.failed || sentence.failed;
  if (chosen.some(isStep)) enter();
  else rename();
  return true;
}

/** Show what another address names, in place of the present one. Whether it was not overtaken meanwhile. */
export function openAddress(search) {
  history.replaceState(null, '', search);
  return restore();
}

/** Go to what another address names, as to a link: the browser's Back comes from there. Whether it was not overtaken meanwhile. */
export function visit(search) {
  rename(); // the entry that is left keeps what was held last
  if (search !== location.search) history[state.embedded ? 'replaceState' : 'pushState'](null, '', search);
  return restore();
}

/** Begin with what the address names. */
export async function beginHistory() {
  addEventListener('popstate', restore);
  addEventListener('pagehide', rename);
  const boot = await booted;
  firstPhoto(boot.first);
  firstSentence(boot.first_sentence);
  await restore();
  begun = true;
}

const nothingOf = (names) => Object.fromEntries(names.map((name) => [name, null]));
/** What the address of whoever looks may say, and a link to what they see does not: how it is shown to them. */
const NOBODYS = { embedded: null, presenting: false, slide: 0, speaking: null };

/** The address of what is on screen, in the whole page, for whoever opens it. */
export const address = (changed = {}) =>
  searchOf({ ...state, ...nothingOf(lasting()), ...NOBODYS, ...changed }, location.search);

/** Go to another screen; from a frame that shows one alone, into a window of its own. */
export function goTo(changed) {
  if (state.embedded) window.open(address(changed), '_blank', 'noopener');
  else update(changed);
}
