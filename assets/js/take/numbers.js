// The numbers of a figure as named arrays, exactly as they were transported; as CSV and as NPZ. Nothing is asked of the server.

import { transported } from '../core/wire.js';

/** @typedef {{ shape: number[], data: ArrayLike<any> }} Named */

/** @type {Map<any, string>} */
const DTYPES = new Map(
  /** @type {any} */ ([
    [Float32Array, '<f4'],
    [Float64Array, '<f8'],
    [Int32Array, '<i4'],
    [Uint8Array, '|u1'],
  ]),
);

const isArray = (value) => value && Array.isArray(value.shape) && 'data' in value;

/**
 * Named arrays of what a figure says that it was drawn from, and the addresses by which they came.
 * @returns {{ arrays: Record<string, Named>, paths: string[] } | null} null where nothing is here yet
 */
export function numbersOf(drawn) {
  /** @type {{ path: string, payload: any, names: Set<string> | null }[]} `names`: of the arrays that were named one by one */
  const payloads = [];
  /** @type {Record<string, Named>} */
  const arrays = {};
  const take = (value) => {
    const origin = value && typeof value === 'object' ? transported(value) : undefined;
    if (origin) {
      let known = payloads.find(({ payload }) => payload === origin.payload);
      if (!known) payloads.push((known = { ...origin, names: new Set() }));
      if (origin.name === undefined) known.names = null;
      else known.names?.add(origin.name);
    } else if (Array.isArray(value)) value.forEach(take);
    else flatten(isArray(value) ? { numbers: value } : value, '', arrays);
  };
  take(drawn);
  const views = payloads.map(({ path }) => viewOf(path));
  payloads.forEach(({ payload, names }, i) => {
    const alike = views.filter((view) => view === views[i]).length,
      turn = views.slice(0, i + 1).filter((view) => view === views[i]).length,
      before = payloads.length > 1 ? `${views[i]}${alike > 1 ? turn : ''}.` : '';
    for (const [name, array] of Object.entries(payload.arrays))
      if (!names || names.has(name)) arrays[before + name] = /** @type {Named} */ (array);
    if (!names) flatten(payload.facts, `${before}facts`, arrays);
  });
  return Object.keys(arrays).length ? { arrays, paths: payloads.map(({ path }) => path) } : null;
}

/** The name of the view at an address: "layer" of "view/layer?photo=…". */
export const viewOf = (path) => path.split('?')[0].split('/').at(-1);

/** Numbers, texts and tables of them within plain objects become arrays: { a: { b: [1, 2] } } is a.b of shape [2]. */
function flatten(value, name, arrays) {
  if (value === null || value === undefined) return;
  if (isArray(value)) arrays[name] = value;
  else if (DTYPES.has(value.constructor)) arrays[name] = { shape: [value.length], data: value };
  else if (typeof value !== 'object') arrays[name] = { shape: [], data: [value] };
  else if (!Array.isArray(value))
    for (const [key, inner] of Object.entries(value)) flatten(inner, name ? `${name}.${key}` : key, arrays);
  else if (value.length) {
    const shape = shapeOf(value);
    if (shape) arrays[name] = { shape, data: value.flat(shape.length - 1) };
    else value.forEach((inner, i) => flatten(inner, `${name}.${i}`, arrays));
  }
}

/** Of lists of equal length and one kind, how long they are; null for any others. */
function shapeOf(list) {
  if (list.every((value) => value === null || typeof value === 'number')) return [list.length];
  if (list.every((value) => typeof value === 'string' || typeof value === 'boolean'))
    return new Set(list.map((value) => typeof value)).size === 1 ? [list.length] : null;
  if (!list.every(Array.isArray)) return null;
  const shapes = list.map(shapeOf),
    kinds = new Set(list.flat(Infinity).map((value) => (value === null ? 'number' : typeof value)));
  const same = shapes[0] && kinds.size === 1 && shapes.every((shape) => String(shape) === String(shapes[0]));
  return same ? [list.length, ...shapes[0]] : null;
}

// -- CSV

/** The shortest digits that are read as this very number again, of a float32 as of any other. */
export function digitsOf(value, array) {
  if (!(array instanceof Float32Array) || !Number.isFinite(value))
    return Number.isNaN(value) ? 'nan' : String(value).replace('Infinity', 'inf');
  for (let count = 6; count < 9; count++) {
    const short = Number(value.toPrecision(count));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** A text as one field; what a spreadsheet would compute is kept from it by an apostrophe. */
const field = (text) => {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};
const valueOf = (value, data) =>
  typeof value === 'string'
    ? field(value)
    : typeof value === 'boolean'
      ? String(Number(value))
      : digitsOf(value ?? NaN, data);

/**
 * A table: comment lines of the caption, a header, then a line for every row of every array: its name, where it stands along all axes but
 * the last, and along that its values. Places count from 0, as in the NPZ.
 */
export function csvOf(arrays, caption) {
  const all = Object.entries(arrays),
    before = Math.max(0, ...all.map(([, { shape }]) => shape.length - 1)),
    widest = Math.max(1, ...all.map(([, { shape }]) => shape.at(-1) ?? 1));
  const axes = Array.from({ length: before }, (_, i) => `axis${i}`),
    lines = [
      ...caption.map((line) => `# ${line.replace(/[\r\n\t]+/g, ' ')}`),
      ['array', ...axes, ...Array(widest).keys()].join(','),
    ];
  for (const [name, { shape, data }] of all) {
    const width = shape.at(-1) ?? 1,
      outer = shape.slice(0, -1);
    for (let from = 0, row = 0; from < data.length; from += width, row++) {
      const place = Array(before).fill('');
      for (let axis = outer.length - 1, rest = row; axis >= 0; axis--) {
        place[axis] = rest % outer[axis];
        rest = Math.floor(rest / outer[axis]);
      }
      const values = Array.from({ length: width }, (_, i) => valueOf(data[from + i], data));
      lines.push([field(name), ...place, ...values].join(','));
    }
  }
  return new Blob([`${lines.join('\r\n')}\r\n`], { type: 'text/csv;charset=utf-8' });
}

// -- NPZ

/** The bytes of a .npy file; texts are as many UTF-32 signs wide as the longest. */
function npyOf({ shape, data }) {
  let dtype = DTYPES.get(/** @type {any} */ (data.constructor)),
    bytes;
  if (dtype)
    bytes = new Uint8Array(
      /** @type {any} */ (data).buffer,
      /** @type {any} */ (data).byteOffset,
      /** @type {any} */ (data).byteLength,
    );
  else if (typeof data[0] === 'string') {
    const signs = Array.from(data, (text) => [...text]),
      wide = Math.max(1, ...signs.map(({ length }) => length)),
      codes = new Uint32Array(wide * signs.length);
    signs.forEach((text, i) => text.forEach((sign, j) => (codes[i * wide + j] = sign.codePointAt(0))));
    dtype = `<U${wide}`;
    bytes = new Uint8Array(codes.buffer);
  } else if (typeof data[0] === 'boolean') {
    dtype = '|b1';
    bytes = Uint8Array.from(data, Number);
  } else {
    dtype = '<f8';
    bytes = new Uint8Array(Float64Array.from(data, (value) => value ?? NaN).buffer);
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`,
    said = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`,
    header = `${said.padEnd(Math.ceil((said.length + 11) / 64) * 64 - 11)}\n`;
  const out = new Uint8Array(10 + header.length + bytes.length);
  out.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  out.set(new TextEncoder().encode(header), 10);
  out.set(bytes, 10 + header.length);
  return out;
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let code = byte;
  for (let bit = 0; bit < 8; bit++) code = code & 1 ? (code >>> 1) ^ 0xedb88320 : code >>> 1;
  return code;
});
function checksum(bytes) {
  let code = -1;
  for (const byte of bytes) code = CRC[(code ^ byte) & 255] ^ (code >>> 8);
  return (code ^ -1) >>> 0;
}

/** A number's bytes, the low one first. */
const low = (size, ...numbers) =>
  numbers.flatMap((number) => Array.from({ length: size }, (_, i) => (number >>> (8 * i)) & 255));

/** A zip file of files that are stored as they are: what numpy calls NPZ. No array is a pickle. */
export function npzOf(arrays, caption) {
  const parts = [],
    listed = [];
  let at = 0;
  const entries = { ...arrays, caption: { shape: [caption.length], data: caption } };
  for (const [name, array] of Object.entries(entries)) {
    const file = new TextEncoder().encode(name + '.npy'),
      bytes = npyOf(array);
    // Version 2.0, names in UTF-8, stored, at midnight of 1 January 1980: the same numbers are the same file.
    const told = [
      ...low(2, 20, 0x800, 0, 0, 0x21),
      ...low(4, checksum(bytes), bytes.length, bytes.length),
      ...low(2, file.length, 0),
    ];
    parts.push(Uint8Array.from([...low(4, 0x04034b50), ...told]), file, bytes);
    listed.push(
      Uint8Array.from([...low(4, 0x02014b50), ...low(2, 20), ...told, ...low(2, 0, 0, 0), ...low(4, 0, at)]),
      file,
    );
    at += 30 + file.length + bytes.length;
  }
  const size = listed.reduce((sum, { length }) => sum + length, 0),
    count = listed.length / 2;
  const end = [...low(4, 0x06054b50), ...low(2, 0, 0, count, count), ...low(4, size, at), ...low(2, 0)];
  return new Blob([...parts, ...listed, Uint8Array.from(end)], { type: 'application/zip' });
}
