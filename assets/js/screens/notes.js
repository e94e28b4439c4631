// The notes as a path: eight cards, 27 to 34, with every matrix of the course's model as printed numbers, and the same as sheets to be printed.

import { SHEETS } from '../fields/notes.js';
import { argmax } from '../core/argmax.js';
import { takeable } from '../core/figure.js';
import { explain } from '../core/explain.js';
import { patchAxis } from '../core/axes.js';
import { booted } from '../core/boot.js';
import { classNames, nameOf } from '../core/class_names.js';
import { h, oncePerFrame } from '../core/dom.js';
import { Fold, isOpen, onPhone, setFolds } from '../core/folds.js';
import { equation, term } from '../core/equation.js';
import { written } from '../core/formula.js';
import { layerBar } from '../core/layer_bar.js';
import { changeOf, setChange, wish as wanted } from '../core/photo_query.js';
import { seenPicture } from '../core/seen.js';
import { on, state, update } from '../core/state.js';
import { html, bindLabel, bindText, t, told } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { asProblem, view } from '../core/wire.js';
import { Switches } from '../flow/switches.js';
import { layPatchPicker } from '../instrument/held_patch.js';
import { operandAt } from '../calculator/quantities.js';
import { CARDS } from '../notes/cards.js';
import { COURSE, isCourse, SIDE, takeCourse } from '../notes/course_model.js';
import { linesOf } from '../notes/lines.js';
import { NumberTable } from '../notes/number_table.js';
import { sheetOf } from '../notes/sheet.js';

const largest = (values) => argmax(values, Math.abs);
/** What was chosen, as far as there is so much; else what is worth looking at. */
const within = (chosen, count, otherwise) => (chosen !== null && chosen < count ? chosen : otherwise());

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
    choices.forEach((button, i) => button.setAttribute('aria-pressed', String(SHEETS[i] === notesAs)));
    body.classList.toggle('away', notesAs !== 'cards');
    paper.dataset.shown = notesAs;
    if (!shown) return;
    paper.replaceChildren(); // what is not seen is laid out only to be printed
    if (notesAs !== 'cards') layPaper();
    else {
      const lines = linesOf(shown);
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

/** What is held of the matrices, where nothing was chosen what is worth looking at. */
function chosen(held) {
  const { photoQuery, head, token, around, block, names } = held,
    { tokens, d_head: d, d_model, d_mlp, prefix, cols } = photoQuery;
  const rowOf = ({ data }, width, of) => data.subarray((head * tokens + of) * width, (head * tokens + of + 1) * width);
  const first = prefix.length,
    patch = Math.max(0, token - first), // CLS has no pixels: the first patch stands in
    wide = 3 * photoQuery.patch ** 2;
  const unit = within(state.unit, d_model, () => head * d + largest(rowOf(block.z, d, token)));
  const short = (one) =>
    one < first ? prefix[one] : `${Math.floor((one - first) / cols) + 1},${((one - first) % cols) + 1}`;
  return {
    ...held,
    patch,
    unit,
    dim: unit % d,
    key: within(state.noteKey, tokens, () => largest(rowOf(block.pattern, tokens, token))),
    hidden: within(state.hiddenUnit, d_mlp, () =>
      largest(block.post.data.subarray(token * d_mlp, (token + 1) * d_mlp)),
    ),
    pixel: within(state.notePixel, wide, () => largest(around.pixels.data.subarray(patch * wide, (patch + 1) * wide))),
    index: within(state.heldClass ?? null, photoQuery.classes, () => largest(around.probabilities.data)),
    names: Array.from({ length: tokens }, (_, one) => short(one)),
    short,
    name: (one) => tokenName(one, photoQuery),
    className: (index) => nameOf(names, index),
    picture: seenPicture(photoQuery),
  };
}

/** What the calculator is told of the numbers that matrices make, and of the pixel. */
async function arithmetic({ photoQuery, layer, head, token, patch, unit, dim, hidden, pixel, index }) {
  const at = (quantity) => `blocks.${layer}.${quantity}`,
    ask = (name, place) => view('number', photoQuery, { name, index: place.join(',') });
  const asked = {
    patch: ask('patches', [patch, unit]),
    ln1: ask(at('ln1'), [token, unit]),
    q: ask(at('attn.q'), [head, token, dim]),
    k: ask(at('attn.k'), [head, token, dim]),
    v: ask(at('attn.v'), [head, token, dim]),
    attn_out: ask(at('attn_out'), [token, unit]),
    ln2: ask(at('ln2'), [token, unit]),
    pre: ask(at('mlp.pre'), [token, hidden]),
    mlp_out: ask(at('mlp_out'), [token, unit]),
    logit: ask('logits', [index]),
  };
  const pixelAt = asked.patch.then(({ facts }) => operandAt(facts.sources.a, pixel));
  const all = { ...asked, pixel: pixelAt.then((place) => ask(place.name, place.index)) };
  const values = await Promise.all(Object.values(all));
  return Object.fromEntries(Object.keys(all).map((name, i) => [name, values[i]]));
}

/** One card: the notes' sentence, what is put right, the matrices, the arithmetic. */
class Card {
  constructor(number, matrices, shown) {
    this.number = number;
    this.shown = null;
    this.held = null;
    this.matrices = matrices;
    this.tables = matrices.map(
      ({ key, tone, choose, params = (_) => ({}) }, i) =>
        new NumberTable({
          id: `${number}${'abcdefgh'[i]}`,
          key,
          tone,
          choose: (row, col) => choose(shown())(row, col),
          params: () => (shown() ? { ...shownParams(shown()), ...params(shown()) } : {}),
        }),
    );
    this.lines = h('ol.lines');
    this.right = bindText(h('p.right'), `notes.right_${number}`, () => shownParams(shown()));
    const title = h(
      'h3',
      {},
      h('span.card-number', { translate: 'no' }, String(number)),
      bindText(h('span'), `notes.card_${number}`),
    );
    this.element = takeable(
      h(
        'section.note-card',
        { 'data-card': number },
        h('header', {}, title, bindText(h('blockquote'), `notes.says_${number}`), this.right),
        h('div.matrices', {}, ...this.tables.map(({ element }) => element)),
        this.lines,
      ),
      () => this.shown,
      {
        title: () => `${number} · ${t(`notes.card_${number}`)}`,
        of: () => ({ layers: [this.held.layer], head: this.held.head, token: this.held.token }),
      },
    );
  }

  show(shown, lines) {
    this.shown = [shown.around, shown.block];
    this.held = shown;
    this.right.respeak();
    this.matrices.forEach((matrix, i) => {
      this.tables[i].what.respeak();
      this.tables[i].show(matrix.show(shown));
    });
    this.lines.replaceChildren(...lines[this.number].map((line) => worked(line, shown.photoQuery)));
  }
}

const shownParams = (shown) => {
  if (!shown) return {};
  const { layers, heads, d_model: d } = shown.photoQuery;
  return { layer: shown.layer + 1, head: shown.head + 1, layers, heads, d, all: layers * heads };
};

/** A line of arithmetic; its result opens in the calculator. */
function worked({ key, params, parts, compute, value, write, symbol, opens }, photoQuery) {
  const draw = (text) =>
    h(
      'span.operand',
      {},
      h('span.symbol', {}, symbol ? written(symbol) : ''),
      opens
        ? h(
            'button.opens',
            {
              type: 'button',
              title: t('calculator.open'),
              onclick: () => explain(opens.name, opens.index, { photoQuery }),
            },
            term(text),
          )
        : h('span.number', {}, term(text)),
    );
  return h(
    'li',
    {},
    told(h('p'), key, params),
    equation(h('p.worked'), { parts, compute, result: { value, write, draw } }),
  );
}
