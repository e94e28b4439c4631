// The matrix E, transposed, as a shape in its true proportions: one row for each number of the token, one column for each number of the patch.

import { h, ink, onWidth, sharp, type } from '../core/dom.js';
import { bindLabel, t, whole } from '../core/text.js';
import { Units } from '../instrument/units.js';

const TALLEST = 190;

export class Matrix extends Units {
  canvas = h('canvas.matrix');
  size = h('p.note');
  told = h('p.note');
  box = h('div.matrix-box', {}, this.canvas);
  element = h('div.matrix-figure', {}, this.box, this.size, this.told);

  constructor({ hover, choose }) {
    super();
    bindLabel(this.canvas, 'aria-label', 'patches.matrix_figure');
    this.listen(this.canvas, { hover, choose }, (units) => ({ cols: 1, rows: units }));
    onWidth(this.box, () => this.draw());
  }

  setPhotoQuery(photoQuery) {
    this.photoQuery = photoQuery;
    this.draw();
  }
  /** @override */
  draw() {
    const room = this.box.clientWidth;
    if (!this.photoQuery || !room) return;
    const rows = this.photoQuery.d_model,
      cols = 3 * this.photoQuery.patch ** 2;
    const scale = Math.min(room / cols, TALLEST / rows),
      width = cols * scale,
      height = rows * scale;
    this.canvas.style.width = `${width}px`;
    const context = sharp(this.canvas, width, height);
    context.fillStyle = ink('surface');
    context.strokeStyle = ink('ink-2');
    context.lineWidth = 1.5;
    context.fillRect(0, 0, width, height);
    context.strokeRect(0.75, 0.75, width - 1.5, height - 1.5);
    context.fillStyle = ink('ink');
    context.font = type(26, '650');
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText('E', width / 2, height / 2);
    context.font = type(15, '650');
    context.fillText('⊤', width / 2 + 17, height / 2 - 10);
    const line = (unit, colour, thick) => {
      context.fillStyle = ink(colour);
      context.fillRect(
        1,
        Math.min(height - thick - 1, Math.max(1, ((unit + 0.5) / rows) * height - thick / 2)),
        width - 2,
        thick,
      );
    };
    line(this.held, 'ink', 3);
    if (this.pointed !== null) line(this.pointed, 'ink-3', 2);
    this.size.textContent = t('patches.matrix_size', { d: whole(rows), numbers: whole(cols) });
    this.told.textContent = t('patches.matrix_row', { j: (this.pointed ?? this.held) + 1 });
  }
}
