// A beam search as a picture: nothing covers anything else, and every line can be followed back to the first word.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { COLUMN, CUT_ROW, HEAD, NODE, ROW, edge, treeLayout, pathTo } from '../../assets/js/translation/tree_layout.js';

const KEPT = 0,
  FINISHED = 1,
  CUT = 2;

/** Width 2, three steps: nodes out of order, as the ranks of a step need not follow the numbers of its nodes. */
const NODES = [
  { step: 0, rank: 1, fate: KEPT, parent: -1 },
  { step: 0, rank: 0, fate: KEPT, parent: -1 },
  { step: 0, rank: 2, fate: CUT, parent: -1 },
  { step: 1, rank: 3, fate: CUT, parent: 1 },
  { step: 1, rank: 1, fate: FINISHED, parent: 1 },
  { step: 1, rank: 2, fate: CUT, parent: 0 },
  { step: 1, rank: 0, fate: KEPT, parent: 0 },
  { step: 2, rank: 0, fate: FINISHED, parent: 6 },
];
const column = (name) => Int32Array.from(NODES, (node) => node[name]);
const tree = { step: column('step'), rank: column('rank'), fate: column('fate') },
  plan = treeLayout(tree);

describe('layout', () => {
  test('every node has its place in the column of its step', () => {
    assert.equal(plan.steps, 3);
    assert.equal(plan.places.length, NODES.length);
    plan.places.forEach(({ x, column: at }, node) => {
      assert.equal(at, NODES[node].step);
      assert.equal(x, NODES[node].step * COLUMN);
    });
  });

  test('what went on stands above, most probable first, and what was cut below all of it', () => {
    const ys = (step, cut) =>
      NODES.map((node, i) => ({ ...node, y: plan.places[i].y }))
        .filter((node) => node.step === step && (node.fate === CUT) === cut)
        .sort((a, b) => a.rank - b.rank)
        .map(({ y }) => y);
    assert.deepEqual(
      [0, 1, 2].map((step) => ys(step, false)),
      [[HEAD, HEAD + ROW], [HEAD, HEAD + ROW], [HEAD]],
    );
    assert.deepEqual(
      [0, 1, 2].map((step) => ys(step, true)),
      [[plan.cutFrom], [plan.cutFrom, plan.cutFrom + CUT_ROW], []],
    );
    assert.ok(plan.cutFrom >= HEAD + 2 * ROW, 'the longest column of those kept ends above');
  });

  test('no two nodes cover each other, and all of them are within the picture', () => {
    plan.places.forEach((a, i) => {
      assert.ok(a.x + NODE <= plan.width && a.y + a.tall <= plan.height, `node ${i} sticks out`);
      for (const b of plan.places.slice(i + 1))
        assert.ok(a.x !== b.x || a.y + a.tall <= b.y || b.y + b.tall <= a.y, `${i} is covered`);
    });
    assert.ok(NODE < COLUMN, 'there is room for lines between two columns');
  });

  test('higher rows and a wider space below them move what was cut, and change no width', () => {
    const higher = treeLayout(tree, { row: ROW + 10, gap: plan.gap + 5 });
    assert.equal(higher.cutFrom - plan.cutFrom, 2 * 10 + 5);
    assert.equal(higher.height - plan.height, 2 * 10 + 5);
    assert.equal(higher.width, plan.width);
    assert.deepEqual(
      [0, 1].map((node) => higher.places[node].tall),
      [ROW + 10, ROW + 10],
    );
  });

  test('one word alone', () => {
    const { places, steps, width } = treeLayout({ step: [0], rank: [0], fate: [FINISHED] });
    assert.deepEqual([places.length, steps, width], [1, 1, NODE]);
  });
});

test('the way to a node begins with the first word', () => {
  const parent = column('parent');
  assert.deepEqual(pathTo(7, parent), [0, 6, 7]);
  assert.deepEqual(pathTo(3, parent), [1, 3]);
  assert.deepEqual(pathTo(2, parent), [2]);
  assert.deepEqual(pathTo(-1, parent), []);
});

test('a line leaves the middle of a node on the right and comes into the middle of the next on the left', () => {
  const [from, to] = [plan.places[0], plan.places[5]],
    numbers = edge(from, to)
      .match(/-?\d+(\.\d+)?/g)
      .map(Number);
  assert.deepEqual(numbers.slice(0, 2), [from.x + NODE, from.y + ROW / 2]);
  assert.deepEqual(numbers.slice(-2), [to.x, to.y + CUT_ROW / 2]);
  // Level at both ends: the curve's handles are as high as what they belong to.
  assert.deepEqual([numbers[3], numbers[5]], [numbers[1], numbers[7]]);
});
