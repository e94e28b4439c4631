// What one patch looks at, in every head of the held layer: with the patches in order, and as they lie on the board.

import { takeable } from '../core/figure.js';
import { patchAxis } from '../core/axes.js';
import { h } from '../core/dom.js';
import { withoutOrder } from '../core/change.js';
import { explain } from '../core/explain.js';
import { layerButton } from '../core/layer_bar.js';
import { state, update } from '../core/state.js';
import { html, percent, t } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { HeadGrid } from '../instrument/heads.js';
import { Legend } from '../instrument/legend.js';
import { NO_KEYS, rowPeak } from '../instrument/scale.js';

export class Follow {
  legend;
  sides;
  element;
  photoQuery;
  axis;
  payload;
  pointed;
  picture;
  order;
  compared;
  rows;

  title = h('h3');
  bar = h('div.layer-bar');
  layer = h('span.layer-name');
  reading = h('p.readout');

  constructor() {
    const step = (by) => layerButton(by, () => this.step(by));
    this.legend = new Legend();
    this.sides = [true, false].map((home) => {
      const box = h('div.heads');
      const grid = new HeadGrid(box, {
        name: (head) => t('attention.head', { head: head + 1 }),
        caption: (head, row, peak) => percent(peak),
        choose: (head) => update({ head }),
        point: (key, head) => this.point(key, head, home),
        explain: (head) => this.explain(head, home),
      });
      return { home, box, grid, words: h('p.note') };
    });
    this.bar.append(this.title, h('span.steps', {}, step(-1), this.layer, step(1)), this.legend.element);
    this.element = takeable(
      h(
        'section.follow',
        {},
        this.bar,
        ...this.sides.map(({ box, words }) => h('div.pass-heads', {}, words, box)),
        this.reading,
      ),
      () => this.payload,
      { at: this.bar },
    );
  }

  setPhotoQuery(photoQuery, seen) {
    const axis = patchAxis(photoQuery);
    this.photoQuery = photoQuery;
    this.axis = axis;
    this.payload = null;
    this.pointed = null;
    for (const { grid } of this.sides) {
      grid.lay(photoQuery.heads, axis, seen);
      grid.cells.forEach((cell) => {
        cell.query = h('span.query-mark');
        cell.tile.element.append(cell.query);
      });
      grid.pointAt(null);
    }
  }

  /** The bytes of demo/photo/views/position.py `moved`, what lies where, a picture of the board, and the photo query of it. */
  show(payload, order, picture, compared, photoQuery) {
    if (picture !== this.picture) this.sides[1].grid.repicture((this.picture = picture));
    this.payload = payload;
    this.order = order;
    this.compared = compared;
    this.photoQuery = photoQuery;
    this.draw();
  }

  draw() {
    if (!this.payload) return;
    const { facts, arrays } = this.payload,
      { photoQuery } = this,
      [, heads, keys] = arrays.on_board.shape,
      layer = Math.min(state.layer, photoQuery.layers - 1);
    this.layer.textContent = t('attention.layer', { layer: layer + 1, layers: photoQuery.layers });
    this.title.innerHTML = html('position.follow', { token: tokenName(facts.home, photoQuery) });
    const of = (rows) => rows.data.subarray(layer * heads * keys, (layer + 1) * heads * keys);
    this.rows = [of(arrays.at_home), of(arrays.on_board)];
    // One scale for both passes: otherwise a change of strength could not be seen.
    const peak = Math.max(
      ...this.rows.map((rows) =>
        Math.max(
          ...Array.from({ length: heads }, (_, head) => rowPeak(this.row(rows, head), NO_KEYS, this.axis.first)),
        ),
      ),
    );
    this.sides.forEach(({ grid, home, words }, i) => {
      grid.rename();
      grid.paint({ shape: [heads, 1, keys], data: this.rows[i] }, 0, { hidden: NO_KEYS, chosen: state.head, peak });
      grid.cells.forEach(({ tile, query }) => {
        query.hidden = !tile.place(query, home ? facts.home : facts.query);
      });
      words.innerHTML = html(home ? 'position.heads_home' : 'position.heads_board', {
        token: tokenName(home ? facts.home : facts.query, photoQuery),
        pass: this.compared,
      });
    });
    this.legend.show(peak);
    this.tell();
  }

  row(rows, head) {
    const keys = this.photoQuery.tokens;
    return rows.subarray(head * keys, (head + 1) * keys);
  }

  /** Outline the same patch in both passes. */
  point(key, head, home) {
    if (!this.payload) return;
    const { first } = this.axis,
      place = key === null || key < first ? null : key - first;
    const patch = place === null ? null : home ? place : this.order[place];
    this.pointed = patch === null ? null : { head, keys: [first + patch, first + this.order.indexOf(patch)] };
    this.sides.forEach(({ grid }, i) => grid.pointAt(this.pointed ? this.pointed.keys[i] : null));
    this.tell();
  }

  /** The arithmetic of the cell that is pointed at, in the pass it belongs to. */
  explain(head, home) {
    const { facts } = this.payload,
      key = this.pointed?.keys[home ? 0 : 1] ?? null,
      layer = Math.min(state.layer, this.photoQuery.layers - 1);
    explain(`blocks.${layer}.attn.pattern`, [head, home ? facts.home : facts.query, key], {
      photoQuery: home ? { ...this.photoQuery, change: withoutOrder(this.photoQuery.change) } : this.photoQuery,
    });
  }

  tell() {
    if (!this.pointed) {
      this.reading.innerHTML = html('position.heads_hint');
      return;
    }
    const { head, keys } = this.pointed,
      [then, now] = this.rows.map((rows, i) => percent(this.row(rows, head)[keys[i]]));
    this.reading.innerHTML = html('position.heads_reading', {
      head: head + 1,
      key: tokenName(keys[0], this.photoQuery),
      then,
      now,
    });
  }

  step(by) {
    update({ layer: Math.min(this.photoQuery.layers - 1, Math.max(0, state.layer + by)) });
  }
}
