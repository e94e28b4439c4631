// What somebody brings from outside by pasting or dropping it: a picture is looked at, text goes into a field, a link leads nowhere.

import { isWritable } from '../core/field.js';
import { HEADS, OPENING } from '../core/journeys.js';
import { uploadPhoto } from '../core/photo_query.js';
import { state, update } from '../core/state.js';
import { Problem } from '../core/wire.js';

const ADDRESS = /^\s*(https?|ftp|file|data|blob):\S*\s*$/i;

/** @type {(text: string, atOnce: boolean) => void} */
let write = () => {};
/** Have `how(text, atOnce)` take text that is brought while a sentence is on screen and no field is meant; `atOnce`: it is to be translated. */
export const onText = (how) => {
  write = how;
};

/** A file manager gives a file's name or path along with it, a browser a picture's address: that is no text of its own. */
const isOwnText = (text, files) =>
  Boolean(text.trim()) &&
  !(files.length && ADDRESS.test(text)) &&
  !(files.length && text.split(/\r?\n/).every((line) => files.some(({ name }) => name && line.endsWith(name))));

/**
 * What becomes of it: { take: file }, { write: text }, { refuse: code of a sentence }, or null where the browser's own way is right.
 * @param {{ files: File[], text: string, link?: string }} brought
 * @param {{ writable: boolean, journey: string, dropped: boolean, starting?: boolean }} where
 */
export function judged({ files, text, link = '' }, { writable, journey, dropped, starting = false }) {
  const picture = files.find(({ type }) => type.startsWith('image/')) ?? files[0],
    own = isOwnText(text, files);
  if (dropped) {
    if (picture) return { take: picture };
    if (link) return { refuse: 'link_dropped' };
  }
  if (writable && (own || !picture)) return null;
  // Who writes a sentence stays with it; a picture has a place of its own at the start, and on a photo's screens.
  if (writable) return journey === 'sentence' && !starting ? { refuse: 'paste_in_field' } : { take: picture };
  if (own && journey === 'sentence') return { write: text };
  if (own) return { refuse: dropped ? 'text_dropped' : picture ? 'paste_text' : 'paste_no_picture' };
  return picture ? { take: picture } : null;
}

function bring(event, data, dropped) {
  const brought = {
    files: [...(data?.files ?? [])],
    text: data?.getData('text/plain') ?? '',
    link: data?.getData('text/uri-list') ?? '',
  };
  // At the start both journeys are on screen, and what is brought is looked at there, at once; a field that is written in waits for Enter.
  const starting = state.screen === OPENING,
    journey = starting ? 'sentence' : state.journey;
  const what = judged(brought, { writable: isWritable(event.target), journey, dropped, starting });
  if (!what) return;
  event.preventDefault();
  // Where one screen is shown alone, there is no field, and no other screen to go to.
  if (state.embedded && (what.write || journey === 'sentence')) return;
  if (what.refuse) update({ problem: new Problem(what.refuse) });
  else if (what.write) write(what.write, starting);
  else {
    if (journey === 'sentence' && !starting) update({ screen: HEADS });
    uploadPhoto(what.take, brought.files.length);
  }
}

/** Listen on the whole page. */
export function listen() {
  let ours = false; // what is dragged is the page's own
  document.addEventListener('paste', (event) => {
    if (!event.defaultPrevented) bring(event, event.clipboardData, false);
  });
  document.addEventListener('dragstart', () => {
    ours = true;
  });
  document.addEventListener('dragend', () => {
    ours = false;
  });
  // Only text may be dropped the browser's own way, into a field: whatever else it would open in place of the page.
  const isNative = ({ target, dataTransfer }) =>
    isWritable(target) && !dataTransfer?.types.some((type) => type === 'Files' || type === 'text/uri-list');
  document.addEventListener('dragover', (event) => {
    if (!isNative(event)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    if (isNative(event)) return;
    event.preventDefault();
    if (!ours) bring(event, event.dataTransfer, true);
  });
}
