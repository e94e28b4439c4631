// What was drawn on a slide: lines of points, each a share of the window's width and height. Nothing here touches the page, and nothing of it is kept in an address.

/** A point nearer than this to the last one adds nothing to see. */
const NEAR = 0.002;

export class Strokes {
  /** @type {Map<string, [number, number][][]>} by slide */
  bySlide = new Map();
  /** @type {[number, number] | null} where a straight line begins that has no end yet */
  from = null;

  of(slide) {
    if (!this.bySlide.has(slide)) this.bySlide.set(slide, []);
    return this.bySlide.get(slide);
  }

  begin(slide, point) {
    this.of(slide).push([point]);
  }

  /** The line that was begun last goes on. */
  on(slide, point) {
    const line = this.of(slide).at(-1),
      [x, y] = line.at(-1);
    if (Math.hypot(point[0] - x, point[1] - y) >= NEAR) line.push(point);
  }

  /** A line was drawn; one of a single point was a click, which sets where a straight line begins, or ends it. */
  end(slide) {
    const line = this.of(slide).at(-1);
    if (!line || line.length > 1) {
      this.from = null;
      return;
    }
    this.of(slide).pop();
    this.point(slide, line[0]);
  }

  /** A straight line by two points, without dragging. */
  point(slide, point) {
    if (this.from) this.of(slide).push([this.from, point]);
    this.from = this.from ? null : point;
  }

  undo(slide) {
    if (this.from) this.from = null;
    else this.of(slide).pop();
  }

  clear(slide) {
    this.from = null;
    this.bySlide.delete(slide);
  }
}

/** A line as the path of a drawing so large. */
export const pathOf = (line, width, height) =>
  line.map(([x, y], i) => `${i ? 'L' : 'M'}${(x * width).toFixed(1)} ${(y * height).toFixed(1)}`).join('');
