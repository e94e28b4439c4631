// Where the nodes of a beam search stand: a column per step; in it what was kept or finished, most probable first, and below what was cut.

/** Sizes in pixels: of a column and a node in it, of the rows of what was kept and of what was cut, of the line above them and the space between them. */
export const COLUMN = 132,
  NODE = 108,
  ROW = 44,
  CUT_ROW = 28,
  HEAD = 26,
  TREE_GAP = 10;
const CUT = 2;

/**
 * Places of all nodes, and the sizes of one, of a column and of the whole.
 * @param {Record<string, Int32Array>} tree `step`, `rank` and `fate` of every node
 * @param {{ scale?: number, row?: number, gap?: number }} sizes `scale`: how large all of it is
 */
export function treeLayout({ step, rank, fate }, { scale = 1, row: high = ROW, gap: apart = TREE_GAP } = {}) {
  const nodes = [...step.keys()],
    steps = Math.max(...step) + 1,
    columns = Array.from({ length: steps }, () => ({ kept: [], cut: [] }));
  for (const node of nodes) columns[step[node]][fate[node] === CUT ? 'cut' : 'kept'].push(node);
  const most = (kind) => Math.max(...columns.map((column) => column[kind].length)),
    [column, row, cutRow, node] = [COLUMN, high, CUT_ROW, NODE].map((size) => Math.round(size * scale)),
    [head, gap] = [HEAD, apart].map((size) => size * scale),
    cutFrom = head + most('kept') * row + gap;
  const places = [];
  columns.forEach((nodesHere, at) => {
    for (const { kind, from, tall } of [
      { kind: 'kept', from: head, tall: row },
      { kind: 'cut', from: cutFrom, tall: cutRow },
    ]) {
      nodesHere[kind]
        .sort((a, b) => rank[a] - rank[b])
        .forEach((one, i) => {
          places[one] = { x: at * column, y: from + i * tall, wide: node, tall, column: at };
        });
    }
  });
  return {
    places,
    steps,
    columns,
    cutFrom,
    gap,
    column,
    node,
    width: (steps - 1) * column + node,
    height: cutFrom + most('cut') * cutRow + 4,
  };
}

/** From a node back to the first word, in the order in which they were written. */
export function pathTo(node, parent) {
  const path = [];
  for (let at = node; at >= 0; at = parent[at]) path.unshift(at);
  return path;
}

/** The line from a node to one that goes on from it. */
export function edge(from, to) {
  const x = from.x + from.wide,
    y = from.y + from.tall / 2,
    tx = to.x,
    ty = to.y + to.tall / 2,
    bend = (tx - x) * 0.6;
  return `M${x} ${y}C${x + bend} ${y} ${tx - bend} ${ty} ${tx} ${ty}`;
}
