// Hatching on a canvas: what is masked or hidden is never just dark.

/** A pattern of slanted lines for `context`, in two colours. */
export function hatching(context, ground, lines) {
  const side = 8,
    ratio = context.getTransform().a,
    tile = new OffscreenCanvas(side * ratio, side * ratio),
    pen = tile.getContext('2d');
  pen.scale(ratio, ratio);
  pen.fillStyle = ground;
  pen.fillRect(0, 0, side, side);
  pen.strokeStyle = lines;
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (const x of [-side, 0, side]) {
    pen.moveTo(x - 1, side + 1);
    pen.lineTo(x + side + 1, -1);
  }
  pen.stroke();
  const pattern = context.createPattern(tile, 'repeat');
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}
