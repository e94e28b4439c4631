// The two printed sheets: the cards' arithmetic of this input with blanks to fill in, and with the answers. Every line is done with the numbers it prints.

import { drawGrid } from '../core/photo_grid.js';
import { h, sharp } from '../core/dom.js';
import { equation, term } from '../core/equation.js';
import { formulaElement } from '../core/formula.js';
import { address } from '../core/history.js';
import { photoLeftOut, withoutOwn } from '../core/links.js';
import { hintScroll } from '../core/scroll_hint.js';
import { state } from '../core/state.js';
import { digits, percent, told } from '../core/text.js';
import { CARDS } from './cards.js';
import { arithmeticLines } from './lines.js';

/** What stands on the cards and not here: k and v are made as q is, the second norm as the first. */
const LEFT_OUT = ['notes.line_k', 'notes.line_v', 'notes.line_norm2'];
const PICTURE = 132; // CSS pixels

/** Where these cards are found again, without what is no part of them. */
const OURS = ['v', 'lang', 'screen', 'photo', 'model', 'size', 'change', 'layer', 'head', 'query'];
const FOUND_BY = [...OURS, 'unit', 'key', 'hunit', 'pixel', 'class'];
function shortAddress() {
  const kept = [...new URLSearchParams(address(withoutOwn()))].filter(([word]) => FOUND_BY.includes(word));
  return `${location.origin}${location.pathname}?${kept.map(([word, value]) => `${word}=${value}`).join('&')}`;
}

/** A number to be worked out: written, or a box to write it in. */
const answer = (symbol, blank) => (text) =>
  h(
    'span.operand',
    {},
    h('span.symbol', {}, symbol ? formulaElement(symbol) : ''),
    blank ? h('span.blank', { 'data-blank': '' }) : h('span.number', {}, term(text)),
  );

function worked(line, blank) {
  const { key, params, parts, compute, value, write, symbol } = line;
  const result = { value, write, draw: answer(symbol, blank) };
  return h('li', {}, told(h('p'), key, params), equation(h('p.worked'), { parts, compute, result }));
}

/** Ten by ten, with all its numbers; the one that is asked for is left to be filled in. */
function table(symbol, { data }, { head, photoQuery: { tokens }, names, token, key }, write, blank) {
  const first = head * tokens ** 2;
  const cell = (q, k) => {
    const held = q === token && k === key;
    return h(held ? 'td.held' : 'td', {}, held && blank ? '' : write(data[first + q * tokens + k]));
  };
  return h(
    'table',
    {},
    h('thead', {}, h('tr', {}, h('th', {}, formulaElement(symbol)), ...names.map((name) => h('th', {}, name)))),
    h('tbody', {}, ...names.map((name, q) => h('tr', {}, h('th', {}, name), ...names.map((_, k) => cell(q, k))))),
  );
}

/**
 * A sheet of what the screen holds.
 * @param {any} shown
 * @param {boolean} blank
 */
export function sheetOf(shown, blank) {
  const { photoQuery, layer, head, token, image, block } = shown,
    lines = arithmeticLines(shown), // of its own: what is drawn of a line stands in one place
    today = new Date().toLocaleDateString(state.lang, { dateStyle: 'long' });
  const picture = h('canvas'),
    context = sharp(picture, PICTURE, PICTURE);
  context.imageSmoothingEnabled = false; // the pixels are what the first step counts
  if (image) context.drawImage(image, 0, 0, PICTURE, PICTURE);
  drawGrid(context, photoQuery, PICTURE, PICTURE);
  const about = told(h('p.about'), 'notes.sheet_about', {
    model: photoQuery.model,
    layer: layer + 1,
    layers: photoQuery.layers,
    head: head + 1,
    heads: photoQuery.heads,
    token: shown.name(token),
  });
  const share = (value) => percent(value).replace('\u00a0%', '');
  const card = (number) =>
    h(
      'section',
      {},
      h('h3', {}, h('span.card-number', {}, String(number)), told(h('span'), `notes.card_${number}`, {})),
      number === 31
        ? hintScroll(
            h(
              'div.tables',
              {},
              table('s', block.scores, shown, digits, blank),
              table('A', block.pattern, shown, share, blank),
              told(h('p.small'), 'notes.sheet_tables', {}),
            ),
          )
        : null,
      h('ol', {}, ...lines[number].filter(({ key }) => !LEFT_OUT.includes(key)).map((line) => worked(line, blank))),
    );
  return h(
    'article.sheet',
    { 'data-sheet': blank ? 'blanks' : 'answers' },
    h(
      'header',
      {},
      h('div.sheet-picture', {}, picture),
      h(
        'div',
        {},
        told(h('h2'), blank ? 'notes.sheet_blanks_title' : 'notes.sheet_answers_title', {}),
        about,
        blank ? told(h('p.name-line'), 'notes.sheet_name', {}) : null,
        h('p.small', {}, today, ' · ', h('span.address', {}, shortAddress())),
        photoLeftOut() ? told(h('p.small'), 'share.left_out', {}) : null,
      ),
    ),
    told(h('p'), blank ? 'notes.sheet_how' : 'notes.sheet_how_answers', {}),
    ...CARDS.map(([number]) => card(number)),
  );
}
