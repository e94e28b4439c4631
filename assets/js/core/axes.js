// What the rows and columns of an attention matrix stand for: patches of a picture or words of a sentence.

import { pieceName } from './pieces.js';

/** Tokens of a picture: a prefix (CLS, registers), then patches in reading order. */
export function patchAxis({ rows, cols, prefix, size = null }) {
  const first = prefix.length;
  return {
    kind: 'patches',
    rows,
    cols,
    prefix,
    size,
    first,
    length: first + rows * cols,
    /** { row, col } of a patch token, null for a token of the prefix. */
    cell: (token) => (token < first ? null : { row: Math.floor((token - first) / cols), col: (token - first) % cols }),
    at: (row, col) => first + row * cols + col,
    /** The patch under a pointer event on an element that shows the whole picture. */
    under(event, element) {
      const box = element.getBoundingClientRect();
      const clamp = (share, n) => Math.min(n - 1, Math.max(0, Math.floor(share * n)));
      return this.at(
        clamp((event.clientY - box.top) / box.height, rows),
        clamp((event.clientX - box.left) / box.width, cols),
      );
    },
    /** The neighbour in a direction; up from the first row and back from the first patch lead to the prefix, where there is one. */
    step(token, dx, dy) {
      if (token < first) return dy > 0 ? first : Math.max(0, token + dx);
      const { row, col } = this.cell(token);
      if (row + dy < 0 || (token === first && dx < 0)) return first ? first - 1 : token;
      return this.at(Math.min(rows - 1, row + dy), Math.min(cols - 1, Math.max(0, col + dx)));
    },
  };
}

/** Tokens of a sentence: pieces (core/pieces.js), or words as they are. */
export function wordAxis(words) {
  const pieces = words.map((word) => (typeof word === 'string' ? { text: word, begins: true, special: '' } : word));
  return {
    kind: 'words',
    pieces,
    words: pieces.map(pieceName),
    prefix: [],
    first: 0,
    length: words.length,
    cell: () => null,
    step: (token, dx, dy) => Math.min(words.length - 1, Math.max(0, token + dx + dy)),
  };
}
