// The patch grid over a photo, and outlines of single patches on it.

/**
 * Side of one patch on a canvas of this size.
 * @returns {[number, number]}
 */
export const patchSize = ({ rows, cols }, width, height) => [width / cols, height / rows];

/** Lines between the patches: dark under light, so that they are there on snow and at night. */
export function drawGrid(context, axis, width, height) {
  const [w, tall] = patchSize(axis, width, height);
  const lines = () => {
    context.beginPath();
    for (let i = 1; i < axis.cols; i++) {
      context.moveTo(i * w, 0);
      context.lineTo(i * w, height);
    }
    for (let i = 1; i < axis.rows; i++) {
      context.moveTo(0, i * tall);
      context.lineTo(width, i * tall);
    }
    context.stroke();
  };
  context.lineWidth = 2;
  context.strokeStyle = 'rgb(0 0 0 / 0.18)';
  lines();
  context.lineWidth = 1;
  context.strokeStyle = `rgb(255 255 255 / ${w < 30 ? 0.35 : 0.55})`;
  lines();
}

/** Outline a patch; a token without a place is passed over. */
export function outlinePatch(context, axis, token, [w, tall], colour, line) {
  const cell = token === null ? null : axis.cell(token);
  if (!cell) return;
  for (const [style, extra] of [
    ['rgb(0 0 0 / 0.5)', 3],
    [colour, 0],
  ]) {
    context.strokeStyle = style;
    context.lineWidth = line + extra;
    context.strokeRect(cell.col * w, cell.row * tall, w, tall);
  }
}
