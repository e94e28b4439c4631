// A name that is cut off for want of room says itself whole to whoever points at it.

/** @param {HTMLElement} element */
function isCut(element) {
  const { textOverflow, webkitLineClamp } = getComputedStyle(element);
  return (
    (textOverflow === 'ellipsis' && element.scrollWidth > element.clientWidth) ||
    (webkitLineClamp !== 'none' && element.scrollHeight > element.clientHeight)
  );
}

/** From now on, on the whole page. */
export function tellWholeNames() {
  const given = new WeakSet(); // whose title is from here: others are left alone
  document.addEventListener('pointerover', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    for (const element of [target, target.parentElement]) {
      if (!element || (element.title && !given.has(element))) continue;
      if (isCut(element)) {
        element.title = element.textContent;
        given.add(element);
      } else if (given.delete(element)) element.removeAttribute('title');
    }
  });
}
