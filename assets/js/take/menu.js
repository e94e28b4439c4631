// What a figure can be taken away as: a picture, its numbers, a link. Loaded when somebody first asks for it.

import { announce } from '../core/announce.js';
import { h, sharper } from '../core/dom.js';
import { keysOf } from '../core/keys.js';
import { copied, linkHere, sharesOwn } from '../core/links.js';
import { closed, opened } from '../core/sheets.js';
import { figureTitle, paperFigure, paperFigures } from '../core/paper_figures.js';
import { on, state } from '../core/state.js';
import { html, bindLabel, problemKey, bindText, t } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { captionOf } from './caption.js';
import { drawingOf, pngFile, svgFile, unscrolled } from './drawing.js';
import { csvOf, npzOf, numbersOf } from './numbers.js';
import { save } from './save.js';
import { showSquares } from './squares.js';
import { showTable } from './table.js';

const RATIO = 2;

/** Nothing of a visitor's goes into the name of a file. */
function fileName(element, ending) {
  const all = [...document.querySelectorAll(`#screen-${state.screen} [data-figure]`)],
    at = all.indexOf(element) + 1;
  return `attention-microscope-${state.screen}${at ? `-${at}` : ''}.${ending}`;
}

/** All of a figure, also what has to be scrolled to be seen. */
const drawn = ({ element }, caption) => unscrolled(element, () => sharper(RATIO, () => drawingOf(element, caption)));

/** How each kind of file is made of a figure. */
const FILES = {
  png: (figure, caption) => pngFile(drawn(figure, caption), RATIO),
  svg: (figure, caption) => svgFile(drawn(figure, caption)),
  csv: (_, caption, numbers) => csvOf(numbers.arrays, caption),
  npz: (_, caption, numbers) => npzOf(numbers.arrays, caption),
};

/** What the server draws a paper's figure as. */
const PAPER_FILES = ['pdf', 'svg', 'png'];

let open = null;
on('photoQuery sentence screen chapter lang', () => open?.close());

/** @param {import('../core/figure.js').Figure} figure */
export function openMenu(figure) {
  const was = open;
  was?.close();
  if (was?.button === figure.button) return;
  const told = h('p.note', { 'data-told': true, hidden: true }),
    field = bindLabel(h('input', { type: 'text', readOnly: true, hidden: true }), 'aria-label', 'share.link');
  const tell = (key, params) => {
    told.hidden = false;
    bindText(told, key, () => params ?? {});
  };
  /** A file is told of where the menu was. */
  const keep = (blob, name) => {
    save(blob, name);
    close();
    announce(html('take.saved', { file: name }));
  };
  const item = (words, act) =>
    h(
      'button',
      {
        type: 'button',
        role: 'menuitem',
        onclick: async () => {
          try {
            await act();
          } catch (error) {
            const problem = asProblem(error);
            tell(problemKey(problem), problem.params);
          }
        },
      },
      words,
    );
  const file = (kind) => {
    const made = item(bindText(h('span'), `take.${kind}`), async () => {
      const numbers = numbersOf(figure.drawn());
      if (!numbers && (kind === 'csv' || kind === 'npz')) {
        tell('take.nothing_yet');
        return;
      }
      const caption = await captionOf(figure, numbers);
      keep(await FILES[kind](figure, caption, numbers), fileName(figure.element, kind));
    });
    made.dataset.kind = kind;
    return made;
  };
  const table = item(bindText(h('span'), 'take.table'), async () => {
    const numbers = numbersOf(figure.drawn());
    if (!numbers) {
      tell('take.nothing_yet');
      return;
    }
    const caption = await captionOf(figure, numbers);
    close();
    showTable(figure.title(), caption, numbers.arrays);
  });
  table.dataset.kind = 'table';
  const copies = (words, changed = {}) =>
    item(bindText(h('span'), words), async () => {
      field.value = await linkHere(changed);
      field.hidden = false;
      if (await copied(field)) {
        close();
        announce(html('share.copied'));
      } else tell('share.by_hand'); // the link stands there, selected
    });
  const links = [copies('share.copy'), ...(sharesOwn() ? [copies('share.without_photo', { photo: null })] : [])];
  const squares = item(bindText(h('span'), 'share.squares'), () =>
    showSquares(() => {
      const isOpen = open?.close === close;
      close();
      return isOpen;
    }),
  );
  const items = [...Object.keys(FILES).map(file), table, ...links, squares];
  /** A figure of a paper with the numbers of this screen, which the server draws: a button for each kind of file. */
  const paper = (name) => {
    const title = bindText(h('span.paper-title'), figureTitle(name)),
      made = PAPER_FILES.map((kind) => {
        const one = item(h('span', { translate: 'no' }, kind.toUpperCase()), async () => {
          tell('take.drawing');
          keep(await paperFigure(name, kind), `attention-microscope-${name}.${kind}`);
        });
        bindLabel(one, 'aria-label', 'take.paper_as', () => ({
          figure: t(figureTitle(name)),
          kind: kind.toUpperCase(),
        }));
        one.dataset.paper = `${name}.${kind}`;
        return one;
      });
    items.push(...made);
    return h('div.paper', { role: 'none' }, title, h('span.paper-files', { role: 'none' }, ...made));
  };
  const shown = [...items],
    papers = paperFigures().map(paper);
  const list = h(
    'div.take-items',
    { role: 'menu' },
    h('div.take-kinds', { role: 'none' }, ...shown),
    sharesOwn() ? bindText(h('p.note', { role: 'none' }), 'share.own') : null,
    ...(papers.length ? [bindText(h('p.papers', { role: 'none' }), 'take.papers'), ...papers] : []),
  );
  bindLabel(list, 'aria-label', 'take.button');
  // What is told, and a link that has to be copied by hand, are no items of a menu: they stand below it.
  const menu = h('div.take-menu', { tabindex: '-1' }, list, field, told);
  keysOf(list, {
    keys: 'ArrowUp ArrowDown Home End',
    says: 'keys.rows',
    act: ({ key }) => {
      const at = items.indexOf(/** @type {any} */ (document.activeElement)),
        last = items.length - 1;
      items[{ Home: 0, End: last, ArrowUp: at > 0 ? at - 1 : last, ArrowDown: at < last ? at + 1 : 0 }[key]].focus();
    },
  });
  const outside = (event) => {
    if (!menu.contains(event.target) && !figure.button.contains(event.target)) close();
  };
  function close() {
    if (open?.close !== close) return;
    open = null;
    removeEventListener('pointerdown', outside, true);
    figure.button.setAttribute('aria-expanded', 'false');
    menu.remove();
    closed(menu);
  }
  open = { close, button: figure.button };
  figure.button.after(menu);
  figure.button.setAttribute('aria-expanded', 'true');
  addEventListener('pointerdown', outside, true);
  lay(menu, figure.button);
  opened(menu, { close, over: false, first: items[0] });
}

/** Below its control or, where there is no room, above it; within the window. */
function lay(menu, button) {
  const at = button.getBoundingClientRect(),
    room = document.documentElement.clientWidth,
    left = Math.max(8, Math.min(at.right - menu.offsetWidth, room - menu.offsetWidth - 8)),
    below = at.bottom + 4 + menu.offsetHeight < innerHeight || at.top < menu.offsetHeight + 8,
    around = menu.offsetParent?.getBoundingClientRect() ?? { left: 0, top: 0 };
  menu.style.left = `${left - around.left}px`;
  menu.style.top = `${(below ? at.bottom + 4 : at.top - 4 - menu.offsetHeight) - around.top}px`;
}
