// Put into the page by layout.py: what can be measured of the room on screen. Every check gives a list of sentences, empty when all is well.
(() => {
  const ROUNDING = 1.5; // pixels by which the browser's own rounding may be off
  const LEAST_TARGET = 24; // WCAG 2.5.8
  const WRITTEN_IN = /^(text|search|number|url|email|tel|password)$/; // types of fields
  const MOST_WITHIN = 0.8; // of the space between two words, between two pieces of one
  const frames = (count) => new Promise((done) => requestAnimationFrame(() => (count > 1 ? frames(count - 1).then(done) : done())));

  // What is asked of an element again and again while one looks at a room; forgotten before something may have changed.
  const memories = [];
  function once(ask) {
    const known = new Map();
    memories.push(known);
    return (element) => {
      if (!known.has(element)) known.set(element, ask(element));
      return known.get(element);
    };
  }
  const forget = () => memories.forEach((known) => known.clear());

  /** Our own boxes that are on screen; what lies over the page comes alone. */
  function roots() {
    const all = [...document.querySelectorAll('.am-mount')].filter((box) => box.checkVisibility()),
      sheet = all.find((box) => box.querySelector(':scope > [role=dialog]')?.checkVisibility()),
      dialog = document.querySelector('dialog[open]');
    return dialog ? [dialog] : sheet ? [sheet] : all;
  }
  const named = (element) => {
    const name = element.getAttribute?.('class')?.trim().split(/\s+/).slice(0, 3).join('.') ?? '';
    return `${element.localName}${name && `.${name}`}`;
  };
  const path = (element) => {
    const parts = [];
    for (let at = element; at && !at.classList?.contains('am-mount') && parts.length < 4; at = at.parentElement) parts.unshift(named(at));
    return parts.join(' > ');
  };
  const short = (text) => `“${text.trim().replace(/\s+/g, ' ').slice(0, 40)}”`;
  const round = (number) => Math.round(number * 10) / 10;
  const px = (value) => Number.parseFloat(value) || 0;

  const inset = (box, by) => ({ left: box.left + by, top: box.top + by, right: box.right - by, bottom: box.bottom - by });
  const meet = (a, b) => ({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
  const wide = (box) => box.right - box.left;
  const tall = (box) => box.bottom - box.top;

  /** Told only to screen readers: out of sight on purpose. */
  const unseen = once((element) => element.hasAttribute('hidden') || styleOf(element).clipPath.startsWith('inset(50%') || (element.parentElement !== null && unseen(element.parentElement)));
  function above(element) {
    const all = [];
    for (let at = element; at && at !== document.body; at = at.parentElement) all.push(at);
    return all;
  }
  const visible = once((element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !unseen(element));
  const boxOf = once((element) => element.getBoundingClientRect());
  /** Of an element's style what the checks ask of all that stands around a text. */
  const styleOf = once((element) => {
    const { display, position, overflowX, overflowY, opacity, clipPath, backgroundColor, backgroundImage } = getComputedStyle(element);
    return { display, position, overflowX, overflowY, opacity: Number(opacity), clipPath, backgroundColor, backgroundImage };
  });
  const clips = (style, axis) => /hidden|clip/.test(style[`overflow${axis}`]);
  const scrolls = (style, axis) => /auto|scroll/.test(style[`overflow${axis}`]);
  /** The inside of a box's border, where it cuts off what reaches further. */
  const inside = once((element) => {
    const box = boxOf(element),
      style = getComputedStyle(element);
    return {
      left: box.left + px(style.borderLeftWidth),
      top: box.top + px(style.borderTopWidth),
      right: box.right - px(style.borderRightWidth),
      bottom: box.bottom - px(style.borderBottomWidth),
    };
  });

  /** Every line of text: { node, element, text, box, seen }, `box` where it is, `seen` what of it no box cuts off or scrolls away. */
  const linesIn = once((root) => {
    const found = [],
      walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode,
        element = node.parentElement;
      if (!node.data.trim() || element.closest('option, select, textarea, script, style, title') || !visible(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width < 1 || box.height < 1) continue;
        found.push({ node, element, text: node.data, box, ...cutting(element, box) });
      }
    }
    return found;
  });
  const lines = () => roots().flatMap(linesIn);

  /** What is left of a box in the sight of everything around it; `cutBy` is what cuts it for good, not only scrolls it away. */
  function cutting(element, box) {
    let seen = inset(box, 0),
      cutBy = null,
      free = false; // a positioned box is cut only by what it is positioned in
    for (let at = element; at && at !== document.documentElement; at = at.parentElement) {
      const style = styleOf(at);
      if (at !== element || style.display !== 'inline') {
        const area = inside(at);
        for (const axis of free ? [] : ['X', 'Y']) {
          const cuts = clips(style, axis);
          if (!cuts && !scrolls(style, axis)) continue;
          const [low, high] = axis === 'X' ? ['left', 'right'] : ['top', 'bottom'];
          const slack = axis === 'X' ? ROUNDING : 0.25 * tall(box); // a line's box is higher than its letters
          if (cuts && (seen[low] < area[low] - slack || seen[high] > area[high] + slack)) cutBy ??= at;
          seen = { ...seen, [low]: Math.max(seen[low], area[low]), [high]: Math.min(seen[high], area[high]) };
        }
      }
      if (style.position === 'fixed') break;
      if (style.position === 'absolute') free = true;
      else if (free && style.position !== 'static') free = false;
      if (free && at.parentElement && styleOf(at.parentElement).position !== 'static') free = false;
    }
    return { seen, cutBy };
  }

  const layer = once((element) => (/sticky|fixed/.test(styleOf(element).position) ? element : element.parentElement && layer(element.parentElement)));

  /** No text lies on other text. The band in the middle of a line is compared, since lines may stand close. */
  function overlapping() {
    const found = new Set(),
      all = lines()
        .map((line) => ({ ...line, band: meet(line.seen, { ...line.box, left: line.box.left, right: line.box.right, top: line.box.top + 0.25 * tall(line.box), bottom: line.box.bottom - 0.25 * tall(line.box) }) }))
        .filter(({ band }) => wide(band) > 1 && tall(band) > 1)
        .sort((a, b) => a.band.top - b.band.top);
    all.forEach((one, i) => {
      for (let j = i + 1; j < all.length && all[j].band.top < one.band.bottom; j++) {
        const other = all[j],
          both = meet(one.band, other.band);
        if (one.node === other.node || wide(both) < 2 || tall(both) < 2) continue;
        const formula = one.element.closest('.math');
        if (formula && formula === other.element.closest('.math')) continue; // set by the browser
        if (layer(one.element) !== layer(other.element)) continue; // one slides over the other
        found.add(`${short(one.text)} lies on ${short(other.text)}, ${path(one.element)} on ${path(other.element)}`);
      }
    });
    // What takes a figure away lies in its corner, and on no word there.
    for (const root of roots())
      for (const control of root.querySelectorAll('.in-corner')) {
        const box = inset(boxOf(control), 5);
        for (const { element, text, seen } of visible(control) ? lines() : []) {
          const both = meet(seen, box);
          if (!control.contains(element) && layer(control) === layer(element) && wide(both) > 1 && tall(both) > 1) found.add(`${path(control)} lies on ${short(text)}`);
        }
      }
    return [...found];
  }

  /** The words of a line, each with its pieces: in boxes of their own, or one piece after the other. */
  function wordsOf(line) {
    const boxes = [...line.querySelectorAll(':scope > :is(.pieces, .whole-word)')];
    if (boxes.length) return boxes.map((box) => [...box.querySelectorAll('.piece')]);
    const words = [];
    for (const piece of line.querySelectorAll(':scope > .word'))
      if (piece.classList.contains('goes-on')) words.at(-1).push(piece);
      else words.push([piece]);
    return words;
  }

  /** The pieces of a word stand far closer together than words do, as far as they share a line; in a head's small picture a piece is a cell. */
  function torn() {
    const found = [];
    for (const root of roots())
      for (const line of root.querySelectorAll(':has(> :is(.pieces, .whole-word)), .picker-words, .tile.words:not(.head *)')) {
        if (!visible(line)) continue;
        const words = wordsOf(line).map((pieces) =>
          pieces.map((piece) => {
            const range = document.createRange();
            range.selectNodeContents(piece);
            return { text: piece.textContent, box: range.getBoundingClientRect() };
          }),
        );
        const gaps = (pairs) => pairs.filter(([a, b]) => Math.abs(a.box.top - b.box.top) < 8 && b.box.left > a.box.left).map(([a, b]) => ({ gap: b.box.left - a.box.right, at: `${a.text}|${b.text}` }));
        const within = gaps(words.flatMap((word) => word.slice(1).map((piece, i) => [word[i], piece]))),
          between = gaps(words.slice(1).map((word, i) => [words[i].at(-1), word[0]]));
        const widest = within.sort((a, b) => b.gap - a.gap)[0],
          closest = between.sort((a, b) => a.gap - b.gap)[0];
        if (widest && closest && widest.gap >= closest.gap * MOST_WITHIN) found.push(`${path(line)}: ${widest.at} is ${round(widest.gap)} apart, the words ${closest.at} ${round(closest.gap)}`);
      }
    return found;
  }

  const drawn = once((element) => !/^rgba\(.*, 0\)$|^transparent$/.test(styleOf(element).backgroundColor) || styleOf(element).backgroundImage !== 'none');
  const framed = once((element) => {
    const style = getComputedStyle(element);
    return ['Left', 'Top', 'Right', 'Bottom'].every((side) => px(style[`border${side}Width`]) > 0 && style[`border${side}Style`] !== 'none' && !/^rgba\(.*, 0\)$/.test(style[`border${side}Color`]));
  });

  /** What stands in a box with a frame or a ground stays in it; a mark that sits on its edge is at least half inside. */
  function leaving() {
    const found = new Set();
    for (const { element, text, box: whole, seen } of lines()) {
      if (wide(seen) < 1 || tall(seen) < 1) continue;
      let marked = false,
        box = whole;
      for (let at = element; at && !at.classList.contains('am-mount'); at = at.parentElement) {
        const style = styleOf(at);
        if (scrolls(style, 'X') || scrolls(style, 'Y')) break; // what is scrolled is there
        if (clips(style, 'X') || clips(style, 'Y')) box = meet(box, inside(at)); // what is cut: another check
        if (at.closest('.math, svg')) continue;
        if ((drawn(at) || framed(at)) && style.display !== 'inline' && !(at === element && style.display === 'contents')) {
          const area = boxOf(at);
          const off = marked
            ? (box.left + box.right) / 2 < area.left || (box.left + box.right) / 2 > area.right || (box.top + box.bottom) / 2 < area.top - 2 || (box.top + box.bottom) / 2 > area.bottom + 2
            : box.left < area.left - ROUNDING || box.right > area.right + ROUNDING || box.top < area.top - 0.25 * tall(box) || box.bottom > area.bottom + 0.25 * tall(box);
          if (off) found.add(`${short(text)} leaves ${named(at)} (${[box.left - area.left, area.right - box.right, box.top - area.top, area.bottom - box.bottom].map(round).join(', ')})`);
        }
        if (style.position === 'absolute') marked = true;
      }
    }
    return [...found];
  }

  /** Nothing reaches over the content of the framed box it stands in, and nothing beyond the window. */
  function overhanging() {
    const found = new Set(),
      edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > edge) found.add(`the page scrolls sideways: ${document.documentElement.scrollWidth} in ${edge}`);
    for (const root of roots())
      for (const element of root.querySelectorAll('*')) {
        if (element.closest('.math') || (element.closest('svg') && element.localName !== 'svg') || !visible(element)) continue;
        const box = boxOf(element);
        if (box.width < 2 || box.height < 2) continue;
        const { seen, cutBy } = cutting(element.parentElement, box),
          shown = cutBy && !root.contains(cutBy) ? box : seen; // what holds the whole page hides only that it is too wide
        if (shown.right > edge + ROUNDING || shown.left < -ROUNDING) found.add(`${path(element)} lies beyond the window (${round(shown.left)} to ${round(shown.right)} of ${edge})`);
        if (element.localName === 'table') {
          const holder = above(element.parentElement).find((at) => styleOf(at).display !== 'contents'),
            area = inside(holder);
          if (seen.right > area.right + ROUNDING || seen.left < area.left - ROUNDING)
            found.add(`${path(element)} is ${round(wide(box))} wide in ${round(wide(area))}, and nothing scrolls it`);
        }
        if (!/^(table|canvas|svg|img|select|input|button|textarea|p|ul|ol|dl)$/.test(element.localName) || styleOf(element).position === 'absolute') continue;
        const card = above(element.parentElement).find(framed);
        if (!card || !root.contains(card)) continue;
        const area = inside(card);
        if (seen.right > area.right + ROUNDING || seen.left < area.left - ROUNDING) found.add(`${path(element)} reaches over ${named(card)} by ${round(Math.max(seen.right - area.right, area.left - seen.left))}`);
      }
    return [...found];
  }

  /** Text that is cut off says itself whole when it is pointed at. */
  function cut() {
    const found = new Set();
    let pointed = false;
    const pointAt = (element) => (pointed = element.dispatchEvent(new PointerEvent('pointerover', { bubbles: true })));
    // A button that says only half of what it does is no help to a finger.
    const titled = (element) => pointAt(element) && above(element).some((at) => at.hasAttribute('title')) && element.closest('button')?.textContent.trim() !== element.textContent.trim();
    for (const { element, text, cutBy } of lines()) {
      if (cutBy && !titled(element)) found.add(`${short(text)} is cut by ${path(cutBy)} and has no title`);
    }
    for (const root of roots())
      for (const element of root.querySelectorAll('*')) {
        const style = getComputedStyle(element);
        if (style.textOverflow !== 'ellipsis' && style.webkitLineClamp === 'none') continue;
        if (!visible(element)) continue;
        if (element.scrollWidth > element.clientWidth + 1 || (style.webkitLineClamp !== 'none' && element.scrollHeight > element.clientHeight + 2))
          titled(element) || found.add(`${short(element.textContent)} is cut by itself, ${path(element)}, and has no title`);
      }
    // What is chosen in a list is drawn by the browser, and its box does not tell that it is cut.
    for (const root of roots())
      for (const list of root.querySelectorAll('select')) {
        const style = getComputedStyle(list),
          chosen = list.selectedOptions[0]?.label ?? '';
        if (!visible(list)) continue;
        // Their short form, `font`, is empty where digits are all of one width: it has no place for that.
        page.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        const room = list.clientWidth - px(style.paddingLeft) - px(style.paddingRight);
        if (list.clientHeight - px(style.paddingTop) - px(style.paddingBottom) < px(style.lineHeight) - ROUNDING) found.add(`${short(chosen)} is lower than a line of it, ${path(list)}`);
        if (page.measureText(chosen).width > room + ROUNDING) titled(list) || found.add(`${short(chosen)} is cut by its list, ${path(list)}, and has no title`);
      }
    if (pointed) forget();
    return [...found];
  }

  /** A canvas is no larger than its box, and has a pixel for every pixel of the screen, unless its pixels are what it shows. */
  function canvases() {
    const found = [];
    for (const root of roots())
      for (const canvas of root.querySelectorAll('canvas')) {
        if (!visible(canvas) || !canvas.clientWidth) continue;
        const style = getComputedStyle(canvas),
          box = canvas.getBoundingClientRect(),
          parent = above(canvas.parentElement).find((at) => styleOf(at).display !== 'contents'),
          area = inside(parent);
        const room = scrolls(getComputedStyle(parent), 'X') ? parent.scrollWidth : wide(area);
        if (box.width > room + ROUNDING || box.bottom > area.bottom + ROUNDING) found.push(`${path(canvas)} is ${round(box.width)} × ${round(box.height)} in ${round(wide(area))} × ${round(tall(area))}`);
        const beside = [...parent.children].some((other) => other !== canvas && visible(other) && !/absolute|fixed/.test(styleOf(other).position));
        if (!beside && box.width < 0.75 * wide(area)) found.push(`${path(canvas)} is only ${round(box.width)} wide in ${round(wide(area))}`);
        if (style.imageRendering === 'pixelated') continue;
        const ratio = Math.min(3, devicePixelRatio),
          [width, height] = [box.width - px(style.paddingLeft) - px(style.paddingRight), box.height - px(style.paddingTop) - px(style.paddingBottom)];
        if (Math.abs(canvas.width - width * ratio) > ROUNDING * ratio || Math.abs(canvas.height - height * ratio) > ROUNDING * ratio)
          found.push(`${path(canvas)} has ${canvas.width} × ${canvas.height} pixels for ${round(width)} × ${round(height)} at ${devicePixelRatio}`);
      }
    return found;
  }

  /** A number and its unit stand on one line, whether they are one text or two. */
  function parted() {
    const found = new Set();
    for (const root of roots()) {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      let before = null;
      while (walker.nextNode()) {
        const node = walker.currentNode,
          unit = /\d\s(?:%|ms|µs|s|MB|GB|px|bits?|nats?)(?!\p{L})/gu,
          joined = (before?.data.slice(-1) ?? ' ') + node.data,
          last = before;
        before = node;
        for (const { index, 0: amount } of joined.matchAll(unit)) {
          if (!visible(node.parentElement) || (!index && !visible(last.parentElement))) continue;
          const range = document.createRange();
          if (index) range.setStart(node, index - 1);
          else range.setStart(last, last.length - 1);
          range.setEnd(node, index + amount.length - 1);
          const [first, ...rest] = [...range.getClientRects()].filter(({ width }) => width > 0);
          if (rest.some(({ top }) => Math.abs(top - first.top) > 2)) found.add(`a unit is parted from its number in ${short(joined.slice(Math.max(0, index - 25), index + 8))}`);
        }
      }
    }
    // So do a colour of a legend and what it stands for.
    for (const root of roots())
      for (const swatch of root.querySelectorAll('.legend .swatch')) {
        const { top, bottom, right } = boxOf(swatch), name = swatch.nextElementSibling;
        if (!name || !visible(swatch) || !visible(name)) continue;
        const said = boxOf(name);
        if (said.left < right - ROUNDING || said.top > bottom || said.bottom < top) found.add(`a colour is parted from ${short(name.textContent)}`);
      }
    return [...found];
  }

  // Colours, as sRGB 0..1 with alpha.
  const page = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const colours = new Map();
  function colour(text) {
    if (!colours.has(text)) {
      page.clearRect(0, 0, 1, 1);
      page.fillStyle = text;
      page.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = page.getImageData(0, 0, 1, 1).data;
      colours.set(text, [r / 255, g / 255, b / 255, a / 255]);
    }
    return colours.get(text);
  }
  const over = ([r, g, b, a], [r2, g2, b2]) => [r * a + r2 * (1 - a), g * a + g2 * (1 - a), b * a + b2 * (1 - a), 1];
  const faded = ([r, g, b, a], share) => [r, g, b, a * share];
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratioOf = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  /** What lies under an element's text, or null where it is a picture. */
  const ground = once((element) => {
    if (!element) return [1, 1, 1, 1];
    const { backgroundColor, backgroundImage } = styleOf(element);
    if (backgroundImage !== 'none') return null;
    const own = colour(backgroundColor),
      under = own[3] === 1 ? own : ground(element.parentElement);
    return under && over(own, under);
  });
  const opacity = once((element) => (element ? styleOf(element).opacity * opacity(element.parentElement) : 1));

  /** What is written in fields, which is no text of the page: { element, text, style, under }; of a list what is chosen, of an empty field what stands in its place. */
  function writings() {
    const found = [];
    for (const root of roots())
      for (const element of root.querySelectorAll('select, textarea, input')) {
        if (!visible(element) || (element.localName === 'input' && !WRITTEN_IN.test(element.type))) continue;
        const chosen = element.localName === 'select' ? (element.selectedOptions[0]?.label ?? '') : element.value,
          text = chosen || element.placeholder || '',
          around = ground(element.parentElement);
        // The arrow of a list is a picture beside its text, not under it.
        if (text.trim() && around) found.push({ element, text, style: getComputedStyle(element, chosen ? null : '::placeholder'), under: over(colour(styleOf(element).backgroundColor), around) });
      }
    return found;
  }

  /** Text stands out from its ground: 4.5 to 1, large text 3 to 1. What cannot be used at the moment is exempt. */
  function faint() {
    const found = new Set();
    const texts = lines()
      .filter(({ seen }) => wide(seen) >= 2 && tall(seen) >= 2)
      .map(({ element, text }) => ({ element, text, style: getComputedStyle(element), under: ground(element) }));
    for (const { element, text, style, under } of [...texts, ...writings()]) {
      if (!under || element.closest(':disabled, [aria-disabled=true]')) continue;
      // A placeholder may be dimmed by itself, too.
      const share = opacity(element) * (element.placeholder && !element.value ? Number(style.opacity) : 1);
      const ink = colour(element.closest('svg') ? style.fill : style.color),
        ratio = ratioOf(over(faded(ink, share), under), under);
      const size = px(style.fontSize),
        large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5) - 0.01) found.add(`${path(element)} ${short(text)} has ${ratio.toFixed(2)} : 1 at ${size} px`);
    }
    return [...found];
  }

  /** What `find` finds in the room on screen while all of it waits for numbers, as it looks once it has waited for a while. */
  async function whileWaiting(find) {
    const boxes = roots();
    for (const box of boxes) {
      box.dataset.waiting = '';
      box.style.setProperty('animation-delay', '0s', 'important');
    }
    await frames(2);
    forget();
    const found = await checks[find]();
    forget();
    for (const box of boxes) {
      delete box.dataset.waiting;
      box.style.removeProperty('animation-delay');
    }
    return found;
  }

  const CONTROLS = 'a[href], button, input:not([type=hidden]), select, textarea, [tabindex]:not([tabindex="-1"]), [role=slider], summary';
  const controls = () => roots().flatMap((root) => [...root.querySelectorAll(CONTROLS)]).filter((control) => visible(control) && control.tabIndex >= 0 && !control.disabled);

  // What a pointer chooses one by one though it is no control: words and cells of a figure.
  const PLACES = '[data-token], [data-cell], [data-input], [data-step], td[data-key], .chip';
  const chosen = (element) => /pointer|crosshair|grab/.test(getComputedStyle(element).cursor) && !element.closest('svg');

  /** Whatever can be pressed or pointed at is at least 24 pixels high and wide, unless it is a word in a sentence. */
  function small() {
    const found = new Set();
    // What belongs to a control and hears the same presses, as its label does.
    const seen = (control) => [control, ...(control.labels ?? []), ...control.querySelectorAll('[data-reach]')].map((one) => one.getBoundingClientRect());
    const pressed = roots().flatMap((root) => [
      ...root.querySelectorAll(`${CONTROLS}, [role=tab], [role=radio], button[tabindex="-1"]`),
      ...[...root.querySelectorAll(PLACES)].filter(chosen),
    ]);
    for (const control of pressed) {
      if (!visible(control) || control.disabled) continue;
      const within = getComputedStyle(control).display === 'inline' && control.parentElement.textContent.trim().length > control.textContent.trim().length;
      if (within) continue;
      const boxes = seen(control),
        [width, height] = [Math.max(...boxes.map((box) => box.width)), Math.max(...boxes.map((box) => box.height))];
      if (width < LEAST_TARGET - 0.5 || height < LEAST_TARGET - 0.5) found.add(`${path(control)} ${short(control.textContent || control.getAttribute('aria-label') || '')} is ${round(width)} × ${round(height)}`);
    }
    return [...found];
  }

  /** A name on the rail is apart from what stands beside it, and underlined as far as it goes; all of them stand in one line. */
  function crowded() {
    const found = new Set(),
      rail = document.querySelector('.rail')?.getBoundingClientRect(),
      stations = [...document.querySelectorAll('.rail button')].filter((button) => button.checkVisibility());
    if (rail?.height > 64) found.add(`the rail is ${round(rail.height)} px high: it stands in two lines`);
    for (const station of stations) {
      const range = document.createRange(),
        words = [...station.querySelectorAll(':scope > span:not(.number)')].find(visible);
      if (!words) continue;
      range.selectNodeContents(words);
      const name = range.getBoundingClientRect();
      for (const other of stations) {
        const box = (visible(other.querySelector('.number') ?? other) && other.querySelector('.number') ? other.querySelector('.number') : other).getBoundingClientRect();
        if (other === station || box.top > name.bottom || box.bottom < name.top) continue;
        const gap = box.left > name.left ? box.left - name.right : name.left - box.right;
        if (gap < 3.5) found.add(`${short(words.textContent)} is ${round(gap)} px from ${short(other.textContent)}`);
      }
    }
    return [...found];
  }

  /** Whoever comes by keyboard sees where he is: a ring of 3 to 1 against what is around it, and what is focused is not covered. */
  async function unfocused() {
    forget();
    const found = new Set();
    const look = (element) => {
      const { outlineStyle, outlineWidth, outlineColor, outlineOffset, boxShadow, borderColor } = getComputedStyle(element);
      return { ring: outlineStyle === 'none' ? 0 : px(outlineWidth), outlineColor, outlineOffset: px(outlineOffset), other: `${boxShadow} ${borderColor}` };
    };
    for (const control of controls()) {
      control.blur();
      const before = look(control);
      control.focus({ focusVisible: true });
      if (document.activeElement !== control) continue;
      const after = look(control),
        name = `${path(control)} ${short(control.textContent || control.getAttribute('aria-label') || '')}`;
      const around = after.outlineOffset < 0 ? ground(control) : (ground(control.parentElement) ?? ground(control)), // the ring lies in or around it
        ring = over(colour(after.outlineColor), around ?? [1, 1, 1, 1]);
      if (after.ring < 2 && after.other === before.other) found.add(`${name} shows no focus`);
      else if (after.ring >= 2 && around && ratioOf(ring, around) < 3 - 0.01) found.add(`${name} has a faint focus, ${ratioOf(ring, around).toFixed(2)} : 1`);
      const box = control.getBoundingClientRect(),
        spots = [0.5, 0.1, 0.9].flatMap((x) => [0.5, 0.2, 0.8].map((y) => [box.left + box.width * x, box.top + box.height * y]));
      const mine = (element) => element && (control.contains(element) || element.contains(control) || [...(control.labels ?? [])].some((words) => words.contains(element)));
      if (box.height < innerHeight && !spots.some(([x, y]) => mine(document.elementFromPoint(x, y)))) {
        const [x, y] = spots[0],
          cover = document.elementFromPoint(x, y);
        found.add(`${name} is focused under ${cover ? path(cover) : `nothing, at ${round(x)}, ${round(y)}`}`);
      }
    }
    // What is out of sight may take the focus only if it is seen then, as a way past the frame is.
    for (const control of roots().flatMap((root) => [...root.querySelectorAll(CONTROLS)])) {
      if (!control.checkVisibility() || control.tabIndex < 0 || control.disabled || control.labels?.length || !unseen(control)) continue;
      control.focus();
      forget();
      if (document.activeElement === control && unseen(control)) found.add(`${path(control)} ${short(control.textContent)} takes the focus out of sight`);
    }
    document.activeElement?.blur();
    scrollTo(0, 0);
    return [...found];
  }

  /** Do something while what is not on screen is out of the page: axe reads all of a page first, also what it then finds hidden. */
  async function withoutHidden(task) {
    const parked = [...document.querySelectorAll('.am-mount')].filter((box) => !box.checkVisibility()).map((box) => {
      const parts = document.createDocumentFragment();
      parts.append(...box.childNodes);
      return [box, parts];
    });
    try {
      return await task();
    } finally {
      for (const [box, parts] of parked) box.append(parts);
    }
  }

  /** What axe finds wrong in our own boxes, but for rules that are left out; what it would fetch anew is for rules about sound and held screens. */
  async function violations(within = null, without = []) {
    const { violations: found } = await withoutHidden(() => globalThis.axe.run(
      { include: within === null ? roots() : [within] },
      { rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])), resultTypes: ['violations'], preload: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
    ));
    return found.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, target.join(' '), failureSummary.split('\n').slice(1).join(' ').trim()]));
  }

  /** What checks find in the room as it is, by check; `asked` are names, each with what the check is given. */
  async function found(asked) {
    const all = {};
    forget();
    for (const [check, ...given] of asked) all[check] = await checks[check](...given);
    forget();
    return all;
  }

  /** Controls whose name lacks what is seen on them: whoever speaks to the computer says what they see (WCAG 2.5.3). */
  const misnamed = () => {
    const words = (text) => (text ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    const seenIn = (element) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), seen = [];
      while (walker.nextNode()) {
        const at = walker.currentNode.parentElement;
        if (at.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !at.closest('[aria-hidden=true]') && !at.closest('canvas, select')) seen.push(walker.currentNode.data);
      }
      return seen.join(' ');
    };
    const named = '.am-mount :is(button, a[href], input, select, textarea, [role=button], [role=slider], [role=radio], [role=tab])[aria-label]';
    return [...document.querySelectorAll(named)].filter((element) => element.checkVisibility()).flatMap((element) => {
      const name = words(element.getAttribute('aria-label')).join(' '), seen = words(seenIn(element)).join(' ');
      return ` ${name} `.includes(` ${seen} `) || !seen ? [] : [`${element.className}: "${seen}" is not in "${name}"`];
    });
  };

  /** States and properties of ARIA with an empty value, which count as none: what was to be hidden from a screen reader is read. */
  const valueless = () => [...document.querySelectorAll('.am-mount *')].flatMap((element) =>
    element.getAttributeNames().filter((name) => name.startsWith('aria-') && element.getAttribute(name) === '').map((name) => `${path(element)} has an empty ${name}`));

  /** Type below a size, in CSS pixels, but for sub- and superscripts. */
  const tiny = (least) => [...document.querySelectorAll('.am-mount')].filter((box) => box.checkVisibility()).flatMap((box) => {
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement, size = parseFloat(getComputedStyle(element).fontSize);
      if (walker.currentNode.data.trim() && element.checkVisibility() && !element.closest('sup, sub, .math, script, style') && size < least)
        found.push(`${element.className || element.localName} ${size} “${element.textContent.trim().slice(0, 20)}”`);
    }
    return [...new Set(found)];
  });

  /** What a browser that translates the page would rewrite and may not: words of the models, and numbers, outside of translate="no"; by the element they stand in. */
  const rewritten = (words) => {
    const found = {}, walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const isWord = new RegExp(`(?<![\\p{L}\\p{N}])(${words.join('|')})(?![\\p{L}\\p{N}])`, 'iu');
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.trim(), place = node.parentElement;
      if (!text || !place.closest('.am-mount, dialog, .voice') || place.closest('script, style')) continue;
      if (place.closest('[translate]')?.getAttribute('translate') === 'no') continue;
      // A number within a sentence of ours is no data: the data in it stand in elements of their own.
      const isNumber = place.textContent.trim() === text && /^[^\p{L}]*\p{N}[^\p{L}]*$/u.test(text);
      if (!isWord.test(text) && !isNumber) continue;
      found[path(place)] ??= text.slice(0, 60);
    }
    for (const place of document.querySelectorAll(':is(.am-mount, dialog) [title]'))
      if (place.translate && isWord.test(place.title)) found[`title of ${path(place)}`] ??= place.title.slice(0, 60);
    return found;
  };

  /** Keys that stand where a text is missing. */
  const wordless = () => document.body.innerText.match(/⟨\w+\.\w+/g) ?? [];

  /** What can be moved with the finger held down: the finger there does not scroll the page. */
  const draggable = () =>
    roots().flatMap((root) => [...root.querySelectorAll('*')]).filter((element) => visible(element) && getComputedStyle(element).touchAction === 'none').map(path);

  /** Every screen on the rail, and the chapters it has laid out. */
  const rooms = () =>
    [...document.querySelectorAll('.rail [data-to]')].map(({ dataset: { to } }) => [to, [...document.querySelectorAll(`#screen-${to} [data-chapter]`)].map(({ dataset }) => dataset.chapter)]);

  async function walkDown() {
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
      scrollTo(0, y);
      await frames(2);
    }
    scrollTo(0, 0);
    await frames(2);
  }

  /** Nothing moves, and nothing is dimmed because it is not there yet: in the window, or anywhere in the room. */
  async function isStill(everywhere) {
    const inWindow = (element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    };
    const inSight = (element) => everywhere || inWindow(element);
    // What is asked for once it is seen waits until then.
    const comes = (part) => (part.closest('[data-later]') ? inWindow(part.closest('[data-later]')) : inSight(part));
    const height = document.documentElement.scrollHeight;
    // A page that gives no frames is not at rest, and the test has to hear so.
    if (await Promise.race([frames(3), new Promise((late) => setTimeout(late, 5000, 'no frame'))])) return false;
    const boxes = roots();
    return (
      height === document.documentElement.scrollHeight &&
      !document.documentElement.hasAttribute('data-busy') &&
      !boxes.some((box) => [...box.querySelectorAll('[data-waiting], [aria-busy=true]')].some((part) => part.checkVisibility() && comes(part))) &&
      boxes.flatMap((box) => [...box.querySelectorAll('img[src]')]).every((image) => image.complete || !image.checkVisibility() || !inSight(image)) &&
      !document.getAnimations().some(({ playState, effect }) => playState === 'running' && effect.getComputedTiming().iterations !== Infinity)
    );
  }

  // Nothing else can be asked for by its name, so that a check that is not here, for which nothing need be planted (plants.py), cannot be run.
  const checks = { overlapping, torn, leaving, overhanging, cut, canvases, parted, faint, whileWaiting, small, crowded, unfocused, violations, draggable, misnamed, valueless, wordless, tiny, rewritten };
  /** What each check can say, one line of its source for each sentence. */
  const sayings = () => Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, String(check).split('\n').filter((line) => /\bfound\.(add|push)\(/.test(line))]));

  globalThis.layout = { checks, sayings, found, frames, rooms, walkDown, isStill };
})();
