// The slide on screen: all else of the screen is out of sight, and the page is laid out as wide as the slide needs to be whole.

import { h } from '../core/dom.js';
import { state, update } from '../core/state.js';
import { scaleTo, unscale } from './scale.js';
import { FIGURES, layoutsOf, leftOf, slidesOf } from './slides.js';

const root = () => document.documentElement;
/** @returns {HTMLElement | null} */
const tourBar = () => document.querySelector('.tour-bar');
// The space below the slide, in pixels of a window 1,920 wide; where a tour's bar follows, a narrow one.
const FOOT = 26,
  ABOVE_BAR = 2;
/** How many times higher a slide counts as that goes on sideways. */
const SIDEWAYS = 100;
/** What explains or reckons a figure and can be read after it; what a tour points at stays with it. */
const NOTE = ':is(p.note, .unit-told, .note-card > .lines)',
  NOTE_FOLDED = `${NOTE}:not([data-ringed], :has([data-ringed]))`;

export class Stage {
  /** @type {import('./slides.js').Slide[]} those that are there */
  slides = [];
  sheet = h('style');
  /** @type {[number, number][]} how it may be laid out: as the first, as long as it fits */
  layouts = layoutsOf(undefined);
  key = '';
  laid = ''; // for what it was laid out
  /** @type {{ layout: [number, number], times: number } | null} of those that were tried, the one that goes least beyond its stage */
  best = null;
  /** @type {0 | 1 | 2} of a slide that fits in no layout: what it shows, then the notes that were folded away for it; 0 where all of it fits */
  part = 0;
  /** @param {() => void} changed another slide, or another number of them */
  constructor(changed) {
    this.changed = changed;
    this.watching = new ResizeObserver(() => this.fitSoon());
    // What a tour says comes, and goes, by itself.
    this.below = new ResizeObserver(() => this.fit());
    this.waiting = 0; // until it is known whether the present layout fits
  }

  /** @returns {HTMLElement | null} */
  get mount() {
    return document.querySelector(`#screen-${state.screen} .am-mount`);
  }

  /** Another layout may be tried yet. */
  get laying() {
    return this.waiting > 0;
  }

  /** How high what is in sight of the page is, in pixels of the window. */
  get sight() {
    const bar = root().hasAttribute('data-tour') ? tourBar().getBoundingClientRect().height : 0;
    return root().clientHeight - bar;
  }

  get at() {
    return Math.min(state.slide, Math.max(0, this.slides.length - 1));
  }

  open() {
    document.head.append(this.sheet);
    root().toggleAttribute('data-present', true);
    this.key = this.laid = '';
    this.show();
  }

  close() {
    this.sheet.remove();
    this.watching.disconnect();
    this.below.disconnect();
    clearTimeout(this.waiting);
    this.waiting = 0;
    for (const name of ['data-present', 'data-laying']) root().removeAttribute(name);
    this.level();
    unscale();
  }

  /** Do something while all of the screen can be seen, for what asks what is there. */
  whole(task) {
    this.sheet.disabled = true;
    try {
      return task();
    } finally {
      this.sheet.disabled = false;
    }
  }

  /** The slides of the screen that there is something on. */
  find() {
    const { mount } = this;
    if (!mount) return [];
    return this.whole(() => {
      const there = (element) => element.checkVisibility() && element.getBoundingClientRect().height > 0;
      const chosen = slidesOf(state.screen, state.chapter),
        // A screen that was just come to may not be drawn yet.
        within = (state.screen === 'before' && mount.querySelector('.chapter:not([hidden])')) || mount,
        named = chosen.map(({ show }) => show).join() || 'none';
      const figures = [.../** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll(FIGURES))].filter(
        (one) =>
          there(one) &&
          !one.parentElement.closest(FIGURES) &&
          !one.matches(named) &&
          !one.closest(named) &&
          !one.querySelector(named),
      );
      return [
        ...chosen.filter(({ show }) => [...within.querySelectorAll(show)].some(there)),
        ...figures.map((one) => ({ show: `[data-figure="${one.dataset.figure}"]`, wide: 1371 })),
      ];
    });
  }

  show() {
    this.slides = this.find();
    const slide = this.slides[this.at];
    const key = `${state.screen} ${state.chapter} ${slide?.show}`,
      { clientWidth, clientHeight } = root(),
      laid = `${key} ${state.tour} ${state.tourStep} ${state.guess} ${clientWidth} × ${clientHeight}`;
    if (laid !== this.laid) {
      this.laid = laid;
      this.begin(0);
    }
    if (key !== this.key) {
      this.key = key;
      this.watching.disconnect();
      if (this.mount) this.watching.observe(this.mount);
      scrollTo({ top: 0, behavior: 'instant' });
    }
    const bar = tourBar();
    if (bar) this.below.observe(bar);
    this.fit();
    this.changed();
  }

  /** All layouts are tried again, for all of the slide or a part of it. */
  begin(part) {
    const slide = this.slides[this.at];
    this.part = part;
    this.layouts = layoutsOf(slide);
    this.best = null;
    this.sheet.textContent = slide ? rules(state.screen, slide, part) : '';
  }

  /** On to the other part of a slide, or back. Whether there is one. */
  turnPart(by) {
    if (!this.part || this.part + by < 1 || this.part + by > 2) return false;
    this.begin(this.part + by);
    scrollTo({ top: 0, behavior: 'instant' });
    this.fit();
    this.changed();
    return true;
  }

  /** A heading follows the one before it on the slide, and the first the screen's own: what stands between them is out of sight. */
  level() {
    let before = 2;
    for (const heading of this.mount?.querySelectorAll('h2, h3, h4') ?? []) {
      heading.removeAttribute('aria-level');
      if (!root().hasAttribute('data-present') || !heading.checkVisibility()) continue;
      const own = Number(heading.localName[1]);
      if (own > before + 1) heading.setAttribute('aria-level', String(before + 1));
      before = Math.min(own, before + 1);
    }
  }

  /** Lay it out for the window; wider where it does not fit. */
  fit() {
    const [wide, share] = this.layouts[0],
      { height } = scaleTo(wide),
      unit = wide / 1920,
      above = this.mount ? Number.parseFloat(getComputedStyle(this.mount).marginTop) : 0,
      tour = root().hasAttribute('data-tour') ? tourBar().offsetHeight : 0,
      stage = height - above - (tour ? ABOVE_BAR : FOOT) * unit - tour;
    root().style.setProperty('--stage', `${stage}px`);
    root().style.setProperty('--share', String(share));
    this.fitSoon();
  }

  /** What is drawn for the new width comes a moment later, in a frame of its own. */
  fitSoon() {
    clearTimeout(this.waiting);
    root().toggleAttribute('data-laying', true);
    const mine = (this.waiting = window.setTimeout(() => {
      requestAnimationFrame(() => requestAnimationFrame(() => mine === this.waiting && this.arrange()));
    }, 60));
  }

  arrange() {
    const { mount } = this;
    this.waiting = 0;
    root().toggleAttribute('data-laying', false);
    this.level();
    if (!mount || !root().hasAttribute('data-present')) return;
    const times = this.times(mount);
    if (times <= 1) return;
    const [layout] = this.layouts;
    if (!this.best || times < this.best.times) this.best = { layout, times };
    if (this.layouts.length < 2 && !this.part && this.best.times % SIDEWAYS > 1 && foldable(mount)) {
      this.begin(1);
      this.fit();
      this.changed();
    } else if (this.layouts.length > 1 || layout !== this.best.layout) {
      this.layouts = this.layouts.length > 1 ? leftOf(this.layouts, times % SIDEWAYS) : [this.best.layout];
      this.fit();
    }
    // What a tour points at is in sight, however often the slide was laid out since.
    else mount.querySelector('[data-ringed]')?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }

  /** How many times higher than the stage a slide is, by more than half a pixel; what goes on sideways is worse than any. */
  times(mount) {
    const times = (mount.offsetHeight - 0.6) / Number.parseFloat(root().style.getPropertyValue('--stage'));
    return scrolls(mount) ? Math.max(1, times) + SIDEWAYS : times;
  }

  /** The slide that an element stands on comes on screen. */
  turnTo(element) {
    const at = this.slides.findIndex(({ show }) => element.closest(show) || element.querySelector(show));
    if (at >= 0 && at !== this.at) update({ slide: at });
    // A note that is pointed at is on the slide itself.
    else if (this.part === 1 && element.closest(NOTE)) {
      this.begin(0);
      this.fit();
      this.changed();
    }
  }
}

/** Whether a slide has notes that can be folded away, and is more than these. */
function foldable(mount) {
  const high = [...mount.querySelectorAll(NOTE_FOLDED)].reduce((sum, note) => sum + note.offsetHeight, 0);
  return high > 0 && high < mount.offsetHeight / 2;
}

/** Whether anything in it goes on sideways. */
const scrolls = (mount) =>
  [...mount.querySelectorAll('*')].some(
    (box) =>
      box.clientWidth && box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX),
  );

/** @param {string} screen @param {import('./slides.js').Slide} slide @param {0 | 1 | 2} part */
function rules(screen, { show, columns = false, keeps = '' }, part) {
  const room = `html[data-present] #screen-${screen} .am-mount`,
    shown = `:is(${show})`,
    around = `${room} :has(${shown}):not([hidden], ${shown})`;
  const stacked = `${around} { max-width: none; min-height: 0; padding: 0; margin: 0; border: 0; }
${around}${keeps && `:not(${keeps})`} { display: block !important; }`;
  const heading = ':is(h2, h3, h4)',
    folded = [
      '',
      `${room} ${NOTE_FOLDED} { display: none !important; }`,
      `${room} :not(${NOTE}, ${NOTE} *, :has(${NOTE}), ${heading}, ${heading} *) { display: none !important; }`,
    ][part];
  return `@media screen { ${folded} ${room} :not(${shown}, ${shown} *, :has(${shown})) { display: none !important; }
${room} > * { width: calc(100% * var(--share, 1)); margin-inline: auto !important; }
${columns ? '' : stacked} }`;
}
