// Where a ribbon passes a line of words without lying behind one: between two words, or beside the line.

/** How far beside a line a ribbon passes it. */
const BESIDE = 9;

/**
 * The lines in which words stand, from above: how high each is, and the places between its words. `boxes` are of pieces, `word` says whose they are.
 *
 * @param {{ left: number, right: number, top: number, bottom: number, word: unknown }[]} boxes
 * @returns {{ top: number, bottom: number, gaps: number[] }[]}
 */
export function linesOf(boxes) {
  const lines = [];
  for (const box of [...boxes].sort((a, b) => a.top - b.top)) {
    const line = lines.at(-1);
    // Pieces of a line begin at one height; the next line begins below the middle of this one.
    if (line && box.top < (line[0].top + line[0].bottom) / 2) line.push(box);
    else lines.push([box]);
  }
  return lines.map((line) => {
    const row = line.sort((a, b) => a.left - b.left),
      gaps = [row[0].left - BESIDE];
    row.slice(1).forEach((box, i) => {
      if (box.word !== row[i].word) gaps.push((row[i].right + box.left) / 2);
    });
    gaps.push(row.at(-1).right + BESIDE);
    return { top: Math.min(...row.map(({ top }) => top)), bottom: Math.max(...row.map(({ bottom }) => bottom)), gaps };
  });
}

/** The place of a line that is nearest to `x`. */
export const nearest = ({ gaps }, x) =>
  gaps.reduce((best, gap) => (Math.abs(gap - x) < Math.abs(best - x) ? gap : best));
