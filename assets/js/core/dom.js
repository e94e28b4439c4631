// Small helpers for building the page. Everything a visitor, a model or a file name says goes in as text, never as markup.

/**
 * What a selector makes: ElementOf<'button.quiet'> is HTMLButtonElement.
 * @template {string} S
 * @typedef {S extends `${infer Tag}.${string}` ? ElementOf<Tag> : S extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[S] : HTMLElement} ElementOf
 */

/** What the page says in its own words alone, in any language (core/text.js); every other string that becomes an element is data. */
export const ownWords = new Set();

/** Data as text inside of markup. */
export const escaped = (value) => String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Whether a browser that translates the page would rewrite the data in it: a model's words and labels, a visitor's, numbers. */
const isData = (child) => typeof child === 'string' && !ownWords.has(child) && /[\p{L}\p{N}]/u.test(child);

/**
 * An element: h('button.quiet', { type: 'button', onclick }, 'text', child).
 * @template {string} S
 * @param {S} selector
 * @param {Record<string, any>} attributes
 * @param {...(Node | string | null | undefined)} children
 * @returns {ElementOf<S>}
 */
export function h(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split('.');
  const element = /** @type {ElementOf<S>} */ (document.createElement(tag || 'div'));
  element.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.assign(element.style, value);
    // A state of ARIA has a word for its value: an empty one counts as none.
    else element.setAttribute(name, value === true && !name.startsWith('aria-') ? '' : value);
  }
  if (!('translate' in attributes) && (tag === 'bdi' || [attributes.title, ...children].some(isData)))
    element.translate = false;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * The same for a drawing: svg('path', { d, class: 'curve' }, child).
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} attributes
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  if (children.some(isData)) element.setAttribute('translate', 'no');
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const APART = 5; // pixels between two numbers of a row

/**
 * Of numbers in a row of a drawing on screen those are left out that would touch the next one; the last stays.
 * @param {Iterable<SVGTextElement>} texts in the order in which they stand
 */
export function keptApart(texts) {
  let next = Infinity;
  for (const text of [...texts].reverse()) {
    const { left, right } = text.getBoundingClientRect();
    if (right > next - APART) text.remove();
    else next = left;
  }
}

/**
 * The element of this kind that an event happened in, or null.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const closest = ({ target }, selector) => (target instanceof Element ? target.closest(selector) : null);

/** Give the focus to the element of this kind in `root`, where there is one. */
export function focusOn(root, selector, options) {
  /** @type {HTMLElement | null} */
  const element = root.querySelector(selector);
  element?.focus(options);
}

/** Run `task` at most once per frame, with the arguments of the last call; what waits for its frame is run at once by `.now()`. */
export function oncePerFrame(task) {
  let waiting = null;
  const run = () => {
    if (!waiting) return;
    const latest = waiting;
    waiting = null;
    task(...latest);
  };
  const soon = (...args) => {
    if (onPaper) {
      task(...args);
      return;
    }
    if (!waiting) requestAnimationFrame(run);
    waiting = args;
  };
  return Object.assign(soon, { now: run });
}

const A_FRAME = 100; // milliseconds that the next one may take; a page that is not drawn has none

/**
 * Wait until what was written is on screen.
 * @returns {Promise<void>}
 */
export const onScreen = () =>
  new Promise((done) => {
    if (onPaper) done();
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, A_FRAME);
  });

let taken = 0; // while a figure is taken away
const resolution = () => taken || (window.devicePixelRatio || 1) * magnified;

let magnified = 1; // how large a CSS pixel of the page is in the window: present/scale.js

/** Everything in the page is so many times as large from here on, type, boxes and drawings alike. */
export function magnify(factor) {
  magnified = factor;
  document.body.style.zoom = factor === 1 ? '' : String(factor);
  inks.clear();
  drawing.forEach((one) => one.deref()?.());
}

/** How large a CSS pixel of an element is in the window. */
const zoomOf = (element) => element.currentCSSZoom ?? 1;

/** A distance in the window, in an element's own CSS pixels. */
export const ownPixels = (element, distance) => distance / zoomOf(element);

/** A distance in an element's own CSS pixels, in the window. */
export const onWindow = (element, distance) => distance * zoomOf(element);

/** Where a pointer is in an element, and the element's size, in the element's own CSS pixels. */
export function pointIn(element, { clientX, clientY }) {
  const { left, top, width, height } = element.getBoundingClientRect(),
    zoom = zoomOf(element);
  return { x: (clientX - left) / zoom, y: (clientY - top) / zoom, width: width / zoom, height: height / zoom };
}

/** Drawings on paper have so many pixels for one of CSS, and are made at once: nobody waits for a next frame. */
const PAPER = 2;
let onPaper = false;

/** From here on all is drawn for paper, or for the screen again. */
export function drawFor(paper) {
  onPaper = paper;
  taken = paper ? PAPER : 0;
  drawing.forEach((one) => one.deref()?.());
}

/** Call `task` while drawings have so many pixels for one of CSS, where they have fewer else; nobody sees them meanwhile. */
export function sharper(ratio, task) {
  const redraw = () => drawing.forEach((one) => one.deref()?.());
  taken = Math.max(ratio, window.devicePixelRatio || 1);
  try {
    redraw();
    return task();
  } finally {
    taken = 0;
    redraw();
  }
}

/**
 * Fit a canvas to its box at the screen's resolution: as wide as the box (microscope.css), `height` high, with a pixel of its own for every
 * pixel of the screen. Returns its context in CSS pixels. `onWidth` tells when it has to be done again.
 */
export function sharp(canvas, width, height) {
  const ratio = Math.min(3, resolution());
  const [w, hgt] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  // Paper gets what is drawn stroke by stroke, and what is cleared as white: there every drawing begins with a canvas of another size, which is a new one.
  if (onPaper) canvas.width = w + 1;
  else if (canvas.width !== w) lookAgain(canvas, width);
  if (canvas.width !== w || canvas.height !== hgt) {
    canvas.width = w;
    canvas.height = hgt;
  }
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.setTransform(w / width, 0, 0, hgt / height, 0, 0);
  if (!onPaper) context.clearRect(0, 0, width, height);
  return context;
}

// Who draws for the pixels of the screen, held weakly: what a screen throws away is forgotten here too.
const drawing = new Set();
let watched = false;

/** Another window, another zoom: all drawings look again. */
function watchResolution() {
  watched = true;
  const now = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  now.addEventListener(
    'change',
    () => {
      for (const draws of drawing) draws.deref()?.() ?? drawing.delete(draws);
      watchResolution();
    },
    { once: true },
  );
}

/**
 * Of an element, what draws in it (`forget()` for which width that was done last; `redrawIfChanged()`), and the canvases that were drawn for another width
 * than before, with that width.
 * @type {WeakMap<Element, { all: { forget: () => void, redrawIfChanged: () => void }[], canvases: Map<HTMLCanvasElement, number> }>}
 */
const drawers = new WeakMap();
let drawsForWidth = false;

/** Call `draw(width)` now and whenever the element's width, or the screen's resolution, changes to something that can be seen. */
export function onWidth(element, draw) {
  let last = '';
  const forget = () => (last = '');
  const redrawIfChanged = () => {
    const width = element.clientWidth,
      now = `${width} at ${resolution()}`;
    if (width && now !== last) {
      last = now;
      const outer = drawsForWidth;
      drawsForWidth = true;
      try {
        draw(width);
      } finally {
        drawsForWidth = outer;
      }
    }
    return true;
  };
  if (!drawers.has(element)) drawers.set(element, { all: [], canvases: new Map() });
  drawers.get(element).all.push({ forget, redrawIfChanged });
  new ResizeObserver(redrawIfChanged).observe(element);
  drawing.add(new WeakRef(redrawIfChanged));
  if (!watched) watchResolution();
}

/** Whoever draws amid the writing has the width of then: what is written after it may leave the canvas another one, for which it is drawn again. */
function lookAgain(canvas, width) {
  if (drawsForWidth) return;
  let at = canvas;
  while (at && !drawers.has(at)) at = at.parentElement;
  if (!at) return;
  const { all, canvases } = drawers.get(at);
  all.forEach(({ forget }) => forget());
  if (!canvases.size)
    queueMicrotask(() => {
      const drawn = [...canvases];
      canvases.clear();
      if (drawn.some(([one, wide]) => one.clientWidth && Math.abs(one.clientWidth - wide) > 1))
        all.forEach(({ redrawIfChanged }) => redrawIfChanged());
    });
  canvases.set(canvas, width);
}

/**
 * Returns a function that has `task` run once, when the page is next laid out and before that is painted: who asks where things lie amid the writing has
 * the page laid out for that alone.
 */
export function onceLaidOut(element, task) {
  const watcher = new ResizeObserver(() => {
    watcher.disconnect();
    task();
  });
  return () => {
    if (onPaper) task();
    else watcher.observe(element);
  };
}

/** Returns a function that calls `task` once the element is in the window, or so many pixels from it; called again before that, only once. */
export function onceNear(element, task, margin) {
  const watcher = new IntersectionObserver(
    (changes) => {
      if (!changes.some(({ isIntersecting }) => isIntersecting)) return;
      watcher.disconnect();
      task();
    },
    { rootMargin: `${margin}px` },
  );
  return () => watcher.observe(element);
}

const inks = new Map(); // by theme and name, as the window is now: asking the browser in every frame would make it work out styles again

/** The value of a CSS variable of the current theme and window. */
export function ink(name) {
  if (!inks.size) addEventListener('resize', () => inks.clear(), { once: true });
  const key = `${document.documentElement.dataset.theme} ${name}`;
  if (!inks.has(key)) inks.set(key, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return inks.get(key);
}

/** The number of pixels that such a variable says; NaN where it says nothing. */
export const inkPx = (name) => Number.parseFloat(ink(name));

/** The font of what is written small on a canvas: as large as on the page around it. */
export const smallType = (weight = '') => `${weight} ${ink('tiny')} system-ui, sans-serif`.trim();

/** The font of what is written on a canvas so many pixels high; larger where a whole room has to read it. */
export const type = (size, weight = '') =>
  `${weight} ${Math.max(size, inkPx('tiny'), inkPx('least') || 0)}px system-ui, sans-serif`.trim();
