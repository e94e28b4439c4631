// Where a ribbon passes a line of words without lying behind one: between two words, or beside the line, where it has room.

/** What stays free on either side of a ribbon. */
const CLEAR = 2;

/**
 * The lines in which words stand, from above: how high each is, and what is free beside and between its words, from where to where. `boxes` are of
 * pieces, `word` says whose they are; nothing passes further left or right than `within`.
 *
 * @param {{ left: number, right: number, top: number, bottom: number, word: unknown }[]} boxes
 * @param {{ left: number, right: number }} within
 * @returns {{ top: number, bottom: number, free: [number, number][] }[]}
 */
export function linesBetween(boxes, within) {
  const lines = [];
  for (const box of [...boxes].sort((a, b) => a.top - b.top)) {
    const line = lines.at(-1);
    // Pieces of a line begin at one height; the next line begins below the middle of this one.
    if (line && box.top < (line[0].top + line[0].bottom) / 2) line.push(box);
    else lines.push([box]);
  }
  return lines.map((line) => {
    const row = line.sort((a, b) => a.left - b.left);
    /** @type {[number, number][]} */
    const between = row.slice(1).flatMap((box, i) => (box.word === row[i].word ? [] : [[row[i].right, box.left]]));
    return {
      top: Math.min(...row.map(({ top }) => top)),
      bottom: Math.max(...row.map(({ bottom }) => bottom)),
      free: [[within.left, row[0].left], ...between, [row.at(-1).right, within.right]],
    };
  });
}

/** Where a ribbon so wide passes a line nearest to `x`; where it has room nowhere, in the middle of the widest place. */
export function passage({ free }, x, wide) {
  const half = wide / 2 + CLEAR,
    fits = free.filter(([from, to]) => to - from >= 2 * half);
  if (!fits.length) {
    const [from, to] = free.reduce((best, one) => (one[1] - one[0] > best[1] - best[0] ? one : best));
    return (from + to) / 2;
  }
  return fits
    .map(([from, to]) => Math.min(to - half, Math.max(from + half, x)))
    .reduce((best, place) => (Math.abs(place - x) < Math.abs(best - x) ? place : best));
}
