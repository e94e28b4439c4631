// The notes as a path: eight cards, 27 to 34, with every matrix of the course's model as printed numbers, and the same as sheets to be printed.

import { SHEETS } from '../fields/notes.js';
import { patchAxis } from '../core/axes.js';
import { booted } from '../core/boot.js';
import { classNames } from '../core/class_names.js';
import { h, oncePerFrame } from '../core/dom.js';
import { Fold, isOpen, onPhone, setFolds } from '../core/folds.js';
import { layerBar } from '../core/layer_bar.js';
import { changeOf, setChange, wish as wanted } from '../core/photo_query.js';
import { seenPicture } from '../core/seen.js';
import { on, state, update } from '../core/state.js';
import { html, bindLabel, bindText, t } from '../core/text.js';
import { asProblem, view } from '../core/wire.js';
import { Switches } from '../flow/switches.js';
import { layPatchPicker } from '../instrument/held_patch.js';
import { Card } from '../notes/card.js';
import { CARDS } from '../notes/cards.js';
import { COURSE, isCourse, SIDE, takeCourse } from '../notes/course_model.js';
import { arithmetic, chosen } from '../notes/held.js';
import { arithmeticLines } from '../notes/lines.js';
import { sheetOf } from '../notes/sheet.js';

export async function mount(root) {
  await booted;
  let shown = null, // everything on screen
    picker = null,
    drawn = false;

  const cards = CARDS.map(([number, matrices]) => new Card(number, matrices, () => shown));
  const layers = layerBar('notes', { says: true });
  const heads = bindLabel(h('div.segmented.note-heads', { role: 'group' }), 'aria-label', 'notes.heads');
  const pickerBox = h('div.picker-box'),
    held = h('p.readout', { 'data-told': true }),
    switches = new Switches({ set: setChange, wish: wanted });
  const steps = cards.map(({ number }) =>
    bindLabel(
      h(
        'button',
        { type: 'button', onclick: () => bring(number) },
        h('span.step-number', { translate: 'no' }, String(number)),
        bindText(h('span.step-name'), `notes.card_${number}`),
      ),
      'title',
      `notes.card_${number}`,
    ),
  );
  const path = bindLabel(h('nav.note-path', {}, ...steps), 'aria-label', 'notes.path');
  const choices = SHEETS.map((which) =>
    bindText(h('button', { type: 'button', onclick: () => update({ notesAs: which }) }), `notes.as_${which}`),
  );
  const sheets = bindLabel(h('div.segmented', { role: 'group' }, ...choices), 'aria-label', 'notes.as');
  const print = h(
    'button.action',
    { type: 'button', onclick: () => window.print() },
    bindText(h('span'), 'notes.print'),
  );
  const other = h(
    'div.other-model',
    {},
    bindText(h('p'), 'notes.other_model', () => ({ model: COURSE, size: SIDE })),
    h('button.action.primary', { type: 'button', onclick: takeCourse }, bindText(h('span'), 'notes.take_model')),
  );
  const left = h(
    'div.notes-left',
    {},
    path,
    h(
      'div.notes-held',
      {},
      layers.element,
      bindText(h('span.break-name'), 'notes.heads'),
      heads,
      pickerBox,
      held,
      switches.element,
    ),
  );
  const paper = h('div.paper');
  const folds = cards.map(({ number, element }, i) => {
    const next = cards[i + 1]?.number;
    // Whoever has read a card folds it and goes on to the next.
    if (next)
      element.append(
        h(
          'button.action.card-read',
          { type: 'button', onclick: () => bring(next, { [number]: false }) },
          bindText(h('span'), 'notes.read_on', () => ({ next })),
        ),
      );
    return new Fold(String(number), element, { open: !i });
  });
  const main = h('div.notes-main', {}, ...folds.map(({ element }) => element));
  const body = h('div.notes-body', {}, left, main);
  root.append(
    h(
      'div.notes-screen',
      {},
      h('header.notes-head', {}, bindText(h('h2'), 'notes.heading'), h('div.note-sheets', {}, sheets, print)),
      h('div.notes-words', {}, ...['see', 'try', 'not'].map((key) => bindText(h('p.note'), `notes.${key}`))),
      other,
      body,
      paper,
    ),
  );

  /** Fetch what is held, then draw it; what was drawn stays until the new is there. */
  async function visit() {
    const { photoQuery, layer, head, query } = state;
    if (state.screen !== 'notes' || !photoQuery) return;
    layers.respeak();
    tellChoice();
    const fits = isCourse(photoQuery);
    // On the way in the course's model has not come yet.
    other.hidden = fits || Boolean(state.wanted);
    body.hidden = paper.hidden = !fits;
    if (!fits) return;
    body.dataset.waiting = '';
    const asked = wish(),
      abandoned = () => state.photoQuery !== photoQuery || wish() !== asked;
    try {
      const [around, block, names, image] = await Promise.all([
        view('notes', photoQuery),
        view('notes_layer', photoQuery, { layer }),
        classNames(photoQuery),
        imageOf(photoQuery),
      ]);
      if (abandoned()) return;
      const next = chosen({
        photoQuery,
        layer,
        head,
        token: query,
        around: around.arrays,
        block: block.arrays,
        names,
        image,
      });
      const told = await arithmetic(next);
      if (abandoned()) return;
      shown = { ...next, told };
      delete body.dataset.waiting;
      draw();
      if (!drawn) goTo();
      drawn = true;
    } catch (error) {
      if (!abandoned()) update({ problem: asProblem(error) });
    }
  }

  /** Everything of the state that the cards follow. */
  const wish = () =>
    ['layer', 'head', 'query', 'unit', 'noteKey', 'hiddenUnit', 'notePixel', 'heldClass', 'lang']
      .map((field) => state[field])
      .join();

  function tellChoice() {
    choices.forEach((button, i) => button.setAttribute('aria-pressed', String(SHEETS[i] === state.notesAs)));
  }

  function draw() {
    const { photoQuery, token, picture: seen } = shown;
    if (picker?.seen !== seen) picker = layPatchPicker(pickerBox, patchAxis(shown.photoQuery), seen);
    picker.show({ query: token, key: null, hidden: new Set() });
    held.innerHTML = html('notes.held', { name: shown.name(token) });
    heads.replaceChildren(
      ...Array.from({ length: photoQuery.heads }, (_, head) =>
        h(
          'button',
          {
            type: 'button',
            'aria-pressed': String(head === shown.head),
            'aria-label': t('notes.head', { head: head + 1 }),
            onclick: () => update({ head }),
          },
          String(head + 1),
        ),
      ),
    );
    switches.show(changeOf(photoQuery), shown.layer + 1);
    lay();
  }

  /** The cards, or the sheet that is chosen; what is printed is the same, without a choice both sheets. */
  function lay() {
    const { notesAs } = state;
    tellChoice();
    body.classList.toggle('away', notesAs !== 'cards');
    paper.dataset.shown = notesAs;
    if (!shown) return;
    paper.replaceChildren(); // what is not seen is laid out only to be printed
    if (notesAs !== 'cards') layPaper();
    else {
      const lines = arithmeticLines(shown);
      cards.forEach((card) => card.show(shown, lines));
      mark();
    }
  }

  function layPaper() {
    paper.replaceChildren(...[true, false].map((blank) => sheetOf(shown, blank)));
  }

  /** Go to a step, on a phone with what else is to be opened or folded. */
  function bring(number, also = {}) {
    if (onPhone()) setFolds({ ...also, [number]: true });
    if (state.noteCard === number) goTo();
    else update({ noteCard: number });
  }

  /** Bring the step that the address names into sight; on a phone it is open, also where an address says nothing of that. */
  function goTo() {
    const fold = folds.find(({ id }) => Number(id) === state.noteCard);
    if (state.screen !== 'notes' || !shown || !fold) return;
    if (onPhone() && !isOpen(fold.id)) setFolds({ [fold.id]: true });
    (onPhone() ? fold.element : fold.card).scrollIntoView({ block: 'start' });
  }

  /** Mark in the path the step that is being read: the last one that has come up to the first third of the window; at the end of the page, the last of all. */
  const mark = oncePerFrame(() => {
    if (state.screen !== 'notes') return;
    const { scrollHeight } = document.documentElement,
      atEnd = scrollY > 0 && scrollY + innerHeight > scrollHeight - 2,
      tops = folds.map((fold) => (onPhone() ? fold.element : fold.card).getBoundingClientRect().top),
      read = atEnd ? tops.length - 1 : Math.max(0, tops.filter((top) => top < innerHeight / 3).length - 1);
    steps.forEach((step, i) => {
      if (i === read) step.setAttribute('aria-current', 'step');
      else step.removeAttribute('aria-current');
    });
  });
  addEventListener('scroll', mark, { passive: true });
  on('turnedFolds screen noteCard notesAs', mark);

  on('photoQuery layer head query unit noteKey hiddenUnit notePixel heldClass screen lang theme wanted', visit);
  addEventListener('beforeprint', () => {
    if (state.screen === 'notes' && shown && !paper.children.length) layPaper();
  });
  on('noteCard', goTo);
  on('notesAs', () => {
    if (state.screen === 'notes') lay();
  });
  visit();
}

/** The picture as an image that is here: a sheet that is printed is drawn at once, and waits for none. */
async function imageOf(photoQuery) {
  const image = new Image();
  image.src = seenPicture(photoQuery);
  return image.decode().then(
    () => image,
    () => null,
  );
}
