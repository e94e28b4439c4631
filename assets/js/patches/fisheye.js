// Where each token of a long row stands when the row is magnified around one place and still shows everything.

/**
 * `count` tokens over `width` pixels; those within `radius` of the focus grow up to about `tile` pixels wide, the others share the rest evenly.
 * The focus is a position in tokens (2.5 is the middle of token 2).
 */
export class Fisheye {
  count;
  width;
  growth;
  radius;

  constructor(width, count, tile, radius) {
    this.count = count;
    const even = width / count;
    const fits = even >= tile;
    this.width = fits ? Math.min(width, count * tile) : width;
    this.growth = fits ? 0 : tile;
    // At most half of the width belongs to the lens.
    this.radius = Math.max(1, Math.min(radius, (0.5 * width) / tile));
  }

  /** Left edge of token i (or the end, for i = count) with the lens at `focus`. */
  edge(i, focus) {
    const { count, width, growth } = this;
    const left = this.bulge(-focus),
      lens = growth * (this.bulge(count - focus) - left);
    return ((width - lens) / count) * i + growth * (this.bulge(i - focus) - left);
  }

  /** The token at pixel x with the lens at `focus`. */
  at(x, focus) {
    let i = 0;
    while (i < this.count - 1 && this.edge(i + 1, focus) <= x) i++;
    return i;
  }

  /** The focus for which the token at pixel x stands under pixel x: the lens follows the pointer without jumping. */
  focusAt(x) {
    let low = 0,
      high = this.count;
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      if (this.edge(middle, middle) < x) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Area under a cosine bump of height 1 between 0 and z. */
  bulge(z) {
    const s = this.radius;
    if (z >= s) return s / 2;
    if (z <= -s) return -s / 2;
    return z / 2 + (s / (2 * Math.PI)) * Math.sin((Math.PI * z) / s);
  }
}
