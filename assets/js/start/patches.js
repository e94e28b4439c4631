// The station “patches”: the photo, taken apart.

import { patchSize } from '../core/photo_grid.js';
import { seenPicture } from '../core/seen.js';
import { whole } from '../core/text.js';
import { plusPrefix } from '../core/token_name.js';
import { Stop } from './stop.js';

export class PatchesStop extends Stop {
  shown = null;

  constructor() {
    super('patches', 'patches.title', () => ({ screen: 'patches' }));
    this.picture.append(this.draws((...given) => this.paint(...given)));
  }

  async load(photoQuery, wanted) {
    const image = new Image();
    image.src = seenPicture(photoQuery);
    await image.decode();
    if (!wanted()) return;
    this.shown = { photoQuery, image };
    this.redraw();
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { photoQuery } = this.shown;
    this.tell(whole(photoQuery.tokens), 'start.what_patches', { ...photoQuery, prefix: plusPrefix(photoQuery) });
  }

  /** As large as fits, with the paper between the patches. */
  paint(context, width, height) {
    if (!this.shown) return;
    const {
      photoQuery: { rows, cols },
      image,
    } = this.shown;
    const side = Math.min(width - 16, ((height - 16) * cols) / rows),
      tall = (side * rows) / cols,
      [w, patchTall] = patchSize({ rows, cols }, side, tall);
    const gap = Math.max(1, Math.round(w * 0.09)),
      [left, top] = [(width - side) / 2, (height - tall) / 2];
    const [fromW, fromTall] = [image.naturalWidth / cols, image.naturalHeight / rows],
      edge = (from, size, i) => Math.round(from + size * i); // on whole pixels, so that every gap is as wide
    for (let row = 0; row < rows; row++)
      for (let col = 0; col < cols; col++) {
        const [x, y] = [edge(left, w, col), edge(top, patchTall, row)];
        context.drawImage(
          image,
          ...[col * fromW, row * fromTall, fromW, fromTall],
          ...[x, y, edge(left, w, col + 1) - x - gap, edge(top, patchTall, row + 1) - y - gap],
        );
      }
  }
}
