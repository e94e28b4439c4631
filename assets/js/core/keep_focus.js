// Who works with the keyboard stays where they are: what is drawn anew while it has the focus gives it to what takes its place.

/**
 * Watch the whole page: screens replace their parts in many places, and none of them has to think of the focus. A part that has a better
 * place for it (the calculator's sheet) gives it there itself, before this looks.
 */
export function keepFocus() {
  /** @type {HTMLElement | null} */
  let last = null;
  addEventListener('focusin', ({ target }) => {
    last = target instanceof HTMLElement ? target : null;
  });
  // Let go of without another: by a press beside it. One that was taken away is no longer in the page here.
  addEventListener('focusout', () =>
    queueMicrotask(() => {
      if (last?.isConnected && document.activeElement !== last) last = null;
    }),
  );
  new MutationObserver((records) => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    let heir = last;
    for (const record of records) heir = heirOf(heir, record) ?? heir;
    last = null;
    if (heir.isConnected) heir.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}

/**
 * What stands now where an element stood before a change took it away with everything around it; null where that is nothing of its kind.
 * @param {HTMLElement} lost
 * @param {MutationRecord} record
 */
function heirOf(lost, { target, removedNodes, previousSibling }) {
  const removed = [...removedNodes],
    top = removed.findIndex((node) => node.contains(lost));
  if (top < 0) return null;
  const before = previousSibling ? indexOf(previousSibling) + 1 : 0;
  let found = target.childNodes[before + top];
  for (const step of stepsTo(lost, removed[top])) found = found?.childNodes[step];
  return found instanceof HTMLElement && found.nodeName === lost.nodeName ? found : null;
}

const indexOf = (node) => [...(node.parentNode?.childNodes ?? [])].indexOf(node);

/** The way from a node down to one inside it, as places among siblings. */
function stepsTo(node, top) {
  const steps = [];
  for (let at = node; at !== top; at = at.parentNode) steps.unshift(indexOf(at));
  return steps;
}
