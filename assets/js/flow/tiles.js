// One number per key and head, as maps over the photo, with the keys that have no place (CLS) as buttons beneath.

import { peakOf } from '../core/colours.js';
import { h } from '../core/dom.js';
import { probe } from '../core/probe.js';
import { rampGradient } from '../core/ramp.js';
import { digits, percent, t } from '../core/text.js';
import { PatchTile } from '../instrument/tiles.js';
import { isMasked } from './masked.js';
import { map } from './thumbs.js';
import { NO_KEYS } from '../instrument/scale.js';

export const writtenWeight = (value, values) =>
  isMasked(value) ? '−∞' : values === 'share' ? percent(value) : digits(value);

export class Tiles {
  point;
  choose;
  opens;
  cells = [];
  axis;
  seen;

  grid = h('div.key-tiles');
  ramp = h('span.ramp');
  low = h('span', { translate: 'no' });
  high = h('span', { translate: 'no' });
  element = h('div.key-maps', {}, this.grid, h('div.legend', {}, this.low, this.ramp, this.high));

  /** point({ row, key } or null), choose({ row, key }); or, where that leads to another page, open({ row, key }) (core/probe.js). */
  constructor({ point, open, choose = open }) {
    this.point = point;
    this.choose = choose;
    this.opens = Boolean(open);
  }

  /** rows: one Float32Array per tile; values: "share", "score" or "length"; names: what stands over each tile; label: what a reader hears. */
  show({ rows, values, names, axis, seen, label }) {
    if (this.seen !== seen || this.cells.length !== rows.length || this.axis !== axis)
      this.lay(rows.length, axis, seen);
    // The softmax sees each head's scores by themselves: they have a scale of their own, all else is comparable.
    const signed = values === 'score',
      peaks = rows.map((row) => peakOf(row.subarray(axis.first))),
      peak = Math.max(...peaks);
    this.cells.forEach(({ tile, name, prefix }, i) => {
      const row = rows[i];
      if (signed) {
        tile.context.clearRect(0, 0, axis.cols, axis.rows);
        tile.context.globalAlpha = 0.85;
        tile.context.drawImage(map(row, values, axis, peaks[i]), 0, 0);
      } else tile.paint(row, peak, NO_KEYS);
      tile.point(null);
      name.replaceChildren(names[i], ...(signed ? [h('span.own-range', {}, `± ${digits(peaks[i])}`)] : []));
      tile.element.setAttribute('aria-label', `${label}, ${names[i]}`);
      prefix.forEach((button, key) => {
        button.textContent = `${axis.prefix[key]} ${writtenWeight(row[key], values)}`;
      });
    });
    this.grid.dataset.tiles = rows.length;
    this.ramp.style.background = signed
      ? 'linear-gradient(90deg, var(--minus), var(--zero), var(--plus))'
      : rampGradient();
    this.low.textContent = signed ? '−' : '0';
    this.high.textContent = t(`block.legend_${values}`, { peak: writtenWeight(peak, values) });
  }

  lay(count, axis, seen) {
    this.axis = axis;
    this.seen = seen;
    this.cells = Array.from({ length: count }, (_, row) => {
      const tile = new PatchTile(axis, seen),
        name = h('span.head-name');
      const at = (index) => (index === null ? null : { row, key: index + axis.first });
      probe(tile.element, {
        grid: () => axis,
        hover: (index) => {
          this.mark(index === null ? null : index + axis.first);
          this.point(at(index));
        },
        [this.opens ? 'open' : 'choose']: (index) => this.choose(at(index)),
      });
      const prefix = axis.prefix.map((_name, key) =>
        h('button.key-prefix', {
          type: 'button',
          onclick: () => this.choose({ row, key }),
          onpointerenter: () => this.point({ row, key }),
          onfocus: () => this.point({ row, key }),
          onpointerleave: () => this.point(null),
          onblur: () => this.point(null),
        }),
      );
      return {
        tile,
        name,
        prefix,
        element: h('div.key-tile', {}, name, tile.element, h('div.key-prefixes', {}, ...prefix)),
      };
    });
    this.grid.replaceChildren(...this.cells.map(({ element }) => element));
  }

  mark(key) {
    this.cells.forEach(({ tile }) => tile.point(key));
  }
}
