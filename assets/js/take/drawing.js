// A figure as it is on screen, as SVG: text stays text, curves and boxes are vectors. What a canvas holds (cells of a matrix, a photo under its
// heat) is embedded as PNG with twice the pixels, between vector labels.

import { h, ink, svg } from '../core/dom.js';

/** What can be pressed but shows nothing of the numbers. */
const CONTROLS = '.take, .take-menu, .action, .switch, .segmented, .stepper, input, select, textarea, [data-not-taken]';
const SVG_STYLES = [
  'fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'opacity',
  'font-size', 'font-family', 'font-weight', 'font-style', 'text-anchor', 'dominant-baseline', 'visibility', 'stop-color', 'stop-opacity',
]; // prettier-ignore
const MARGIN = 16,
  CAPTION = 12.5,
  LINE = 1.5;

let pens = null;
/** How far a font reaches above its baseline, as a share of its whole height. */
function ascent(style) {
  pens ??= h('canvas').getContext('2d');
  pens.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = pens.measureText('x');
  return up / (up + down);
}

const number = (value) => Number.parseFloat(value) || 0;
const round = (value) => String(Math.round(value * 100) / 100);
const isClear = (colour) => !colour || colour === 'transparent' || /rgba\(.*, 0\)|\/ 0\)/.test(colour);
/** Told to screen readers alone, or not there. */
const unseen = (element, style) =>
  // What has no box of its own is not visible to the browser; what lies in it may be.
  (style.display !== 'contents' && !element.checkVisibility({ visibilityProperty: true })) ||
  style.clipPath.startsWith('inset(50%');

class Drawing {
  origin;
  count = 0;
  defs = svg('defs');

  constructor(origin) {
    this.origin = origin;
  }

  place({ left, top, width, height }) {
    return {
      x: round(left - this.origin.left),
      y: round(top - this.origin.top),
      width: round(width),
      height: round(height),
    };
  }

  /** An element and all within it. */
  draw(element) {
    const style = getComputedStyle(element);
    if (element.matches(CONTROLS) || unseen(element, style)) return [];
    const box = element.getBoundingClientRect();
    let drawn;
    if (element instanceof SVGSVGElement) drawn = [this.vector(element, box)];
    else if (element instanceof HTMLCanvasElement)
      drawn = [...this.boxOf(box, style), ...this.picture(element, element.width, element.height, box, style)];
    else if (element instanceof HTMLImageElement)
      drawn = [
        ...this.boxOf(box, style),
        ...this.picture(element, element.naturalWidth, element.naturalHeight, box, style),
      ];
    else {
      const inner = [...element.childNodes].flatMap((node) =>
        node instanceof Element ? this.draw(node) : node instanceof Text ? this.words(node, style) : [],
      );
      drawn = [...this.boxOf(box, style), ...this.cut(inner, element, style, box)];
    }
    const opacity = Number(style.opacity);
    return opacity < 1 && drawn.length ? [svg('g', { opacity }, ...drawn)] : drawn;
  }

  /** What reaches beyond a box that cuts it off. */
  cut(inner, element, style, box) {
    const cuts = /hidden|clip|auto|scroll/.test(style.overflowX + style.overflowY),
      over = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
    if (!inner.length || !cuts || !over) return inner;
    const id = `cut-${++this.count}`;
    this.defs.append(svg('clipPath', { id }, svg('rect', this.place(box))));
    return [svg('g', { 'clip-path': `url(#${id})` }, ...inner)];
  }

  /** Ground, border and rings of a box. */
  boxOf(box, style) {
    if (!box.width || !box.height) return [];
    const place = this.place(box),
      rx = round(Math.min(number(style.borderTopLeftRadius), box.width / 2, box.height / 2)),
      drawn = [];
    const ground = this.ground(style);
    if (!isClear(style.backgroundColor)) drawn.push(svg('rect', { ...place, rx, fill: style.backgroundColor }));
    if (ground) drawn.push(svg('rect', { ...place, rx, fill: ground }));
    const ring = (width, colour, by) => {
      if (width > 0 && !isClear(colour))
        drawn.push(
          svg('rect', {
            ...this.place({ left: box.left - by, top: box.top - by, width: Math.max(0, box.width + 2 * by), height: Math.max(0, box.height + 2 * by) }),
            rx, fill: 'none', stroke: colour, 'stroke-width': width,
          }),
        ); // prettier-ignore
    };
    const sides = ['Top', 'Right', 'Bottom', 'Left'].map((side) => ({
      width: style[`border${side}Style`] === 'none' ? 0 : number(style[`border${side}Width`]),
      colour: style[`border${side}Color`],
    }));
    if (sides.every(({ width, colour }) => width === sides[0].width && colour === sides[0].colour))
      ring(sides[0].width, sides[0].colour, -sides[0].width / 2);
    else
      sides.forEach(({ width, colour }, i) => {
        if (!width || isClear(colour)) return;
        const [x1, y1, x2, y2] = [
          [box.left, box.top + width / 2, box.right, box.top + width / 2],
          [box.right - width / 2, box.top, box.right - width / 2, box.bottom],
          [box.left, box.bottom - width / 2, box.right, box.bottom - width / 2],
          [box.left + width / 2, box.top, box.left + width / 2, box.bottom],
        ][i];
        const { left, top } = this.origin;
        drawn.push(
          svg('line', {
            x1: round(x1 - left),
            y1: round(y1 - top),
            x2: round(x2 - left),
            y2: round(y2 - top),
            stroke: colour,
            'stroke-width': width,
          }),
        );
      });
    if (style.outlineStyle !== 'none')
      ring(
        number(style.outlineWidth),
        style.outlineColor,
        number(style.outlineOffset) + number(style.outlineWidth) / 2,
      );
    for (const [, colour, spread, inset] of style.boxShadow.matchAll(
      /(rgba?\([^)]*\)) 0px 0px 0px ([\d.]+)px( inset)?/g,
    ))
      ring(number(spread), colour, (inset ? -1 : 1) * (number(spread) / 2));
    return drawn;
  }

  /** What fills a box that is hatched or runs from colour to colour: both are gradients on the page. */
  ground({ backgroundImage }) {
    if (!backgroundImage.includes('linear-gradient')) return null;
    const stops = [...backgroundImage.matchAll(/(rgba?\([^)]*\)|color\([^)]*\))\s*([\d.]+)?(%|px)?/g)],
      id = `ground-${++this.count}`;
    if (!stops.length) return null;
    if (backgroundImage.startsWith('repeating')) {
      const size = 6;
      this.defs.append(
        svg(
          'pattern',
          { id, width: size, height: size, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
          svg('rect', { width: size, height: size, fill: isClear(stops[0][1]) ? 'none' : stops[0][1] }),
          svg('rect', { width: 2, height: size, fill: stops.at(-1)[1] }),
        ),
      );
    } else {
      const across = /90deg|to right/.test(backgroundImage);
      this.defs.append(
        svg(
          'linearGradient',
          { id, x1: 0, y1: 0, x2: across ? 1 : 0, y2: across ? 0 : 1 },
          ...stops.map(([, colour, at, unit], i) =>
            svg('stop', {
              offset: unit === '%' ? number(at) / 100 : i / Math.max(1, stops.length - 1),
              'stop-color': colour,
            }),
          ),
        ),
      );
    }
    return `url(#${id})`;
  }

  /** A text as the lines in which it stands; each as wide as the page has it, whatever font draws it later. */
  words(node, style) {
    if (!node.data.trim() || number(style.fontSize) < 1) return [];
    const range = document.createRange(),
      lines = [],
      angle = turned(node.parentElement, style),
      upright = angle % 180 === 0;
    range.selectNodeContents(node);
    // Nearly every text stands on one line; of others each sign is asked for its own.
    const only = range.getClientRects().length === 1;
    if (only) lines.push({ start: node.data.search(/\S/), end: node.data.trimEnd().length });
    for (let i = only ? node.data.length : 0; i < node.data.length;) {
      const next = i + (node.data.codePointAt(i) > 0xffff ? 2 : 1);
      range.setStart(node, i);
      range.setEnd(node, next);
      const box = range.getClientRects()[0],
        last = lines.at(-1);
      if (box && (box.width || box.height) && node.data.slice(i, next).trim()) {
        const apart = last && (upright ? Math.abs(last.box.top - box.top) : Math.abs(last.box.left - box.left));
        if (last && apart < 3) last.end = next;
        else lines.push({ start: i, end: next, box });
      }
      i = next;
    }
    return lines.flatMap(({ start, end }) => {
      const text = node.data.slice(start, end).replace(/\s+/g, ' ').trimEnd();
      if (!text.trim()) return [];
      range.setStart(node, start);
      range.setEnd(node, end);
      const box = range.getBoundingClientRect(),
        [long, high] = upright ? [box.width, box.height] : [box.height, box.width];
      const about = {
        fill: style.color, 'font-family': style.fontFamily.replaceAll('"', "'"), 'font-size': style.fontSize, 'font-weight': style.fontWeight,
        ...(style.fontStyle === 'italic' && { 'font-style': 'italic' }), ...(long > 0 && { textLength: round(long), lengthAdjust: 'spacingAndGlyphs' }),
      }; // prettier-ignore
      const [x, y] = [box.left - this.origin.left, box.top - this.origin.top],
        down = high * ascent(style);
      if (!angle) return [svg('text', { x: round(x), y: round(y + down), ...about }, text)];
      const middle = `translate(${round(x + box.width / 2)} ${round(y + box.height / 2)}) rotate(${angle})`;
      return [svg('text', { transform: middle, x: round(-long / 2), y: round(down - high / 2), ...about }, text)];
    });
  }

  /** Pixels, in the box that they have on screen. */
  picture(source, width, height, box, style) {
    if (!width || !height || !box.width || !box.height) return [];
    const canvas = h('canvas', { width, height }),
      context = canvas.getContext('2d');
    if (style.filter !== 'none') context.filter = style.filter;
    context.drawImage(source, 0, 0, width, height);
    const fit = { cover: 'xMidYMid slice', contain: 'xMidYMid meet' }[style.objectFit] ?? 'none',
      pixelated = style.imageRendering === 'pixelated';
    // Cells as small as a pixel are not to be smeared by programs that do not know `image-rendering`.
    const sharp =
      pixelated && width < 4 * box.width ? enlarged(canvas, Math.max(1, Math.ceil((2 * box.width) / width))) : canvas;
    return [svg('image', { ...this.place(box), preserveAspectRatio: fit, href: sharp.toDataURL('image/png') })];
  }

  /** A drawing of the page's own, with its styles written at each part. */
  vector(element, box) {
    const copy = /** @type {SVGSVGElement} */ (element.cloneNode(true)),
      originals = [element, ...element.querySelectorAll('*')];
    [copy, ...copy.querySelectorAll('*')].forEach((part, i) => {
      const style = getComputedStyle(originals[i]);
      for (const name of SVG_STYLES) {
        const value = style.getPropertyValue(name);
        if (value && value !== 'none' && value !== 'auto' && value !== 'normal' && value !== 'visible')
          part.setAttribute(name, value.replaceAll('"', "'"));
        else if (value === 'none' && (name === 'fill' || name === 'stroke')) part.setAttribute(name, 'none');
      }
      if (style.display === 'none') part.setAttribute('display', 'none');
      part.removeAttribute('class');
      part.removeAttribute('style');
      part.removeAttribute('translate');
    });
    const { baseVal } = element.viewBox,
      size = baseVal && baseVal.width ? {} : { viewBox: `0 0 ${round(box.width)} ${round(box.height)}` };
    for (const [name, value] of Object.entries({ ...this.place(box), ...size, overflow: 'visible' }))
      copy.setAttribute(name, value);
    return copy;
  }
}

/** Every pixel as so many of one colour. */
function enlarged(canvas, times) {
  const large = h('canvas', { width: canvas.width * times, height: canvas.height * times }),
    context = large.getContext('2d');
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  return large;
}

/** By how many degrees the words of an element are turned, clockwise. */
function turned(element, style) {
  let angle = style.writingMode.startsWith('vertical') ? 90 : 0;
  for (let at = element; at && !at.dataset?.figure; at = at.parentElement) {
    const { transform, rotate } = getComputedStyle(at);
    if (transform !== 'none') {
      const { a, b } = new DOMMatrix(transform);
      angle += Math.round((Math.atan2(b, a) * 180) / Math.PI);
    }
    if (rotate && rotate !== 'none') angle += number(rotate);
  }
  return ((angle % 360) + 360) % 360;
}

/** So many signs of a line fit in below a figure; an address has no spaces to break at. */
function folded(line, most) {
  const out = [];
  let rest = line;
  while (rest.length > most) {
    const space = rest.lastIndexOf(' ', most),
      at = space > most / 2 ? space + 1 : most;
    out.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...out, rest];
}

/** Call `task` while a figure is so wide that nothing in it has to be scrolled; nobody sees it meanwhile. */
export function unscrolled(element, task) {
  const within = [element, ...element.querySelectorAll('*')].filter((box) =>
      /auto|scroll/.test(getComputedStyle(box).overflowX),
    ),
    hidden = Math.max(0, ...within.map((box) => box.scrollWidth - box.clientWidth)),
    { width, maxWidth } = element.style;
  if (hidden) Object.assign(element.style, { width: `${element.offsetWidth + hidden}px`, maxWidth: 'none' });
  try {
    return task();
  } finally {
    Object.assign(element.style, { width, maxWidth });
  }
}

/** A figure with its caption below it, as an <svg>. */
export function drawingOf(element, caption) {
  const box = element.getBoundingClientRect(),
    drawing = new Drawing({ left: box.left - MARGIN, top: box.top - MARGIN }),
    parts = drawing.draw(element),
    width = Math.ceil(box.width) + 2 * MARGIN,
    most = Math.floor((width - 2 * MARGIN) / (CAPTION * 0.66)),
    lines = caption.flatMap((line, i) => folded(line, most).map((text) => ({ text, bold: i === 0 })));
  const foot = Math.ceil(box.height) + 2 * MARGIN,
    height = foot + Math.ceil(lines.length * CAPTION * LINE) + MARGIN / 2;
  const words = lines.map(({ text, bold }, i) =>
    svg(
      'text',
      {
        x: MARGIN,
        y: round(foot + (i + 0.8) * CAPTION * LINE),
        'font-size': `${CAPTION}px`,
        'font-weight': bold ? 700 : 400,
      },
      text,
    ),
  );
  return svg(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}` },
    svg('title', {}, caption[0]),
    svg('desc', {}, caption.slice(1).join('\n')),
    drawing.defs,
    svg('rect', { width, height, fill: ink('paper') || '#fff' }),
    ...parts,
    svg(
      'g',
      { class: 'caption', fill: ink('ink') || '#000', 'font-family': 'system-ui, Noto Sans KR, sans-serif' },
      ...words,
    ),
  );
}

/** The text of an <svg>, as a file. */
export const svgFile = (drawing) =>
  new Blob([`<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(drawing)}`], {
    type: 'image/svg+xml',
  });

/** The same as PNG, with so many pixels for each of the page's. */
export async function pngFile(drawing, ratio = 2) {
  const address = URL.createObjectURL(svgFile(drawing));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = h('canvas', {
      width: ratio * drawing.width.baseVal.value,
      height: ratio * drawing.height.baseVal.value,
    });
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) =>
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
