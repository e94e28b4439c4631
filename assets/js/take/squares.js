// The link to what is on screen as squares (QR) over the whole window, which can be left on a projector. Loaded when somebody first asks for it.

import { announce } from '../core/announce.js';
import { h } from '../core/dom.js';
import { isThisComputer, MOST_IN_SQUARES, shortened, whenOf } from '../core/links.js';
import { closed, opened } from '../core/sheets.js';
import { html, bindLabel, bindText } from '../core/text.js';
import { request } from '../core/wire.js';

/** The link as squares are made of it: itself or, where it is too long, a short one, { link, until }. */
const fitting = async (link) => (new TextEncoder().encode(link).length <= MOST_IN_SQUARES ? { link } : shortened(link));

let shown = null;

/** Show a link; resolves when it is on screen. `gone()` is called when it is closed. */
export async function showSquares(asked) {
  const { link, until } = await fitting(asked),
    picture = await (await request(`qr?${new URLSearchParams({ link })}`)).blob();
  shown?.close();
  const address = URL.createObjectURL(picture),
    close = h('button.action', { type: 'button', onclick: () => end() }, bindText(h('span'), 'share.close')),
    image = h('img', { src: address, draggable: 'false' }),
    note = h('p.note');
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
  );
  bindLabel(element, 'aria-label', 'share.squares_title');
  const end = () => {
    shown = null;
    element.remove();
    closed(element);
    URL.revokeObjectURL(address);
  };
  shown = { close: end };
  document.body.append(element);
  opened(element, { close: end, first: close });
  announce(html('share.squares_title'));
}
