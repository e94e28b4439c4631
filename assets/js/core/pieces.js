// What the tokens of a sentence are called: pieces of words, of which the tokenizer marks the first with "▁".

import { h } from './dom.js';
import { t } from './text.js';

const BOUNDARY = '▁',
  SPACE = '␣';
const USES = { '</s>': 'end', '<s>': 'start', '<pad>': 'pad', '<unk>': 'unknown' };
const NAMES = { end: 'pieces.end', start: 'pieces.start', pad: 'pieces.pad', unknown: 'pieces.unknown' };

/**
 * A token as it is shown: { text, begins, special }. `begins`: a new word begins here; what does not is joined to the piece before it.
 * A special token has a name in brackets; an unknown one is its own `surface` where that is known. A start token is often the
 * padding token in another place: `as` says what a token is used for.
 */
export function piece(token, { surface = '', as = USES[token] } = {}) {
  if (as && !(as === 'unknown' && surface)) return { text: t(NAMES[as]), begins: true, special: as };
  const written = surface || token,
    text = written.replaceAll(BOUNDARY, ' ').trim();
  // A piece that is nothing but the boundary is a space of its own.
  return { text: text || SPACE, begins: written.startsWith(BOUNDARY), special: as || '' };
}

/** The tokens of a sentence, the first of which begins a word wherever the tokenizer put its mark. */
const line = (pieces) => pieces.map((one, i) => (i ? one : { ...one, begins: true }));

/** What the encoder reads; what its vocabulary lacks under the name that was typed. */
export const sourcePieces = (sentence) =>
  line(sentence.source.map((token, i) => piece(token, { surface: sentence.surfaces[i] })));
/** What the decoder writes, step by step. */
export const writtenPieces = (sentence) => line(sentence.target.map((token) => piece(token)));
/** What the decoder has read last at each step: the start token, then what it wrote one step before. */
export const readPieces = (sentence) => [
  startPiece(sentence),
  ...line(sentence.target.map((token) => piece(token))).slice(0, -1),
];
export const startPiece = (sentence) => piece(sentence.start, { as: 'start' });

/** A piece by itself: one that goes on a word has a dot in front of it. */
export const pieceName = ({ text, begins }) => (begins ? text : `·${text}`);

/** A piece as an element that no other text can run into, whatever its script. */
export function pieceElement(one, attributes = {}) {
  const element = h('bdi.piece', attributes, one.text);
  element.classList.toggle('joined', !one.begins);
  element.classList.toggle('special', Boolean(one.special));
  return element;
}

/** A piece within a text that is read and not counted: a boundary by itself is the space it stands for. */
export const readElement = (one) => pieceElement({ ...one, text: one.text === SPACE ? '' : one.text });
