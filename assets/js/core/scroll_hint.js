// A box that scrolls sideways says so: while more lies beyond its end, what stands there fades (shared.css). Where nothing in it takes the focus the
// box does, so that keys scroll it.

const SLACK = 2; // pixels that rounding may leave
const TAKES_FOCUS = 'a[href], button, input, [tabindex]';

/**
 * @template {HTMLElement} E
 * @param {E} box
 * @returns {E}
 */
export function hintScroll(box) {
  let focusable = false; // by this
  const look = () => {
    const scrolls = box.scrollWidth > box.clientWidth + SLACK;
    if (scrolls && !box.hasAttribute('tabindex') && !box.querySelector(TAKES_FOCUS)) {
      box.tabIndex = 0;
      focusable = true;
    } else if (!scrolls && focusable) {
      box.removeAttribute('tabindex');
      focusable = false;
    }
    box.toggleAttribute('data-more', box.scrollLeft < box.scrollWidth - box.clientWidth - SLACK);
  };
  box.addEventListener('scroll', look, { passive: true });
  const sizes = new ResizeObserver(look);
  sizes.observe(box);
  for (const inside of box.children) sizes.observe(inside);
  // What is written anew further in may reach less far, and no box changes its size. Who begins to observe is told once all
  // is laid out: asked amid the writing, the page would be laid out for each piece.
  new MutationObserver((records) => {
    for (const { target, addedNodes } of records)
      if (target === box) for (const inside of addedNodes) if (inside instanceof Element) sizes.observe(inside);
    sizes.unobserve(box);
    sizes.observe(box);
  }).observe(box, { childList: true, subtree: true });
  return box;
}
