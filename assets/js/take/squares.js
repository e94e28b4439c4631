// The link to what is on screen as squares (QR) over the whole window, which can be left on a projector. Loaded when somebody first asks for it.

import { announce } from '../core/announce.js';
import { h } from '../core/dom.js';
import { isThisComputer, linkHere, MOST_IN_SQUARES, sharesOwn, shortened, whenOf } from '../core/links.js';
import { closed, opened } from '../core/sheets.js';
import { html, bindLabel, problemKey, bindText } from '../core/text.js';
import { asProblem, request } from '../core/wire.js';

/** The link as squares are made of it: itself or, where it is too long, a short one, { link, until }. */
const fitting = async (link) => (new TextEncoder().encode(link).length <= MOST_IN_SQUARES ? { link } : shortened(link));

/** The squares of the link to what is on screen, or with some fields otherwise: { link, until, picture }. */
async function squaresOf(changed = {}) {
  const { link, until } = await fitting(await linkHere(changed));
  return { link, until, picture: await (await request(`qr?${new URLSearchParams({ link })}`)).blob() };
}

let shown = null;

/** Show the link to what is on screen, unless `wanted()` says by then that nobody wants it any more; resolves when it is there. */
export async function showSquares(wanted = () => true) {
  const own = sharesOwn(),
    squares = await squaresOf();
  if (wanted()) show(squares, own);
}

/** `own`: whether the link opens a visitor's own photo; then one without it is offered. */
function show({ link, until, picture }, own) {
  shown?.close();
  const address = URL.createObjectURL(picture),
    close = h('button.action', { type: 'button', onclick: () => end() }, bindText(h('span'), 'share.close')),
    image = h('img', { src: address, draggable: 'false' }),
    note = h('p.note'),
    failed = h('p.field-problem', { 'data-told': true, hidden: true }),
    without = h(
      'button.action',
      { type: 'button', onclick: showWithout },
      bindText(h('span'), 'share.squares_without'),
    );
  bindLabel(image, 'alt', 'share.squares_alt');
  if (until) bindText(note, 'share.until', () => ({ when: whenOf(until) }));
  else if (isThisComputer(new URL(link).hostname)) bindText(note, 'share.here_only');
  else note.hidden = true;
  const element = h(
    'div.squares.am-mount',
    { role: 'dialog', tabindex: '-1' },
    close,
    image,
    h('p.squares-link', {}, link),
    note,
    own ? h('p.note', {}, bindText(h('span'), 'share.own'), ' ', without) : null,
    failed,
  );
  bindLabel(element, 'aria-label', 'share.squares_title');
  const end = () => {
    shown = null;
    element.remove();
    closed(element);
    URL.revokeObjectURL(address);
  };
  const me = (shown = { close: end });
  async function showWithout() {
    try {
      const squares = await squaresOf({ photo: null });
      if (shown === me) show(squares, false); // not closed meanwhile
    } catch (error) {
      const problem = asProblem(error);
      bindText(failed, problemKey(problem), () => problem.params);
      failed.hidden = false;
    }
  }
  document.body.append(element);
  opened(element, { close: end, first: close });
  announce(html('share.squares_title'));
}
