// What a position looks like: how alike every place is to all others, as in Fig. 7 (centre) of arXiv 2010.11929, on the grid as it was trained
// and on the grid of this picture size. Both follow the pointer by its place in the picture.

import { takeable } from '../core/figure.js';
import { focusOn, h } from '../core/dom.js';
import { held, hold } from '../core/held.js';
import { needsServer } from '../core/needs_server.js';
import { requestPhoto, sameInput } from '../core/photo_query.js';
import { state } from '../core/state.js';
import { html, bindLabel, bindText, t } from '../core/text.js';
import { Maps } from './maps.js';

const clamp = (i, n) => Math.min(n - 1, Math.max(0, i));

const placeAt = ({ rows, cols }, { x, y }) =>
  clamp(Math.floor(y * rows), rows) * cols + clamp(Math.floor(x * cols), cols);

/** The middle of a token's patch as shares of the picture; of a token without a place, a point near the picture's. */
function middleOf({ rows, cols, prefix }, token) {
  const place = token - prefix.length;
  return place < 0
    ? { x: 0.45, y: 0.45 }
    : { x: ((place % cols) + 0.5) / cols, y: (Math.floor(place / cols) + 0.5) / rows };
}

/** The place whose map is shown while a token is held, counted from 0 in reading order. */
export const placeOfToken = (photoQuery, token) => placeAt(photoQuery, middleOf(photoQuery, token));

export class Places {
  pointed = null; // { x, y } of the place, as shares of the picture
  key = null; // the same for the place it is compared with
  follow;
  sides;
  element;
  photoQuery;
  facts;
  numbers = null;

  sizes = bindLabel(h('div.segmented', { role: 'group' }), 'aria-label', 'patches.choices_group');
  rule = h('p.note');

  /** `follow(place)` hears which place of this size's grid is on screen. */
  constructor(follow) {
    this.follow = follow;
    const events = {
      point: (at) => {
        this.pointed = at;
        this.draw();
      },
      key: (at) => {
        this.key = at;
        this.draw();
      },
      hold: (at) => {
        if (!this.here) return;
        this.pointed = null;
        hold(this.photoQuery.prefix.length + this.placeOf(at));
      },
    };
    this.sides = ['native', 'here'].map((kind) => new Maps(kind, events));
    const scale = h(
      'div.legend.signs',
      {},
      h('span.scale', {}, h('span.ramp'), h('span.ticks', {}, ...['−1', '0', '1'].map((tick) => h('span', {}, tick)))),
      bindText(h('span'), 'position.cosine'),
    );
    this.element = takeable(
      h(
        'section.places',
        {},
        h('header', {}, bindText(h('h3'), 'position.places'), ...needsServer(this.sizes), scale),
        bindText(h('p.note'), 'position.places_see'),
        h('div.grids', {}, this.sides[0].element, h('span.arrow', { 'aria-hidden': true }, '→'), this.sides[1].element),
        this.rule,
      ),
      () => this.numbers,
    );
  }

  /** Take over a photo query's numbers; `draw` once whoever follows has them too. */
  load(photoQuery, native, here) {
    this.photoQuery = photoQuery;
    this.facts = here.facts;
    this.pointed = null;
    this.key = null;
    this.numbers = native === here ? here : [native, here];
    [native, here].forEach((payload, i) => this.sides[i].load(payload));
    this.speak();
  }

  speak() {
    const { photoQuery, facts } = this;
    if (!photoQuery) return;
    const buttons = photoQuery.sizes.map((size) => {
      const side = size / photoQuery.patch;
      return h(
        'button',
        {
          type: 'button',
          'data-size': size,
          'aria-pressed': String(size === photoQuery.size),
          onclick: () => requestPhoto({ size }),
        },
        `${side} × ${side}`,
      );
    });
    const focused = this.sizes.contains(document.activeElement)
      ? document.activeElement.getAttribute('data-size')
      : null;
    this.sizes.replaceChildren(...buttons);
    if (focused) focusOn(this.sizes, `[data-size="${focused}"]`);
    const same = facts.rows === facts.native && facts.cols === facts.native;
    this.rule.innerHTML = html(same ? 'position.rule_same' : 'position.rule_resampled', {
      ...facts,
      rule: t(`patches.rule_${facts.rule}`),
    });
    this.sides.forEach((side) => side.speak());
  }

  /** Whether what is drawn is what the visitor looks at: until then a place cannot be held, nor the held one drawn. */
  get here() {
    return sameInput(this.photoQuery, state.photoQuery);
  }

  /** The place of this size's grid on screen, counted from 0 in reading order. */
  get place() {
    return this.placeOf(this.at());
  }

  /** The place of this size's grid at a point of the picture. */
  placeOf(at) {
    return placeAt(this.photoQuery, at);
  }

  /** The point of the picture on screen: under the pointer, else the middle of the held patch, else of the picture. */
  at() {
    return this.pointed ?? middleOf(this.photoQuery, held());
  }

  draw() {
    if (!this.here || state.screen !== 'position') return;
    const at = this.at();
    this.sides.forEach((side) => side.draw(at, this.key));
    this.follow(this.place);
  }

  /** The same numbers in the colours of another theme. */
  recolour() {
    this.sides.forEach((side) => side.recolour());
    this.draw();
  }
}
