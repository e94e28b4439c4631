// A name that is cut off for want of room says itself whole to whoever points at it.

/** What is chosen in a list is drawn by the browser: no box tells how wide it is. */
function chosenIsCut(/** @type {HTMLSelectElement} */ list) {
  const { fontStyle, fontWeight, fontSize, fontFamily, paddingLeft, paddingRight } = getComputedStyle(list),
    pen = document.createElement('canvas').getContext('2d');
  // Their short form, `font`, is empty where digits are all of one width: it has no place for that.
  pen.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
  return (
    pen.measureText(chosen(list)).width >
    list.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)
  );
}
const chosen = (/** @type {HTMLSelectElement} */ list) => list.selectedOptions[0]?.label ?? '';

/** @param {HTMLElement} element */
function isCut(element) {
  if (element instanceof HTMLSelectElement) return chosenIsCut(element);
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
        element.title = element instanceof HTMLSelectElement ? chosen(element) : element.textContent;
        given.add(element);
      } else if (given.delete(element)) element.removeAttribute('title');
    }
  });
}
