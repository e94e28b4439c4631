// The numbers of a figure as a table, for whoever reads no picture: a part of an array at a time, with the places of its rows and columns. Loaded when somebody
// first asks for it.

import { headedDialog, openDialog } from '../core/dialog.js';
import { h } from '../core/dom.js';
import { digits, bindLabel, bindText, whole } from '../core/text.js';

/** So many rows and columns stand in a table at once: more is no table to be read. */
const MOST = 40;

/** @typedef {import('./numbers.js').Named} Named */

/**
 * What is chosen of an array before its rows and columns: how many places each of the axes but the last two has.
 * @param {Named} array
 */
export const before = ({ shape }) => shape.slice(0, -2);

/**
 * A part of an array with its rows and columns; of one axis the row, of none the one value.
 * @param {Named} array
 * @param {number[]} at the place along every axis but the last two
 * @param {number} row the first, as `column` is
 * @param {number} column
 */
export function cutTable({ shape, data }, at, row, column) {
  const width = shape.at(-1) ?? 1,
    height = shape.at(-2) ?? 1,
    from = at.reduce((sum, place, axis) => sum * shape[axis] + place, 0) * width * height,
    places = (first, all) => Array.from({ length: Math.min(MOST, all - first) }, (_, i) => first + i);
  const columns = places(column, width);
  return {
    columns,
    rows: places(row, height).map((r) => ({ row: r, values: columns.map((c) => data[from + r * width + c]) })),
  };
}

/** As numbers are printed on the page; a file of them has every digit. */
const written = (value) =>
  typeof value !== 'number' ? String(value ?? '') : Number.isInteger(value) ? whole(value) : digits(value);

/**
 * Show them; the focus goes in, and back to whoever asked.
 * @param {string} title
 * @param {string[]} caption
 * @param {Record<string, Named>} arrays
 */
export function showTable(title, caption, arrays) {
  const table = h('table'),
    choices = h('div.switches');
  const select = (key, options, params = () => ({})) => {
    const field = h(
      'select',
      { translate: 'no', onchange: draw },
      ...options.map(([value, words]) => h('option', { value }, words)),
    );
    return { field, row: h('label.table-choice', {}, bindText(h('span'), key, params), ' ', field) };
  };
  const which = select(
    'take.table_array',
    Object.keys(arrays).map((name) => [name, name]),
  );
  which.field.onchange = choose;
  let axes = [],
    rows,
    columns;
  const numbered = (count) => Array.from({ length: count }, (_, i) => [String(i), String(i)]);
  const blocks = (count) =>
    Array.from({ length: Math.ceil(count / MOST) }, (_, i) => [
      String(i * MOST),
      `${i * MOST} – ${Math.min(count, (i + 1) * MOST) - 1}`,
    ]);

  function choose() {
    const array = arrays[which.field.value];
    axes = before(array).map((count, axis) => select('take.table_axis', numbered(count), () => ({ axis })));
    rows = select('take.table_rows', blocks(array.shape.at(-2) ?? 1));
    columns = select('take.table_columns', blocks(array.shape.at(-1) ?? 1));
    const several = [...axes, rows, columns].filter(({ field }) => field.options.length > 1);
    choices.replaceChildren(...several.map(({ row }) => row));
    draw();
  }

  function draw() {
    const name = which.field.value,
      chosen = ({ field }) => Number(field.value),
      part = cutTable(arrays[name], axes.map(chosen), chosen(rows), chosen(columns));
    const places = [name, ...axes.map(chosen)].join(' · ');
    table.replaceChildren(
      h('caption', { translate: 'no' }, places),
      h('thead', {}, h('tr', {}, h('td'), ...part.columns.map((n) => h('th', { scope: 'col' }, String(n))))),
      h(
        'tbody',
        {},
        ...part.rows.map(({ row, values }) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, String(row)),
            ...values.map((value) => h('td', { translate: 'no' }, written(value))),
          ),
        ),
      ),
    );
  }

  const scrolls = h('div.table-scroll', { tabindex: '0', role: 'group' }, table);
  bindLabel(scrolls, 'aria-label', 'take.table');
  choose();
  openDialog(
    headedDialog(
      '.numbers-dialog',
      h('h2', {}, title),
      ...caption.map((line) => h('p.note', { translate: 'no' }, line)),
      bindText(h('p.note'), 'take.table_about'),
      ...(Object.keys(arrays).length > 1 ? [which.row] : []),
      choices,
      scrolls,
    ),
  );
}
