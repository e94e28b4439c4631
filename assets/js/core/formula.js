// Formulas as MathML. A symbol with a part name lights up the figure of that name while it is pointed at.

import { closest, h } from './dom.js';

const MATHML = 'http://www.w3.org/1998/Math/MathML';

function element(tag, children, part) {
  const node = document.createElementNS(MATHML, tag);
  node.append(...children);
  if (part) node.dataset.part = part;
  return node;
}

/** A vector or matrix: bold, upright. */
export const bold = (name, part) => {
  const node = element('mi', [name], part);
  node.setAttribute('mathvariant', 'normal');
  node.classList.add('bold');
  return node;
};
export const letter = (name) => element('mi', [name]);
export const op = (sign) => element('mo', [sign]);
export const number = (value) => element('mn', [String(value)]);
export const sub = (base, index, part) => element('msub', [base, index], part);
export const row = (...children) => element('mrow', children);
export const root = (inside) => element('msqrt', [inside]);
export const sum = (under, part) => element('munder', [op('∑'), under], part);
export const math = (...children) => {
  const node = element('math', [element('mrow', children)]);
  node.setAttribute('translate', 'no');
  return node;
};

/**
 * One formula that stands in several pieces, read as one: each piece is [text] or, struck out, [text, true].
 * @param {string} className
 * @param {...[string, boolean?]} pieces as `written` reads them
 */
export function inPieces(className, ...pieces) {
  const spoken = pieces.map(([text, off]) => (off ? `[${text}]` : text)).join(' ');
  return h(
    `span.${className}`,
    { role: 'img', 'aria-label': spoken.replace(/[{}_]/g, '') },
    ...pieces.map(([text, off]) => h(off ? 'span.struck' : 'span', {}, written(text))),
  );
}

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

/** A variable with primes: only a single character is set in italics by itself. */
const primed = (name) => {
  const node = letter(name);
  node.style.fontStyle = 'italic';
  return node;
};

/**
 * A formula from plain text: written('x′ = x + γ_1 ⊙ Attn(LN(x))'). One letter is a variable, several are a name; _ and ^ set what follows
 * them (one symbol, or several in braces) below or above.
 */
export function written(text) {
  const signs = text.match(/\p{L}+[′″]*|\d+(?:[.\u202f]\d+)*|\S/gu);
  let i = 0;
  const one = () => {
    const sign = signs[i++];
    if (sign === '{') {
      const inside = [];
      while (signs[i] !== '}') inside.push(scripted());
      i++;
      return row(...inside);
    }
    if (/^\p{L}/u.test(sign)) return /^\p{L}[′″]+$/u.test(sign) ? primed(sign) : letter(sign);
    if (/^\d/.test(sign)) return number(sign);
    // A line may come in pieces: a bracket that grew with what stands beside it would not fit its other half.
    const node = op(sign);
    node.setAttribute('stretchy', 'false');
    return node;
  };
  const scripted = () => {
    const base = one(),
      scripts = {};
    while (signs[i] === '_' || signs[i] === '^') {
      const which = signs[i++];
      scripts[which] = one();
    }
    if (scripts._ && scripts['^']) return element('msubsup', [base, scripts._, scripts['^']]);
    if (scripts._) return sub(base, scripts._);
    return scripts['^'] ? element('msup', [base, scripts['^']]) : base;
  };
  const all = [];
  while (i < signs.length) all.push(scripted());
  return math(...all);
}
