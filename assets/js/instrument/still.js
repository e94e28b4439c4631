// One number per token over the photo, to look at and not to point at.

import { patchAxis } from '../core/axes.js';
import { h } from '../core/dom.js';
import { NO_KEYS, rowPeak } from './scale.js';
import { PatchTile } from './tiles.js';

export class StillMap {
  first;
  tile;

  element = h('div.still-map');

  /** Over another photo. */
  load(photoQuery, seen) {
    this.first = photoQuery.prefix.length;
    this.tile = new PatchTile(patchAxis(photoQuery), seen);
    this.tile.point(null);
    this.element.replaceChildren(this.tile.element);
  }

  /** Paint one number per token, and return the largest of a patch: it has the lightest colour. */
  paint(row) {
    const peak = rowPeak(row, NO_KEYS, this.first);
    this.tile.paint(row, peak, NO_KEYS);
    return peak;
  }
}
