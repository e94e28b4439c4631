// One patch becomes a token: its pixels, the same numbers laid flat, the matrix E, and what comes out with position added.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { lights, formulaElement } from '../core/formula.js';
import { onShown, shown } from '../core/held.js';
import { symbolOfPrefix } from '../core/notation.js';
import { state } from '../core/state.js';
import { html, bindText, t, whole } from '../core/text.js';
import { Vectors } from '../instrument/vectors.js';
import { Matrix } from './matrix.js';
import { Pixels } from './pixels.js';

export class PatchFlow {
  matrix;
  vectors;
  element;
  photoQuery;
  payload;

  title = h('h3');
  formula = h('p.formula');
  pixels = new Pixels();
  story = h('p.prefix-story');

  /** `choose(unit)` is called when a number of the token is chosen. */
  constructor({ choose }) {
    this.matrix = new Matrix({ hover: (unit) => this.vectors.pointAt(unit), choose });
    this.vectors = new Vectors({ hover: (unit) => this.matrix.pointAt(unit), choose, hint: 'patches.vectors_hint' });
    this.element = takeable(
      h(
        'section.making',
        {},
        h('header', {}, this.title, this.formula),
        h(
          'div.row',
          {},
          h(
            'div.from-pixels',
            {},
            step(this.pixels.zoom, 'patches.step_pixels', () => this.photoQuery ?? {}, 'x'),
            arrow('→'),
            step(
              this.pixels.flat,
              'patches.step_flat',
              () => ({ numbers: this.photoQuery ? whole(3 * this.photoQuery.patch ** 2) : '' }),
              'x',
            ),
            this.pixels.readout,
            arrow('→'),
            step(this.matrix.element, 'patches.step_matrix', () => ({}), 'e b'),
          ),
          this.story,
          arrow('→'),
          step(this.vectors.element, 'patches.step_vectors', () => ({ d: this.photoQuery?.d_model ?? '' }), 'c p z'),
        ),
      ),
      () => this.payload,
    );
    lights(this.element);
    onShown(() => this.draw());
  }

  setPhotoQuery(photoQuery) {
    this.photoQuery = photoQuery;
    this.payload = null;
    this.element.querySelectorAll('.step > h4').forEach((heading) => heading.respeak());
  }

  /** The numbers of a photo query, and which of them is held. */
  setPayload(payload, unit) {
    this.payload = payload;
    const { photoQuery } = this;
    this.vectors.held = this.matrix.held = unit;
    this.pixels.setPayload(photoQuery, payload);
    this.matrix.setPhotoQuery(photoQuery);
    this.vectors.setPayload(photoQuery, payload);
    this.draw();
  }

  hold(unit) {
    this.matrix.hold(unit);
    this.vectors.hold(unit);
  }

  /** Everything again, after a change of theme or language. */
  repaint() {
    this.draw();
    for (const part of [this.pixels, this.matrix, this.vectors]) part.draw();
    if (this.payload) this.pixels.tell();
  }

  draw() {
    const { photoQuery, payload } = this;
    if (!photoQuery || !payload || photoQuery !== state.photoQuery) return;
    const token = shown(),
      first = photoQuery.prefix.length,
      name = photoQuery.prefix[token];
    const isPatch = token >= first,
      placed = Boolean(payload.arrays.placed.data[token]);
    this.title.textContent = isPatch ? t('patches.flow') : t('patches.flow_prefix', { name });
    this.formula.replaceChildren(isPatch ? patchFormula() : prefixFormula(name, placed));
    this.element.classList.toggle('of-prefix', !isPatch);
    if (!isPatch) this.story.innerHTML = this.tellPrefix(token, placed, { name, d: photoQuery.d_model });
    if (isPatch) this.pixels.show(token - first);
    this.vectors.show(token);
  }

  /** Where a token without pixels comes from; a word on its two vectors where they are the same, which looks like a mistake. */
  tellPrefix(token, placed, params) {
    if (!placed) return html('patches.prefix_story_unplaced', params);
    const [content, position] = this.vectors.rows(token);
    const story = html('patches.prefix_story', params);
    return content.every((value, i) => value === position[i])
      ? `${story} ${html('patches.prefix_story_halves')}`
      : story;
  }
}

/** ViT, equation 1, with its bias; the symbols are tied to their figures. */
const patchFormula = () =>
  formulaElement('z_0 = x_p E + b + E_pos', { z_0: 'z', E: 'e', x_p: 'x', b: 'b', E_pos: 'p' });

const prefixFormula = (name, placed) => {
  const own = symbolOfPrefix(name);
  return formulaElement(`z_0 = ${own}${placed ? ' + E_pos' : ''}`, { z_0: 'z', [own]: 'c', E_pos: 'p' });
};

const arrow = (sign) => h('span.arrow', { 'aria-hidden': true }, sign);

function step(figure, key, params, parts) {
  return h('div.step', { 'data-shows': parts }, bindText(h('h4'), key, params), figure);
}
