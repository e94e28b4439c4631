// The station “position”: how alike the position of one place is to all others.

import { signedPicture } from '../core/colours.js';
import { ink } from '../core/dom.js';
import { state } from '../core/state.js';
import { view } from '../core/wire.js';
import { placeOfToken } from '../position/places.js';
import { Stop } from './stop.js';

export class PositionStop extends Stop {
  shown = null;

  constructor() {
    super('position', 'position.title', () => ({ screen: 'position' }));
    this.picture.append(this.draws((...given) => this.paint(...given)));
  }

  async load(photoQuery, wanted) {
    // Of the model and the size alone, as its screen asks for it.
    const { facts, arrays } = await view('similarity', { photo: '', model: photoQuery.model, size: photoQuery.size });
    if (!wanted()) return;
    this.shown = { photoQuery, facts, data: arrays.similarity.data };
    this.redraw();
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { rows, cols } = this.shown.facts;
    this.tell(`${rows} × ${cols}`, 'start.what_position');
  }

  paint(context, width, height) {
    if (!this.shown) return;
    const {
      photoQuery,
      data,
      facts: { rows, cols, step },
    } = this.shown;
    const place = placeOfToken(photoQuery, state.query),
      [row, col] = [Math.floor(place / cols / step), Math.floor((place % cols) / step)],
      map = row * Math.ceil(cols / step) + col;
    const side = Math.min(width - 16, ((height - 16) * cols) / rows),
      tall = (side * rows) / cols,
      [left, top] = [(width - side) / 2, (height - tall) / 2];
    context.imageSmoothingEnabled = false;
    context.drawImage(
      signedPicture(data.subarray(map * rows * cols, (map + 1) * rows * cols), cols, rows, 1),
      left,
      top,
      side,
      tall,
    );
    context.strokeStyle = ink('query');
    context.lineWidth = 2;
    context.strokeRect(
      left + ((col * step) / cols) * side,
      top + ((row * step) / rows) * tall,
      side / cols,
      tall / rows,
    );
  }
}
