// Formulas as plain HTML: what stands above and below is set by style, so no font for mathematics has to be there, and a screen reader reads
// each formula once, in words. A symbol with a part name lights up the figure of that name while it is pointed at.
//
// A formula is written as text: 'z′ = z + γ_1 ⊙ MSA(LN(z))'. One letter is a variable, several are a name; _ and ^ set what follows them (one
// symbol, or several in braces) below or above, √ stands before what it is the root of, ⁄ between what lies above and below a line. A line may
// end after a sign between two symbols, nowhere else.

import { closest, escaped, h } from './dom.js';
import { on, state } from './state.js';

const SIGN = /\s+|\p{L}[\p{L}\p{M}]*[′″]*|\d+(?:[.\u202f]\d+)*|\S/gu;
/** Signs between two things, by the key of the word for each. */
const BETWEEN = {
  '=': 'equals',
  '≈': 'about',
  '+': 'plus',
  '−': 'minus',
  '×': 'times',
  '·': 'dot',
  '⊙': 'elementwise',
  '/': 'divided',
  '÷': 'divided',
};

/**
 * @typedef {{ kind: string, text?: string, source?: string, of?: Piece[], base?: Piece, below?: Piece, above?: Piece }} Piece
 */

/**
 * What a formula is made of.
 * @param {string} text
 * @returns {Piece[]}
 */
export function parsed(text) {
  const signs = text.match(SIGN) ?? [];
  let i = 0;
  const one = () => {
    const sign = signs[i++] ?? ''; // a number that is not known yet
    if (sign === '{') {
      const of = several((next) => next === '}');
      i++;
      return { kind: 'group', of };
    }
    if (sign === '√') return { kind: 'root', of: [scripted()] };
    const kind = /^\p{L}/u.test(sign) ? 'symbol' : /^\d/.test(sign) ? 'number' : /^\s/.test(sign) ? 'space' : 'sign';
    return { kind, text: sign };
  };
  const scripted = () => {
    const start = i,
      base = one();
    let piece = base;
    while (signs[i] === '_' || signs[i] === '^') {
      if (piece === base) piece = { kind: 'scripts', base };
      piece[signs[i++] === '_' ? 'below' : 'above'] = one();
    }
    piece.source = signs.slice(start, i).join('');
    if (signs[i] !== '⁄') return piece;
    i++;
    return { kind: 'fraction', above: piece, below: scripted() };
  };
  const several = (ends) => {
    const found = [];
    while (i < signs.length && !ends(signs[i])) found.push(scripted());
    return found;
  };
  return several(() => false);
}

const name = (piece) => (piece?.kind === 'group' ? piece.of.map(name).join('') : (piece?.text ?? ''));

/**
 * The formula in words, as it is read aloud; `word(key, params)` has the words.
 * @param {Piece[]} pieces
 * @param {(key: string, params?: Record<string, string>) => string} word
 */
export function spoken(pieces, word) {
  const say = (piece) => {
    if (piece.kind === 'group') return list(piece.of);
    if (piece.kind === 'root') return word('root', { inside: list(piece.of) });
    if (piece.kind === 'fraction') return word('fraction', { above: closed(piece.above), below: closed(piece.below) });
    if (piece.kind === 'scripts') return raised(piece);
    if (piece.kind === 'space') return ' ';
    if (piece.kind === 'sign' && piece.text in BETWEEN) return ` ${word(BETWEEN[piece.text])} `;
    if (piece.text === '∑') return word('sum');
    if (piece.text === '∞') return word('infinity');
    return piece.text
      .replace('″', ` ${word('second')}`)
      .replace('′', ` ${word('prime')}`)
      .trim();
  };
  const raised = ({ base, below, above }) => {
    if (base.text === '∑')
      return above ? word('sum_to', { below: say(below), above: say(above) }) : word('sum_over', { below: say(below) });
    const named = below ? `${say(base)} ${say(below)}` : say(base);
    if (!above) return named;
    const power = name(above);
    if (power === '⊤') return word('transposed', { base: named });
    if (power === '2') return word('squared', { base: named });
    // Capitals above a matrix are part of its name: W^Q.
    if (/^\p{Lu}/u.test(power)) return below ? `${say(base)} ${say(above)} ${say(below)}` : `${named} ${say(above)}`;
    return word('power', { base: named, power: say(above) });
  };
  const list = (of) => of.map(say).join('').replace(/\s+/g, ' ').trim();
  /** Of several things what stands together is heard. */
  const closed = (piece) => (piece.kind === 'group' && piece.of.length > 1 ? `(${list(piece.of)})` : say(piece));
  return list(pieces);
}

const word = (key, params = {}) =>
  (state.boot?.texts[state.lang][`formula.${key}`] ?? key).replace(/\{(\w+)\}/g, (_, param) => params[param]);

const ROOT =
  '<svg viewBox="0 0 10 20" preserveAspectRatio="none"><path d="M0.5 11.5 2.6 10.4 5.4 19 9.6 0.5" vector-effect="non-scaling-stroke"/></svg>';

/** The markup of pieces; `parts` names the figures of symbols: { z_3: 'z' }. */
function set(pieces, parts) {
  const span = (classes, inside, part) =>
    `<span class="${classes}"${part ? ` data-part="${escaped(part)}"` : ''}>${inside}</span>`;
  const draw = (piece, within) => {
    const part = parts[piece.source],
      inner = plain(piece, within);
    return part ? span('math-part', inner, part) : inner;
  };
  const plain = (piece, within) => {
    if (piece.kind === 'group') return piece.of.map((child) => draw(child, within)).join('');
    if (piece.kind === 'root')
      return span('math-root', `${span('math-said', '√')}${ROOT}${span('math-under', list(piece.of, true))}`);
    if (piece.kind === 'fraction')
      return span(
        'math-fraction',
        `${span('', draw(piece.above, true))}${span('math-said', '/')}${span('', draw(piece.below, true))}`,
      );
    if (piece.kind === 'scripts') {
      const { base, below, above } = piece,
        low = below ? `<sub>${draw(below, true)}</sub>` : '',
        high = above ? `<sup>${draw(above, true)}</sup>` : '';
      return `${draw(base, within)}${low && high ? span('math-scripts', high + low) : low + high}`;
    }
    const text = escaped(piece.text);
    if (piece.kind === 'space') return within ? '\u202f' : '\u00a0';
    if (piece.kind === 'symbol' && /^\p{L}\p{M}?[′″]*$/u.test(piece.text)) return `<i>${text}</i>`;
    if (piece.text === '∑') return span('math-sum', text);
    return text;
  };
  const list = (of, within) => of.map((piece) => draw(piece, within)).join('');
  // What may not be parted stands in one piece; after a sign between two of them a line may end.
  const held = [[]];
  pieces.forEach((piece, i) => {
    const ends = pieces[i - 1]?.text in BETWEEN && pieces[i - 2]?.kind === 'space' && i < pieces.length - 1;
    if (piece.kind === 'space' && ends) held.push([]);
    else held.at(-1).push(piece);
  });
  return held.map((of) => span('math-held', list(of, false))).join(' ');
}

const formulas = new WeakMap();
const speak = (node) => node.setAttribute('aria-label', formulas.get(node)());

/** An element that is read as one formula; `says()` is how, `source` the text it is set from. */
function read(element, source, says) {
  element.classList.add('math');
  element.dataset.formula = source;
  element.setAttribute('role', 'math');
  element.translate = false;
  formulas.set(element, says);
  speak(element);
  return element;
}

/** A formula from plain text; see above. */
export function formulaElement(text, parts = {}) {
  const pieces = parsed(text),
    inner = h('span', { 'aria-hidden': 'true' });
  inner.innerHTML = set(pieces, parts);
  return read(h('span', {}, inner), text, () => spoken(pieces, word));
}

/** A symbol as it stands at a number: what has nothing below or above is set as any text. */
export const atNumber = (symbol) =>
  typeof symbol === 'string' && /[_^√]/.test(symbol) ? formulaElement(symbol) : symbol;

/** A formula where nothing can be set below: h_3[12] is h₃[12]. */
export const flat = (text) =>
  text.replace(/_\{?([\d ]+)\}?/g, (_, below) => below.trim().replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[digit]));

/** The same as markup, inside a text. */
export function markup(text) {
  const pieces = parsed(text);
  return `<span class="math" role="math" translate="no" data-formula="${escaped(text)}" aria-label="${escaped(spoken(pieces, word))}"><span aria-hidden="true">${set(pieces, {})}</span></span>`;
}

/**
 * One formula that stands in several pieces, read as one: each piece is [text] or, struck out, [text, true].
 * @param {string} className
 * @param {...[string, boolean?]} pieces
 */
export function inPieces(className, ...pieces) {
  const all = pieces.map(([text, off]) => ({ of: parsed(text), off })),
    says = () =>
      all.map(({ of, off }) => (off ? word('struck', { what: spoken(of, word) }) : spoken(of, word))).join(' ');
  const drawn = all.map(({ of, off }) => {
    const node = h(off ? 'span.struck' : 'span', { 'aria-hidden': 'true' });
    node.innerHTML = set(of, {});
    return node;
  });
  const source = pieces.map(([text]) => text).join(' ');
  return read(h(`span.${className}`, {}, ...drawn), source, says);
}

on('lang', () => document.querySelectorAll('.math').forEach((node) => formulas.has(node) && speak(node)));

/** While a symbol with a part is pointed at, the elements of `root` with that data-shows are lit. */
export function lights(root) {
  const light = (part) => {
    root
      .querySelectorAll('[data-shows]')
      .forEach((figure) =>
        figure.classList.toggle('lit', part !== null && figure.dataset.shows.split(' ').includes(part)),
      );
  };
  root.addEventListener('pointerover', (event) => light(closest(event, '[data-part]')?.dataset.part ?? null));
  root.addEventListener('pointerleave', () => light(null));
}
