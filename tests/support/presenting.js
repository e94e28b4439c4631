// What of a slide is smaller than it may be, as "text: pixels", in elements, drawings and canvases; and by how many pixels the page is larger than its window.
(least) => {
  const root = document.documentElement, small = [], limit = (least * root.clientHeight) / 1080 - 0.02;
  const tell = (text, px) => px < limit && small.push(`${text.trim().slice(0, 30)}: ${px.toFixed(1)}`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode: node } = walker, element = node.parentElement, range = document.createRange();
    if (!node.data.trim() || element.closest('.voice, option, script, style')) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    range.selectNodeContents(node);
    const { width, height } = range.getBoundingClientRect(), style = getComputedStyle(element);
    if (width < 2 || height < 2 || style.clipPath !== 'none') continue;
    const matrix = element.ownerSVGElement ? element.getScreenCTM() : null;
    tell(node.data, Number.parseFloat(style.fontSize) * (matrix ? Math.hypot(matrix.b, matrix.d) : element.currentCSSZoom));
  }
  const written = [...document.querySelectorAll(`#screen-${root.dataset.screen} canvas`)].filter((one) => one.checkVisibility());
  for (const canvas of written)
    for (const [text, share] of canvas.written ?? []) tell(text, share * canvas.getBoundingClientRect().height);
  return { small, over: [root.scrollWidth - root.clientWidth, root.scrollHeight - root.clientHeight] };
}
