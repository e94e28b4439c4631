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
      const grow = fitBoxes();
      back = () => {
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
