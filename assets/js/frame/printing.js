// A screen on paper: what it is of, above it, and drawings made for a light sheet of that width. The rest is style (microscope.css).

import { changeWords } from '../core/change_words.js';
import { drawFor, h } from '../core/dom.js';
import { linkAtOnce, photoLeftOut, withoutOwn } from '../core/links.js';
import { state } from '../core/state.js';
import { t } from '../core/text.js';
import { inputName } from '../core/input_name.js';

/** What a sheet is of: its screen, model and input, what is switched off, and where it is found. */
export function buildPrintHead() {
  const title = h('p.print-title'),
    about = h('p', { translate: 'no' }), // names of models and inputs
    address = h('p.print-address', { translate: 'no' });

  function show() {
    const subject = state.journey === 'photo' ? state.photoQuery : state.sentence;
    title.textContent = t(`${state.screen}.title`);
    const change = subject?.change && t('take.change', { change: changeWords(subject.change) });
    about.textContent = [
      subject && t('take.model', { model: subject.model }),
      subject && t('take.input', { input: inputName() }),
      change,
      photoLeftOut(),
    ]
      .filter(Boolean)
      .join(' · ');
    address.textContent = linkAtOnce(withoutOwn());
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

/**
 * A sheet between its margins: as a window, and what a page 1,040 pixels wide has in height there, as --fits of microscope.css has it.
 */
const SHEETS = {
  'a4-standing': { width: 703, height: 1032, high: (273 / 186) * 1040 - 12 },
  'a4-lying': { width: 1032, height: 703, high: (186 * 3.7795) / 0.7 - 12 },
  'letter-standing': { width: 725, height: 965, high: (255.4 / 186) * 1040 - 12 },
  'letter-lying': { width: 965, height: 725, high: (191.9 * 3.7795) / 0.7 - 12 },
};
/** What may be a little smaller, the whole of it. */
const WHOLE = '[data-figure], .card, figure, .picker';
/** What would be smaller on paper than this share cannot be read any more. */
const SMALLEST = 0.74;
const STEP = 0.01;
/** What is left free of a sheet, since lines may break otherwise there, and in what is smaller; more where that was not enough. */
const SPARE = [12, 40, 80];

/** What a media query has to say in the window, to say there what it says on paper. */
export const queryOnPaper = (query, paper) => {
  const told = (holds) => (holds ? '(min-width: 0px)' : '(max-width: 0px)');
  return query
    .replace(/\bscreen\b/g, 'tty')
    .replace(/\bprint\b/g, 'all')
    .replace(/\((min|max)-(width|height): ([\d.]+)px\)/g, (_, bound, side, size) =>
      told(bound === 'min' ? paper[side] >= size : paper[side] <= size),
    )
    .replace(/\(orientation: (\w+)\)/g, (_, way) => told((way === 'landscape') === paper.width > paper.height));
};

/** @returns {Generator<CSSMediaRule>} */
function* mediaRules(rules) {
  for (const rule of rules) {
    if (rule instanceof CSSMediaRule) yield rule;
    if (rule.cssRules) yield* mediaRules(rule.cssRules);
  }
}

/** Have the rules for a sheet hold in the window while something is measured. */
function asOnPaper(paper, measure) {
  const rules = [...document.styleSheets].flatMap((sheet) => {
      try {
        return [...mediaRules(sheet.cssRules)];
      } catch {
        return []; // a sheet of another host's, as an extension of the browser adds
      }
    }),
    queries = rules.map(({ media }) => media.mediaText);
  rules.forEach(({ media }, i) => {
    const wanted = queryOnPaper(queries[i], paper);
    if (wanted !== queries[i]) media.mediaText = wanted;
  });
  try {
    return measure();
  } finally {
    rules.forEach(({ media }, i) => {
      if (media.mediaText !== queries[i]) media.mediaText = queries[i];
    });
  }
}

/**
 * What no sheet parts, as it stands on one endless sheet.
 * @typedef {object} Piece
 * @property {number} top  with what goes to another sheet together with it
 * @property {number} bottom
 * @property {boolean} [leads]  what follows goes together with it
 * @property {HTMLElement} [element]  what of it may be a little smaller
 * @property {number} [from]  where that begins
 * @property {number} [to]  and ends
 * @property {number} [left]
 * @property {number} [right]
 * @property {number} [width]
 */
/** @typedef {{ top: number, bottom: number, pieces: Piece[] }} Row  what stands beside each other */

/**
 * How much smaller which boxes have to be for as few sheets as there can be, and of so many for the fullest but the last: those on one
 * sheet are all alike, and none is smaller where that changes nothing.
 * @param {Row[]} rows from top to bottom
 * @returns {{ shares: Map<Piece, number>, turns: number }} and how many times another sheet begins
 */
export function shrunk(rows, height) {
  /** How high a row is with boxes so much smaller: what stands below one of them moves up. */
  function high({ top, pieces }, share) {
    const ends = [];
    for (const [i, { top: begins, bottom, left, right, element, from, to }] of pieces.entries()) {
      const above = pieces.findLastIndex(
        (one, k) => k < i && one.bottom < begins + 1 && one.left < right && left < one.right,
      );
      const starts = begins - top + (above < 0 ? 0 : ends[above] - (pieces[above].bottom - top));
      ends.push(starts + bottom - begins - (element ? (1 - share) * (to - from) : 0));
    }
    return Math.max(...ends);
  }
  const gap = (i) => rows[i].top - (i ? rows[i - 1].bottom : 0),
    isCut = (i) => i < rows.length && high(rows[i], SMALLEST) > height;

  /** What rows on one sheet add to what is used of it. */
  function filled(first, end, used, share) {
    for (let i = first; i < end; i++) used += high(rows[i], share) + (used || !i ? gap(i) : 0);
    return used;
  }
  /** Every way to go on with a row on a sheet of which so much is used: the rows before `end` on it, then that one on the next. */
  function* ways(first, used) {
    if (isCut(first)) {
      const end = filled(first, first + 1, used, 1);
      yield { first, end: first + 1, share: 1, turns: Math.floor(end / height), used: end % height, empty: 0 };
      return;
    }
    let share = 1;
    for (let end = used ? first : first + 1; end <= rows.length; end++) {
      while (share >= SMALLEST && filled(first, end, used, share) > height) share -= STEP;
      if (share < SMALLEST) return;
      const here = isCut(end) || end === rows.length, // what is cut begins where it stands
        now = filled(first, end, used, share);
      yield here
        ? { first, end, share, turns: 0, used: now, empty: 0 }
        : { first, end, share, turns: 1, used: 0, empty: 1 - now / height };
      if (isCut(end)) return;
    }
  }
  const known = new Map();
  function best(first, used) {
    if (first === rows.length) return { turns: 0, loss: 0, shares: [] };
    const key = `${first} ${used}`;
    if (!known.has(key)) {
      const all = [...ways(first, used)].map((way) => {
        const rest = best(way.end, way.used),
          here = rows.slice(way.first, way.end);
        return {
          turns: way.turns + rest.turns,
          loss: (1 - way.share) / 2 + way.empty ** 2 + rest.loss,
          shares: [...here.map((row) => ({ row, share: way.share })), ...rest.shares],
        };
      });
      known.set(
        key,
        all.reduce((one, other) => ((other.turns - one.turns || other.loss - one.loss) < 0 ? other : one)),
      );
    }
    return known.get(key);
  }
  const { turns, shares: found } = best(0, 0);
  /** @type {Map<Piece, number>} */
  const shares = new Map();
  for (const { row, share } of found)
    for (const piece of row.pieces) if (piece.element && share < 1) shares.set(piece, share);
  return { shares, turns };
}

/**
 * Pieces from top to bottom, those in one row that stand beside each other or have to stay together.
 * @param {Piece[]} pieces
 */
export function rowsOfPieces(pieces) {
  /** @type {Row[]} */
  const rows = [];
  for (const piece of pieces.toSorted((a, b) => a.top - b.top)) {
    const last = rows.at(-1);
    if (last && (piece.top < last.bottom - 1 || last.pieces.every(({ leads }) => leads))) {
      last.pieces.push(piece);
      last.bottom = Math.max(last.bottom, piece.bottom);
    } else rows.push({ top: piece.top, bottom: piece.bottom, pieces: [piece] });
  }
  return rows;
}

/** The pieces of a screen, while the rules for a sheet hold. */
function piecesOn(paper) {
  const { top: begin } = document.body.getBoundingClientRect(),
    zoom = document.querySelector('.gradio-container').getBoundingClientRect().width / 1040;

  /** @returns {Piece[]} */
  function piecesOf(/** @type {HTMLElement} */ element) {
    const { display, position, breakInside, breakAfter } = getComputedStyle(element),
      box = element.getBoundingClientRect(),
      top = (box.top - begin) / zoom,
      bottom = (box.bottom - begin) / zoom;
    if (display === 'contents') return parts(element);
    if (!box.width || !box.height || /absolute|fixed/.test(position)) return [];
    const leads = breakAfter === 'avoid',
      whole = { top, bottom, left: box.left, right: box.right, leads };
    if (breakInside !== 'avoid' || (bottom - top) * SMALLEST > paper.high) {
      const found = parts(element);
      // Another sheet begins before a box, not within it before its first part.
      if (found.length) {
        const [first] = found,
          last = found.reduce((one, other) => (other.bottom > one.bottom ? other : one));
        first.top = Math.min(first.top, top);
        last.bottom = Math.max(last.bottom, bottom);
        return found;
      }
    }
    const fits = element.matches(WHOLE) && !element.style.zoom; // what scrolled is as small as it has to be
    return [fits ? { ...whole, element, from: top, to: bottom, width: box.width / zoom } : whole];
  }
  const parts = (element) => [...element.children].flatMap((child) => piecesOf(child)).sort((a, b) => a.top - b.top);
  return [document.querySelector('.print-head'), document.getElementById(`screen-${state.screen}`)].flatMap((part) =>
    piecesOf(/** @type {HTMLElement} */ (part)),
  );
}

/** How much smaller which boxes are on a sheet: what was reckoned is tried, since what is smaller breaks its lines otherwise. */
function fitted(paper) {
  return asOnPaper(paper, () => {
    const pieces = piecesOn(paper),
      rows = rowsOfPieces(pieces);
    for (const spare of SPARE) {
      const { shares, turns } = shrunk(rows, paper.high - spare);
      if (!shares.size) return shares;
      const undo = [...shares].map(([{ element, width }, share]) => smaller(element, share, width));
      const tried = turnsOf(rowsOfPieces(piecesOn(paper)), paper.high - SPARE[0]);
      undo.forEach((back) => back());
      if (tried <= turns) return shares;
    }
    return new Map();
  });
}

/** How often another sheet begins where nothing is made smaller. */
export function turnsOf(rows, height) {
  let used = 0,
    turns = 0;
  for (const [i, { top, bottom }] of rows.entries()) {
    const end = used + bottom - (used || !i ? (rows[i - 1]?.bottom ?? 0) : top);
    const isCut = bottom - top > height;
    if (end <= height) used = end;
    else if (isCut) {
      turns += Math.floor(end / height);
      used = end % height;
    } else {
      turns++;
      used = bottom - top;
    }
  }
  return turns;
}

/** A box as it is on paper where it is smaller; gives back what undoes it. */
function smaller({ style }, share, width) {
  const before = style.cssText;
  style.boxSizing = 'border-box';
  style.maxWidth = 'none';
  style.setProperty('width', `${width}px`, 'important');
  style.zoom = String(share);
  return () => (style.cssText = before);
}

/** Make what would go to another sheet, and leave much of one empty, a little smaller instead. Gives back what undoes it. */
function fillSheets() {
  const made = [];
  for (const [sheet, paper] of Object.entries(SHEETS))
    for (const [{ element, width }, share] of fitted(paper))
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
