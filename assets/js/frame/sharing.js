// A link to exactly what is on screen: shown, copied, and told whom it shows what.

import { h } from '../core/dom.js';
import { address } from '../core/history.js';
import { closed, opened } from '../core/sheets.js';
import { on, state } from '../core/state.js';
import { label, say } from '../core/text.js';

/** The page that visitors see: this one, or the one around it where the server knows it and this one is framed. */
const outerPage = () => {
  const outer = window.parent === window ? null : state.boot.outer_page;
  return outer ?? `${location.origin}${location.pathname}`;
};

/** The link to what is on screen, with or without a visitor's own photo. */
function linkOf(search, { photo = true } = {}) {
  const link = new URL(outerPage()),
    query = photo ? search : search.replace(/([?&])photo=[^&]*&?/, '$1');
  link.search = query;
  return String(link);
}

/** Whether the photo on screen is a visitor's own: whoever has the link sees it. */
const isOwn = () => state.journey === 'photo' && Boolean(state.photo) && !state.photo.startsWith('example:');

/** The button, and the box it opens. */
export function buildSharing() {
  const field = h('input', { type: 'text', readOnly: true, onfocus: () => field.select() });
  label(field, 'aria-label', 'share.link');
  const told = h('span.note', { 'data-told': true }),
    about = say(h('p.note'), 'share.own');
  const copy = (options) => async () => {
    field.value = linkOf(address(), options);
    say(told, (await copied(field)) ? 'share.copied' : 'share.by_hand');
  };
  const whole = h('button.action', { type: 'button', onclick: copy() }, say(h('span'), 'share.copy'));
  const without = h(
    'button.action',
    { type: 'button', onclick: copy({ photo: false }) },
    say(h('span'), 'share.without_photo'),
  );
  const box = h('div.share-box', { hidden: true }, field, h('div.actions', {}, whole, without, told), about);
  const button = h(
    'button.action.share',
    { type: 'button', onclick: () => turn(box.hidden) },
    say(h('span'), 'share.button'),
  );

  function turn(open) {
    box.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (!open) {
      closed(box);
      return;
    }
    field.value = linkOf(address());
    about.hidden = without.hidden = !isOwn();
    told.textContent = '';
    opened(box, { close: () => turn(false), first: field });
  }
  turn(false);
  // What is on screen has changed: the link that is shown would be of something else.
  on('look sentence screen chapter', () => turn(false));
  return h('div.sharing', {}, button, box);
}

/** Copy a field's text; where the page may not (plain http), select it for the visitor's own keys. */
async function copied(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand('copy'); // the only way without https; gone from the standards, kept by all browsers
  }
}

/** The page around this one is told what is on screen, so that its own address can say so (a hosted Space does). */
export function tellOuter() {
  const outer = window.parent === window ? null : state.boot.outer_page;
  if (outer) window.parent.postMessage({ queryString: address() }, new URL(outer).origin);
}
