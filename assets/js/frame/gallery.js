// The example photos: first those the chosen model has a class for.

import { h } from '../core/dom.js';
import { closed, opened } from '../core/sheets.js';
import { on, state } from '../core/state.js';
import { bindText } from '../core/text.js';
import { pictureAddress } from '../core/wire.js';

export function buildGallery(items, choose) {
  const known = h('div.thumbs'),
    unknown = h('div.thumbs');
  const element = h(
    'section.gallery',
    { hidden: true },
    bindText(h('h2'), 'strip.gallery_known'),
    known,
    bindText(h('h2'), 'strip.gallery_unknown'),
    unknown,
  );
  /** @type {(open: boolean) => void} */
  let told = () => {};

  function fill() {
    if (element.hidden) return;
    const tile = ({ file, names }) =>
      h(
        'button',
        {
          type: 'button',
          'data-file': file,
          onclick: () => {
            choose(`example:${file}`);
            toggle(false);
          },
        },
        h('img', { src: pictureAddress('thumb', { photo: `example:${file}` }), alt: '', loading: 'lazy' }),
        h('span', {}, names[state.lang]),
      );
    const isKnown = (item) => (state.photoQuery ?? state.boot.first).knows?.includes(item.file);
    known.replaceChildren(...items.filter(isKnown).map(tile));
    unknown.replaceChildren(...items.filter((item) => !isKnown(item)).map(tile));
  }
  function toggle(open = Boolean(element.hidden)) {
    element.hidden = !open;
    told(open);
    fill();
    if (open) opened(element, { close: () => toggle(false), over: false, first: element.querySelector('button') });
    else closed(element);
  }
  on('photoQuery lang', fill);
  return {
    element,
    toggle,
    onToggle: (listener) => {
      told = listener;
    },
  };
}
