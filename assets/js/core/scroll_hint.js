// A box that scrolls sideways says so: while more lies beyond its end, what stands there fades (shared.css). Where nothing in it takes the focus the
// box does, so that keys scroll it.

const SLACK = 2; // pixels that rounding may leave

/**
 * @template {HTMLElement} E
 * @param {E} box
 * @returns {E}
 */
export function hintScroll(box) {
  const given = box.hasAttribute('tabindex');
  const look = () => {
    if (!given) {
      const scrolls = box.scrollWidth > box.clientWidth + SLACK;
      if (scrolls && !box.querySelector('a[href], button, input, [tabindex]')) box.tabIndex = 0;
      else box.removeAttribute('tabindex');
    }
    box.toggleAttribute('data-more', box.scrollLeft < box.scrollWidth - box.clientWidth - SLACK);
  };
  box.addEventListener('scroll', look, { passive: true });
  const sizes = new ResizeObserver(look);
  sizes.observe(box);
  for (const inside of box.children) sizes.observe(inside);
  // What is written anew further in may reach less far, and no box changes its size.
  new MutationObserver((records) => {
    for (const { target, addedNodes } of records)
      if (target === box) for (const inside of addedNodes) if (inside instanceof Element) sizes.observe(inside);
    look();
  }).observe(box, { childList: true, subtree: true });
  return box;
}
