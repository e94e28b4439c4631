// Instead of a photo that is not there any more: a sentence, and the ways to another one. Never another photo in its place.

import { h } from '../core/dom.js';
import { on, showsPhoto, state } from '../core/state.js';
import { bindText } from '../core/text.js';

/** What stands where the screens of the photo would be, with `ways` (buttons) to go on. */
export function buildGone(...ways) {
  const text = h('p.lead'),
    element = h(
      'section.gone',
      { 'data-told': true, hidden: true },
      bindText(h('h2'), 'gone.title'),
      text,
      h('div.actions', {}, ...ways),
    );
  const show = () => {
    const gone = showsPhoto() && state.photoGone !== null;
    // A name of an example is nobody's own photo.
    if (gone) bindText(text, state.photo?.startsWith('example:') ? 'gone.example' : 'gone.text');
    element.hidden = !gone;
    document.documentElement.toggleAttribute('data-gone', gone);
  };
  on('photoGone journey screen', show);
  show();
  return element;
}
