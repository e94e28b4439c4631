// A screen on paper: what it is of, above it, and drawings made for a light sheet of that width. The rest is style (microscope.css).

import { changeWords } from '../core/change_words.js';
import { drawFor, h } from '../core/dom.js';
import { isOwn, linkAtOnce } from '../core/links.js';
import { state } from '../core/state.js';
import { t } from '../core/text.js';
import { inputName } from '../core/input_name.js';

/** What a sheet is of: its screen, model and input, what is switched off, and where it is found. */
export function buildPrintHead() {
  const title = h('p.print-title'),
    about = h('p', { translate: 'no' }), // names of models and inputs
    address = h('p.print-address', { translate: 'no' });

  function show() {
    const subject = state.journey === 'photo' ? state.look : state.sentence;
    title.textContent = t(`${state.screen}.title`);
    const change = subject?.change && t('take.change', { change: changeWords(subject.change) });
    about.textContent = [
      subject && t('take.model', { model: subject.model }),
      subject && t('take.input', { input: inputName() }),
      change,
    ]
      .filter(Boolean)
      .join(' · ');
    // Paper lasts longer than an own photo is kept.
    address.textContent = linkAtOnce(isOwn(state.photo) ? { photo: null } : {});
  }
  watchPaper(show);
  return h('header.print-head.am-mount', {}, title, about, address);
}

/** Make what scrolls in a box of its own as small as it has to be: paper does not scroll. Gives back what undoes it. */
function fitBoxes() {
  /** @type {NodeListOf<HTMLElement>} */
  const all = document.querySelectorAll(`#screen-${state.screen} *`),
    boxes = [...all].filter(
      (box) => box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX),
    ),
    sizes = boxes.map((box) => box.clientWidth / box.scrollWidth);
  boxes.forEach((box, i) => (box.style.zoom = String(sizes[i])));
  return () => boxes.forEach((box) => (box.style.zoom = ''));
}

/** Of a sheet (A4 between its margins) what a page 1,040 pixels wide has in height, as --fits of microscope.css has it, but for a line that may break otherwise there. */
const SHEETS = { standing: (273 / 186) * 1040 - 12, lying: (186 * 3.7795) / 0.7 - 12 };
/** What is on one sheet or on the next, as microscope.css has it. */
const WHOLE = '[data-figure], .card, figure';
/** What would be smaller on paper than this share cannot be read any more. */
const SMALLEST = 0.76;

/** The media rules of the page's sheets that say something of paper. */
function* ofPaper(rules, within = false) {
  for (const rule of rules) {
    const media = rule instanceof CSSMediaRule,
      here = media && (/print/.test(rule.media.mediaText) || (within && /orientation/.test(rule.media.mediaText)));
    if (here) yield rule;
    if (rule.cssRules) yield* ofPaper(rule.cssRules, within || here);
  }
}

/** Have the rules for paper, standing or lying, hold in the window while something is measured. */
function asOnPaper(lying, measure) {
  const rules = [...document.styleSheets].flatMap((sheet) => {
      try {
        return [...ofPaper(sheet.cssRules)];
      } catch {
        return []; // a sheet of another host's, as an extension of the browser adds
      }
    }),
    queries = rules.map(({ media }) => media.mediaText),
    turned = lying ? '(min-width: 0px)' : '(max-width: 0px)';
  rules.forEach(({ media }, i) => {
    media.mediaText = queries[i].replace('print', 'all').replace('(orientation: landscape)', turned);
  });
  try {
    return measure();
  } finally {
    rules.forEach(({ media }, i) => (media.mediaText = queries[i]));
  }
}

/**
 * How much smaller each of these boxes has to be for a sheet of this height to be filled, where that is little.
 * @param {{ top: number, bottom: number }[][]} rows boxes that stand beside each other, from top to bottom
 */
export function shrunk(rows, height) {
  const shares = new Map();
  let moved = 0, // by what went to another sheet, or became smaller
    end = height;
  for (const row of rows) {
    const top = Math.min(...row.map((box) => box.top)),
      bottom = Math.max(...row.map((box) => box.bottom));
    while (top + moved >= end) end += height;
    const room = (box) => Math.min(1, (end - box.top - moved) / (box.bottom - box.top));
    if (bottom + moved <= end) continue;
    if (row.every((box) => room(box) >= SMALLEST)) {
      for (const box of row) if (room(box) < 1) shares.set(box, room(box));
      moved = end - bottom;
    } else if (bottom - top <= height) {
      moved = end - top;
      end += height;
    }
  }
  return shares;
}

/** Boxes from top to bottom, those in one row that stand beside each other. */
export function rowsOf(boxes) {
  const rows = [];
  let bottom = -Infinity;
  for (const box of boxes.toSorted((a, b) => a.top - b.top)) {
    if (box.top < bottom - 1) rows.at(-1).push(box);
    else rows.push([box]);
    bottom = Math.max(...rows.at(-1).map((one) => one.bottom));
  }
  return rows;
}

/** Where the boxes of the screen stand on one endless sheet that is 1,040 pixels wide. */
function boxesOn(lying) {
  return asOnPaper(lying, () => {
    const { top: begin } = document.body.getBoundingClientRect(),
      { width: sheet } = document.querySelector('.gradio-container').getBoundingClientRect(),
      zoom = sheet / 1040,
      all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(`#screen-${state.screen} :is(${WHOLE})`)]);
    return all
      .filter((one) => one.checkVisibility() && !one.style.zoom && !one.parentElement.closest(WHOLE))
      .map((element) => {
        const { top, bottom, width } = element.getBoundingClientRect();
        return { element, top: (top - begin) / zoom, bottom: (bottom - begin) / zoom, width: width / zoom };
      })
      .filter(({ width }) => width);
  });
}

/** Make what would go to the next sheet, and leave much of one empty, a little smaller instead. Gives back what undoes it. */
function fillSheets() {
  const made = [];
  for (const [sheet, height] of Object.entries(SHEETS))
    for (const [{ element, width }, share] of shrunk(rowsOf(boxesOn(sheet === 'lying')), height))
      made.push([element, { [`--${sheet}`]: share, [`--${sheet}-wide`]: `${width}px` }]);
  for (const [{ style }, said] of made)
    for (const [name, value] of Object.entries(said)) style.setProperty(name, String(value));
  return () => {
    for (const [{ style }, said] of made) for (const name of Object.keys(said)) style.removeProperty(name);
  };
}

/** Draw for paper, which is light, or for the screen. The state's theme stays: whatever follows it would build its pictures anew, and paper does not wait for them. */
function turn(paper) {
  const root = document.documentElement,
    theme = paper ? 'light' : state.theme;
  root.toggleAttribute('data-printing', paper);
  root.dataset.theme = theme;
  document.body.classList.toggle('dark', theme === 'dark');
  drawFor(paper);
}

/** Call `show` before the page is printed, and have its drawings made for that. */
function watchPaper(show) {
  let back = null; // to the screen
  addEventListener(
    'beforeprint',
    () => {
      if (back) return;
      show();
      turn(true);
      const grow = fitBoxes(),
        loosen = fillSheets();
      back = () => {
        loosen();
        grow();
        turn(false);
      };
    },
    { capture: true }, // a screen that lays out more for paper does it after this
  );
  addEventListener('afterprint', () => {
    back?.();
    back = null;
  });
}
