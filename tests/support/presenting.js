// What of a slide is smaller than it may be, as "text: pixels", in elements, drawings and canvases; by how many pixels the page is larger than its window, which boxes of it go on sideways within themselves, what of it lies under the bar or under that of a tour, which headings leave a level out, and what layout.js finds.
async (least) => {
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
  const scrolls = (box) => box.clientWidth && box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX);
  const boxes = [...document.querySelectorAll(`#screen-${root.dataset.screen} .am-mount *`)].filter((one) => one.checkVisibility() && scrolls(one));
  const scrolled = boxes.map((box) => `${box.tagName}.${box.className}: ${box.scrollWidth - box.clientWidth}`), told = document.querySelector('.tour-body');
  if (told?.checkVisibility() && told.scrollHeight > told.clientHeight + 1) scrolled.push(`what the tour says: ${told.scrollHeight} in ${told.clientHeight}`);
  const bars = [...document.querySelectorAll('.present-bar, .tour-bar')].filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect()), covered = new Set();
  const under = ({ left, top, right, bottom }) => bars.some((bar) => left < bar.right && right > bar.left && top < bar.bottom && bottom > bar.top);
  const slide = document.createTreeWalker(document.querySelector(`#screen-${root.dataset.screen}`), NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  while (slide.nextNode()) {
    const { currentNode: node } = slide, element = node.parentElement, range = document.createRange();
    if (!(node instanceof Text ? node.data.trim() : node.matches('button, a, input, select, canvas'))) continue;
    if (element.closest('.voice, option, script, style') || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    range.selectNode(node);
    if ([...range.getClientRects()].some((box) => box.width > 1 && under(box))) covered.add(node.textContent.trim().slice(0, 30) || node.className);
  }
  const headings = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter((one) => one.checkVisibility()),
    levels = [0, ...headings.map((one) => Number(one.ariaLevel ?? one.localName[1]))];
  const skipping = headings.filter((one, i) => levels[i + 1] > levels[i] + 1).map((one) => `${one.localName} “${one.textContent.trim().slice(0, 30)}”`);
  if (levels.filter((level) => level === 1).length !== 1) skipping.push(`levels ${levels.slice(1)}`);
  const beyond = [root.scrollWidth - root.clientWidth, root.scrollHeight - root.clientHeight],
    over = Math.max(...beyond) > 1 ? [`${beyond} pixels`] : [];
  return { small, over, skipping, scrolled, covered: [...covered], ...(await layout.found([['overlapping'], ['leaving'], ['overhanging'], ['cut']])) };
}