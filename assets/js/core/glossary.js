// A term's explanation: any link to "#term" opens a small card with the text glossary.term, and one to "#terms" the list of all. The address never changes.

import { closest, h, ownPixels } from './dom.js';
import { formulaElement } from './formula.js';
import { NOTATION } from './notation.js';
import { closed, opened } from './sheets.js';
import { on, state } from './state.js';
import { has, html, keysFrom, bindLabel, bindText } from './text.js';

const GAP = 8,
  EDGE = 12;
/** What is linked to for all terms together. */
export const ALL = 'terms';
let open = null; // { card, opener, term, fromAll }
let arriving = false;
const isTold = (term) => term === ALL || has(`glossary.${term}`);

/** From now on links to terms open their card. */
export function explainTerms() {
  // Enter on a link arrives as a click; one listener serves mouse, touch and keyboard, and every link that will ever be drawn.
  document.addEventListener('click', (event) => {
    const link = closest(event, 'a[href^="#"]'),
      term = link?.getAttribute('href').slice(1);
    if (link && state.boot && isTold(term)) {
      event.preventDefault();
      if (open?.card.contains(link)) fill(term);
      else if (open?.opener === link) close();
      else show(link, term);
    } else if (open && !open.card.contains(event.target)) close();
  });

  // What was explained is gone or reads differently now; what the page began with stays while the page comes to its screen.
  on('screen', () => arriving || close());
  on('lang', () => (arriving && open ? fill(open.term) : close()));
  addEventListener('resize', () => {
    if (open) place();
  });
}

/** A link to a term that was opened in a tab of its own: the page begins with its card, whatever else is still on its way. */
export async function beginWithTerm(opener, arrived) {
  const named = location.hash.slice(1);
  if (!named || !isTold(named)) return;
  arriving = true;
  show(opener, named);
  await arrived.catch(() => {});
  arriving = false;
}

function show(opener, term) {
  close();
  const dismiss = bindLabel(
    h('button.dismiss', { type: 'button', onclick: () => close() }, '×'),
    'aria-label',
    'card.close',
  );
  const card = h('div.glossary-card.am-mount', { role: 'dialog', tabindex: '-1' }, h('div.words'), dismiss);
  open = { card, opener, term, fromAll: term === ALL };
  // Inside an open dialog nothing outside it can be seen.
  (opener.closest('dialog') || document.body).append(card);
  opener.setAttribute('aria-expanded', 'true');
  fill(term);
}

function fill(term) {
  const { card, fromAll } = open,
    words = card.firstChild;
  open.term = term;
  if (term === ALL) words.replaceChildren(bindText(h('strong'), 'frame.terms'), terms());
  else {
    words.innerHTML = `<p>${html(`glossary.${term}`)}</p>`;
    if (fromAll) words.append(h('p.note', {}, bindText(h('a', { href: `#${ALL}` }), 'frame.all_terms')));
  }
  card.classList.toggle('tells-terms', term === ALL);
  card.classList.toggle('tells-symbols', term === 'notation');
  if (term === 'notation') card.firstChild.append(symbols());
  card.setAttribute('aria-label', card.querySelector('strong')?.textContent || term);
  place();
  opened(card, { close });
  card.focus({ preventScroll: true });
}

/** All terms of the page, each by its headword. */
function terms() {
  const place = document.createElement('template'),
    named = keysFrom('glossary.').map((key) => {
      place.innerHTML = html(key);
      return {
        term: key.slice('glossary.'.length),
        name: place.content.querySelector('strong').textContent.replace(/\.$/, ''),
      };
    });
  const links = named
    .sort((a, b) => a.name.localeCompare(b.name, state.lang))
    .map(({ term, name }) => h('li', {}, h('a', { href: `#${term}` }, name)));
  return h('ul.terms', {}, ...links);
}

/** All symbols of the page, with what they are. */
const symbols = () =>
  h(
    'table.symbols',
    {},
    ...NOTATION.map(([symbol, key, shape, source]) => {
      const what = h('td');
      what.innerHTML = html(`notation.${key}`);
      return h(
        'tr',
        {},
        h('th', { scope: 'row' }, formulaElement(symbol.startsWith('_') ? `□${symbol}` : symbol)),
        what,
        h('td', {}, shape && formulaElement(shape)),
        h('td.note', { translate: 'no' }, source),
      );
    }),
  );

/** Under the term, or above it where there is no room below; never outside the window. */
function place() {
  const { card, opener } = open;
  card.style.left = card.style.top = '0';
  // At 0, 0 the card lies at the origin of whatever it is placed in.
  const origin = card.getBoundingClientRect(),
    at = opener.getBoundingClientRect();
  const above = at.top - GAP - origin.height,
    below = at.bottom + GAP;
  const lowest = innerHeight - EDGE - origin.height,
    rightmost = document.documentElement.clientWidth - EDGE - origin.width;
  const top = below <= lowest ? below : above >= EDGE ? above : Math.max(EDGE, lowest);
  card.style.top = `${ownPixels(card, top - origin.top)}px`;
  card.style.left = `${ownPixels(card, Math.max(EDGE, Math.min(at.left, rightmost)) - origin.left)}px`;
}

function close() {
  if (!open) return;
  const { card, opener } = open;
  open = null;
  closed(card);
  card.remove();
  opener.removeAttribute('aria-expanded');
}
