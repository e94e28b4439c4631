// Every byte the page draws comes through here: an address is asked, and a source answers it, the server unless another takes its place
// (`answerFrom`). Numbers come as safetensors, see demo/views/payload.py.

const KINDS = { U8: Uint8Array, I32: Int32Array, F32: Float32Array };
const WEIGHTS = '.weights',
  GROUPS = '.groups';

/** Every float16 as a number, by its 16 bits. */
const HALVES = (() => {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31,
      fraction = bits & 1023;
    const size = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024),
      beyond = fraction ? NaN : Infinity;
    table[bits] = (bits & 32768 ? -1 : 1) * (exponent === 31 ? beyond : size);
  }
  return table;
})();

/** Weights travel as the cells they lie in, [from this weight on, cells between 0 and 1]: see demo/views/payload.py. */
const CELLS = [
  [0, 200000],
  [0.01, 20000],
  [0.1, 10000],
];
const LOW_BITS = 6,
  NEGATIVE = 1 << LOW_BITS;
/** The rows before, and the columns, that many, whose weights tell in which group a weight travels. */
const APART = [1, 16];
const LEVEL_BITS = 3;

/** Whether a cell of the finest has no printed number turn between it and the one before, whose number it shares. */
const sharesNumber = (cell) => cell > 2 && cell % 2 === 0 && !/50*$/.test(String(cell / 2));

/** The weight in the middle of every cell, by its number; 0 and 1 have cells of their own. */
const MIDDLES = (() => {
  const borders = [];
  CELLS.forEach(([start, count], i) => {
    const end = CELLS[i + 1]?.[0] ?? 1;
    for (let cell = Math.round(start * count); cell < Math.round(end * count); cell++)
      if (i || !sharesNumber(cell)) borders.push(cell / count);
  });
  borders.push(1);
  return Float32Array.from(
    [0, ...borders],
    (_, number) => number && (borders[number - 1] + (borders[number] ?? 1)) / 2,
  );
})();

/** How large a number is: its bits, and some of those after the first. */
const LEVELS = Uint8Array.from(MIDDLES, (_, number) => {
  const bits = 32 - Math.clz32(number);
  return bits && (bits << LEVEL_BITS) + ((number << LEVEL_BITS) >> (bits - 1)) - (1 << LEVEL_BITS);
});

/**
 * Read safetensors; float16 comes out as Float32Array.
 * @param {ArrayBuffer} buffer
 * @returns {{ facts: any, arrays: Record<string, { shape: number[], data: any }> }}
 */
export function decode(buffer) {
  const headerLength = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, headerLength)));
  const {
    __metadata__: { facts },
    ...tensors
  } = header;
  const arrays = {};
  const countsOf = (name) => {
    const [from, to] = tensors[name + GROUPS].data_offsets;
    return new Int32Array(buffer.slice(8 + headerLength + from, 8 + headerLength + to));
  };
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(tensors)) {
    const bytes = buffer.slice(8 + headerLength + from, 8 + headerLength + to);
    if (name.endsWith(GROUPS)) continue;
    if (name.endsWith(WEIGHTS)) {
      const of = name.slice(0, -WEIGHTS.length);
      arrays[of] = { shape: shape.slice(1), data: ungrouped(bytes, shape.slice(1), countsOf(of)) };
    } else if (dtype === 'F16')
      arrays[name] = { shape, data: Float32Array.from(new Uint16Array(bytes), (bits) => HALVES[bits]) };
    else arrays[name] = { shape, data: new KINDS[dtype](bytes) };
  }
  return { facts: JSON.parse(facts), arrays };
}

/** Weights in their order, of low and high bits that lie group by group, so many in each. */
function ungrouped(bytes, shape, counts) {
  const half = bytes.byteLength / 2,
    low = new Uint8Array(bytes, 0, half),
    high = new Uint8Array(bytes, half);
  const [queries, keys] = shape.length > 1 ? shape.slice(-2) : [1, half],
    [near, far] = APART;
  const following = new Uint32Array(counts.length); // the next of each group
  for (let group = 1; group < counts.length; group++) following[group] = following[group - 1] + counts[group - 1];
  const out = new Float32Array(half),
    levels = new Uint8Array(half),
    more = new Int16Array(half); // than the rows before expect, twice
  for (let row = 0, i = 0; i < half; row++) {
    const query = row % queries;
    for (let key = 0; key < keys; key++, i++) {
      const left = query < near ? 0 : levels[i - near * keys],
        above = query < far ? left : levels[i - far * keys],
        last = key < near ? 0 : more[i - near],
        earlier = key < far ? last : more[i - far];
      const group = Math.max(0, (2 * (left + above) + last + earlier) >> 2),
        at = following[group]++,
        number = (low[at] & (NEGATIVE - 1)) | (high[at] << LOW_BITS);
      levels[i] = LEVELS[number];
      more[i] = 2 * levels[i] - left - above;
      out[i] = low[at] & NEGATIVE ? -MIDDLES[number] : MIDDLES[number];
    }
  }
  return out;
}

/** A problem the server named by a code; `core/text.js` has the sentence. */
export class Problem extends Error {
  code;
  params;
  /** @type {string | undefined} what was typed into the strip's field, where the problem is one of it */
  text;
  /** @type {string | undefined} the address that was asked, where it is of one */
  path;

  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

/** Anything thrown as a Problem; what is not one is a fault of ours and goes to the console as well. */
export function asProblem(error) {
  if (error instanceof Problem) return error;
  console.error(error);
  return new Problem('other');
}

/** @type {(problem: Problem, path: string) => Promise<boolean>} */
let rescue = async () => false;
/** Have `how(problem, path)` try to mend what a request failed for; where it tells that it did, the request is made once more. */
export const setRescue = (how) => {
  rescue = how;
};

/** What a server on the way says in place of ours, which names a code whenever it refuses. */
const ON_THE_WAY = { 413: 'upload_refused', 502: 'offline', 503: 'offline', 504: 'offline' };

/** fetch, with every failure as a Problem. */
export const request = (path, options) => rescued(path, () => fetched(path, options));

/** The same for JSON that may take long: then it is refused in an answer that has begun as if all were well (demo/compute/request_threads.py). */
export const requestJson = (path, options) =>
  rescued(path, async () => {
    const answer = await (await fetched(path, options)).json();
    if (answer.error) throw new Problem(answer.error, answer.params);
    return answer;
  });

/** @type {(path: string) => void} */
let answered = () => {};
/** Call `then(path)` whenever an address has been answered. */
export const whenAnswered = (then) => {
  answered = then;
};

async function rescued(path, ask) {
  let answer;
  try {
    answer = await ask();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    problem.path = path;
    if (!(await rescue(problem, path))) throw problem;
    answer = await ask();
  }
  answered(path);
  return answer;
}

/** Who asks, to the server: one of a class, which may have one address in common (demo/serving/limits.py). Gone with the page. */
const VISITOR = Array.from({ length: 4 }, () => Math.random().toString(36).slice(2, 8)).join('');

async function fetched(path, options) {
  let response;
  try {
    response = await source.ask(path, options);
  } catch (error) {
    throw error instanceof Problem ? error : new Problem('offline');
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw new Problem(told.error || ON_THE_WAY[response.status] || 'other', told.params);
}

/**
 * Whoever answers addresses: all that is below a page's own `microscope/`, as demo/routes.py names it.
 * @typedef {object} Source
 * @property {(address: string, options?: RequestInit) => Promise<Response>} ask  what is there; throws a Problem where it knows why there is nothing
 * @property {(address: string) => string} place  where the browser finds it by itself: for pictures and links
 */

/** @type {Source} */
const SERVER = {
  ask: (address, options) => fetch(SERVER.place(address), { headers: { 'X-Visitor': VISITOR }, ...options }),
  place: (address) => String(new URL(`microscope/${address}`, document.baseURI)),
};

let source = SERVER;
/**
 * Have another source answer from now on; called before anything is asked (core/recorded.js).
 * @param {Source} other
 */
export const answerFrom = (other) => {
  source = other;
};

/** Where the browser finds what is at an address. */
export const placeOf = (address) => source.place(address);

let version = '';
/** Addresses carry the version of this server, so that a browser keeps nothing from before its last start. */
export const setVersion = (now) => {
  version = now;
};

const CACHE_BYTES = 96e6;
const cache = new Map();
let cached = 0;

/** Forget the views used longest ago, but not those still on their way. */
function evict(newest) {
  for (const [path, { bytes }] of cache) {
    if (cached <= CACHE_BYTES) return;
    if (path === newest || !bytes) continue;
    cache.delete(path);
    cached -= bytes;
  }
}

/** What names a photo query to the server. */
export const named = ({ photo, model, size, change }) => ({ photo, model, size, ...(change ? { change } : {}) });

/** One view of a photo query with what is switched off in it, kept while there is room: view('layer', photoQuery, { layer: 3 }). */
export const view = (name, photoQuery, params = {}) => fetchView(`view/${name}`, { ...named(photoQuery), ...params });

/** @type {WeakMap<object, { path: string, payload: ReturnType<typeof decode>, name?: string }>} */
const origins = new WeakMap();

/** The payload that something came with, the address that it came from and, of one array or its numbers alone, its name. */
export const transported = (thing) => origins.get(thing);

function remembered(path, payload) {
  const { arrays } = payload;
  for (const thing of [payload, arrays]) origins.set(thing, { path, payload });
  for (const [name, array] of Object.entries(arrays))
    for (const thing of [array, array.data]) origins.set(thing, { path, payload, name });
  return payload;
}

const pathOf = (at, params) => `${at}?${new URLSearchParams({ ...params, v: version })}`;

/** Whether a view of a photo query is here, and not on its way. */
export const isCached = (name, photoQuery, params = {}) =>
  Boolean(cache.get(pathOf(`view/${name}`, { ...named(photoQuery), ...params }))?.bytes);

/** The bytes at an address, decoded. */
export function fetchView(at, params) {
  const path = pathOf(at, params);
  const known = cache.get(path);
  if (known) {
    cache.delete(path);
    cache.set(path, known);
    return known.promise;
  }
  const entry = { bytes: 0 };
  entry.promise = request(path)
    .then((response) => response.arrayBuffer())
    .then((buffer) => {
      if (cache.get(path) === entry) {
        entry.bytes = buffer.byteLength;
        cached += entry.bytes;
        evict(path);
      }
      return remembered(path, decode(buffer));
    });
  entry.promise.catch(() => {
    if (cache.get(path) === entry) cache.delete(path);
  });
  cache.set(path, entry);
  return entry.promise;
}

/** Address of a picture of a photo: "thumb", "whole", or what the model sees, with its patches as they lie: "seen" as a photo, "read" as its pixels. */
export const pictureAddress = (kind, photoQuery) =>
  placeOf(
    `picture/${kind}?${new URLSearchParams({ ...(kind === 'seen' || kind === 'read' ? named(photoQuery) : { photo: photoQuery.photo }), v: version })}`,
  );

/** A file that the server makes, as a Blob. */
export const file = async (at, params) =>
  (await request(`${at}?${new URLSearchParams({ ...params, v: version })}`)).blob();

const MOST_FACTS = 40;
/** @type {Map<string, any>} */
const facts = new Map();
const factsKey = (path, asked) => `${path}?${new URLSearchParams(asked)}`;

/** The description of a photo query or a translation that was asked for before, so that going back to it asks for nothing. */
export const factsAt = (path, asked) => facts.get(factsKey(path, asked));

/** Keep a description under every question that it answers; who gets it from here asked later than it was computed (`now`). */
export function keepFacts(path, questions, found) {
  for (const asked of questions) facts.set(factsKey(path, asked), { ...found, now: false });
  for (const key of facts.keys()) if (facts.size > MOST_FACTS) facts.delete(key);
}
