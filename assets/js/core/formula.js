// Formulas as MathML. A symbol with a part name lights up the figure of that name while it is pointed at.

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
export const sum = (under, part) => element('munder', [op('∑'), under], part);
export const math = (...children) => element('math', [element('mrow', children)]);

/** While a symbol with a part is pointed at, the elements of `root` with that data-shows are lit. */
export function lights(root) {
  const light = (part) => {
    root.querySelectorAll('[data-shows]').forEach((figure) => figure.classList.toggle('lit', part !== null && figure.dataset.shows.split(' ').includes(part)));
  };
  root.addEventListener('pointerover', (event) => light(event.target.closest('[data-part]')?.dataset.part ?? null));
  root.addEventListener('pointerleave', () => light(null));
}
