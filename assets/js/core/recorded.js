// A page without a server: what the server once answered, by address, in its place (demo/offline/recorded.py).

import { comesLater, fileOf, mountPart } from './mounting.js';
import { answerFrom, Problem } from './wire.js';

/** Whether this page is such a one; known before anything else is (demo/offline/shell.py). */
export const isRecorded = () => kindOfRecording() !== undefined;
/** How it is kept, 'one_file' or 'static'; undefined where there is a server. */
export const kindOfRecording = () => globalThis.microscope?.recorded?.kind;

/**
 * What a page without a server has been given.
 * @typedef {object} Recording
 * @property {Record<string, Record<string, string>>} usual  words that an address may leave out, by the address' path
 * @property {Record<string, [id: string, media: string, packed: boolean]>} answers  what answers an address, by `keyOf` it
 * @property {(id: string, media: string) => Promise<ReadableStream<Uint8Array>>} open  the bytes themselves
 * @property {(id: string, media: string) => string} place  where the browser finds them by itself
 */

/** What a page on which nothing is computed is answered all the same, by the first part of the address. */
const NOTHING = { progress: {}, cancel: {}, reach: {}, room: { pages: [] } };
/** What only a server does, whatever was recorded. */
const NEEDS_SERVER = ['photo', 'link', 'qr'];

const partsOf = (address) => {
  const [path, query = ''] = address.split('?');
  return { path, words: [...new URLSearchParams(query)] };
};

/** An address in the one form of all that ask the same; demo/offline/recorded.py writes it too. */
export function keyOf(address, usual) {
  const { path, words } = partsOf(address),
    otherwise = usual[path] ?? {};
  const said = words
    .filter(([name, text]) => !['v', 'request'].includes(name) && text !== (otherwise[name] ?? ''))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `${path}?${said.map(([name, text]) => `${name}=${text}`).join('&')}`;
}

/** A picture that was not recorded: hatched, never nothing. */
const MISSING = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><pattern id="h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v6" stroke="#888" stroke-width="3"/></pattern><path fill="url(#h)" d="M0 0h64v64H0z"/></svg>',
)}`;

/** Addresses that this page was asked and had no answer to. */
const missed = new Set();

/**
 * Answer every address from a recording.
 * @param {Recording} recording
 */
export function answerRecorded({ usual, answers, open, place }) {
  globalThis.microscope.missed = missed;
  answerFrom({
    async ask(address) {
      const { path } = partsOf(address),
        found = answers[keyOf(address, usual)];
      if (found) {
        const [id, media, packed] = found,
          bytes = await open(id, media);
        return new Response(packed ? bytes.pipeThrough(/** @type {any} */ (new DecompressionStream('gzip'))) : bytes);
      }
      if (path in NOTHING) return new Response(JSON.stringify(NOTHING[path]));
      missed.add(keyOf(address, usual));
      throw new Problem(NEEDS_SERVER.includes(path) ? 'needs_server' : 'not_recorded');
    },
    place(address) {
      const found = answers[keyOf(address, usual)];
      if (!found) missed.add(keyOf(address, usual));
      return found ? place(found[0], found[1]) : MISSING;
    },
  });
}

/** The examples to choose from: all, or those alone that were recorded. */
export const sentencesOf = ({ sentences, recorded }) =>
  sentences.filter(({ text }) => !recorded || recorded.texts.includes(text));

/** Draw everything, once its answers are there: each part of the page names its module. `load(path)` imports one. */
export async function mountAll(load) {
  const hosts = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-module]'));
  const frame = [...hosts].map(({ dataset }) => dataset.module).filter((name) => !comesLater(name));
  await Promise.all([...globalThis.microscope.fields, ...frame.map(fileOf)].map(load)); // a browser too old for them says so
  for (const host of hosts) mountPart(host, host.dataset.module, load);
}
