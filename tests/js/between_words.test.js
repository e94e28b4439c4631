// Where ribbons pass the lines of words between them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { linesBetween, passage } from '../../assets/js/translation/between_words.js';

const WITHIN = { left: -14, right: 334 };
/** A line of words of these widths, 12 pixels apart, `top` pixels down. */
function line(widths, top = 0) {
  let left = 0;
  return widths.map((width, word) => {
    const box = { left, right: left + width, top, bottom: top + 20, word: `${top} ${word}` };
    left = box.right + 12;
    return box;
  });
}

test('a ribbon passes where it has room, and never further out than the card is painted', () => {
  const [above, below] = linesBetween([...line([80, 60, 90]), ...line([70, 120], 40)], WITHIN);
  assert.deepEqual(
    above.free.map(([from, to]) => to - from),
    [14, 12, 12, 334 - 254],
  );
  for (let wide = 1; wide <= 30; wide++)
    for (let x = 0; x <= 320; x += 8)
      for (const one of [above, below]) {
        const place = passage(one, x, wide),
          free = one.free.find(([from, to]) => from < place && place < to);
        assert.ok(free && free[0] <= place - wide / 2 && place + wide / 2 <= free[1], `${wide} at ${x}: ${place}`);
      }
  // A narrow one goes through the nearest gap, a wide one round the end of the line.
  assert.equal(passage(above, 90, 4), 88);
  assert.ok(passage(above, 90, 26) > 254);
});

test('where there is room nowhere the widest place is taken, in its middle', () => {
  const [full] = linesBetween(line([150, 170]), { left: 0, right: 340 });
  assert.equal(passage(full, 10, 30), 156);
});
