// Links to what is on screen: where the page is found by others, and the short ones that the server keeps.

import { EMBEDDED } from './address.js';
import { escaped } from './dom.js';
import { address } from './history.js';
import { isRecorded } from './recorded.js';
import { state } from './state.js';
import { t } from './text.js';
import { request, requestJson } from './wire.js';

/** The word of a short link's code in an address (demo/page/links.py). */
export const CODE = 's';

/** Bytes of a link of which squares (QR) can be made: more does not fit into 45 × 45 modules (demo/page/links.py). */
export const MOST_IN_SQUARES = 154;

/** Whether a host's name means the computer that somebody sits at. */
export const isThisComputer = (host) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);

let room = null;

/** Where others in the room find this page, where it is looked at by an address of this computer alone; "" where they do not or where it is not known. */
export function roomPage() {
  room ??= isThisComputer(location.hostname)
    ? requestJson('room').then(
        ({ pages }) => pages[0] ?? '',
        () => '',
      )
    : Promise.resolve('');
  return room;
}

/** The page around this one, where this one is framed and the server knows by what; null elsewhere. */
export const pageAround = () => (window.parent === window ? null : state.boot.outer_page);

/** The page that visitors see: the one around this one where the server knows it and this one is framed, else this one as the room finds it. */
export async function outerPage() {
  return pageAround() ?? ((await roomPage()) || `${location.origin}${location.pathname}`);
}

/** Whether a photo is one that somebody brought: its name opens it for whoever knows it. */
export const isOwn = (photo) => Boolean(photo) && !photo.startsWith('example:');

/** Whether the link to what is on screen opens a visitor's own photo: it is named on the screens of sentences as well, since one click leads to it. A page without a server has its photos in itself. */
export const sharesOwn = () => isOwn(state.photo) && !state.photoGone && !isRecorded();

/** What the address of a sheet or a file has otherwise: they last longer than an own photo is kept, and go to people whom nobody has told of it. */
export const withoutOwn = () => (isOwn(state.photo) ? { photo: null } : {});

/** What is said beside such an address where it is of a photo: that it does not name it. '' where there is nothing to say, as of a page that has the photo in itself. */
export const photoLeftOut = () =>
  isOwn(state.photo) && state.journey === 'photo' && !isRecorded() ? t('share.left_out') : '';

/** The link to what is on screen, or with some fields otherwise, by the address by which this page was opened: nobody is asked for a better one. */
export const linkAtOnce = (changed = {}) =>
  `${pageAround() ?? `${location.origin}${location.pathname}`}${address(changed)}`;

/** The link to what is on screen, or with some fields otherwise: without a visitor's own photo with `{ photo: null }`. */
export async function linkHere(changed = {}) {
  const link = new URL(await outerPage());
  link.search = address(changed);
  return String(link);
}

/** The link to what is on screen, shown alone, for another page to show it in a frame: this page itself, never one around it, whose server may not let it be framed. */
export async function frameHere() {
  const frame = new URL((await roomPage()) || `${location.origin}${location.pathname}`),
    link = new URL(await linkHere());
  frame.search = `${link.search}&embed=${EMBEDDED}`;
  return `<iframe src="${escaped(frame)}" title="${escaped(document.title)}" width="1100" height="760" style="border:0; max-width:100%" loading="lazy" allow="clipboard-write"></iframe>`;
}

/** A short link that leads to the same, and until when it does: seconds since 1970. */
export async function shortened(link) {
  const short = new URL(link),
    { code, until } = await (await request('link', { method: 'POST', body: short.search })).json();
  short.search = String(new URLSearchParams({ [CODE]: code }));
  return { link: String(short), until };
}

/** Copy a field's text; where the page may not (plain http), select it for the visitor's own keys. */
export async function copied(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand('copy'); // the only way without https; gone from the standards, kept by all browsers
  }
}

/** A time as the page's language says it: Sun, Dec 6, 14:05. */
export const whenOf = (seconds) =>
  new Intl.DateTimeFormat(state.lang, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(seconds * 1000);
