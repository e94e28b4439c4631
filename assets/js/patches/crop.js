// What of the photo reaches the model: the original with the seen part framed, and beside it the pixels that are left.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { state } from '../core/state.js';
import { html, bindText, t } from '../core/text.js';
import { pictureAddress } from '../core/wire.js';

export class Crop {
  photoQuery;
  facts;
  numbers = null; // the pixels that the model reads

  image = h('img', { draggable: 'false' });
  frame = h('span.frame');
  whole = h('div.whole', {}, this.image, this.frame);
  square = h('canvas.square', { role: 'img' });
  caption = h('figcaption');
  element = takeable(
    h(
      'figure.crop',
      {},
      bindText(h('h3'), 'patches.crop'),
      h('div.stages', {}, this.whole, h('span.arrow', { 'aria-hidden': true }, '→'), this.square),
      this.caption,
    ),
    () => this.numbers,
  );

  setPhotoQuery(photoQuery) {
    this.photoQuery = photoQuery;
    this.image.src = pictureAddress('whole', { photo: photoQuery.photo });
    // One scale for both: the square is as large as the part it was cut from.
    const ratio = photoQuery.width / photoQuery.height;
    this.element.style.setProperty('--ratio', String(ratio));
    this.element.style.setProperty('--seen', String((photoQuery.seen[2] - photoQuery.seen[0]) * ratio));
    const [x0, y0, x1, y1] = photoQuery.seen.map((share) => share * 100);
    Object.assign(this.frame.style, { left: `${x0}%`, top: `${y0}%`, width: `${x1 - x0}%`, height: `${y1 - y0}%` });
  }

  setPixels(square, facts, numbers) {
    this.numbers = numbers;
    this.facts = facts;
    [this.square.width, this.square.height] = [square.width, square.height];
    this.square.getContext('2d').drawImage(square, 0, 0);
    this.speak();
  }

  speak() {
    const { photoQuery, facts } = this;
    if (!photoQuery || !facts || photoQuery !== state.photoQuery) return;
    const { width, height, size } = photoQuery,
      [resizedWidth, resizedHeight] = facts.resized;
    this.image.alt = t('patches.crop_alt');
    this.square.setAttribute('aria-label', t('patches.crop_pixels', { size }));
    const long = Math.max(width, height) > 4 * Math.min(width, height);
    this.caption.innerHTML = [
      ...(long && facts.fit !== 'squash' ? [html('patches.crop_long')] : []),
      html(`patches.crop_${facts.fit}`, {
        width,
        height,
        size,
        short: t('patches.crop_shorter'),
        resize: Math.min(resizedWidth, resizedHeight),
        resized_width: resizedWidth,
        resized_height: resizedHeight,
      }),
    ].join(' ');
  }
}
