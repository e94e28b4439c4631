// Two position tables beside each other, one learned and one computed: a row per place, a column per number.

import { takeable } from '../core/figure.js';
import { signedPicture } from '../core/colours.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { probe } from '../core/probe.js';
import { digits, bindText, t, told } from '../core/text.js';
import { waveEquation } from '../core/wave.js';

const HEIGHT = 240;
const KINDS = ['learned', 'sinusoidal'];

export class Tables {
  pointed = null; // { place, number }
  place = 0;
  photoQuery;
  arrays;
  full;
  rows;

  reading = h('p.readout.in-sight', { 'data-told': 'here' });
  figures = KINDS.map((kind) => {
    const canvas = h('canvas'),
      scale = h('span.note'),
      down = h('span.axis.down'),
      across = h('span.axis.across'),
      box = h('div.figure-canvas', {}, canvas);
    const reader = probe(canvas, {
      grid: () => (this.photoQuery ? { cols: this.photoQuery.d_model, rows: this.rows } : null),
      hover: (index) => {
        this.pointed =
          index === null
            ? null
            : { place: Math.floor(index / this.photoQuery.d_model), number: index % this.photoQuery.d_model };
        this.draw();
      },
      start: () => this.place * this.photoQuery.d_model,
    });
    onWidth(box, () => this.draw());
    const element = h(
      'figure.table',
      {},
      h('div.table-head', {}, bindText(h('h4'), `position.table_${kind}`), scale),
      down,
      box,
      across,
    );
    return { kind, canvas, box, reader, scale, down, across, element, picture: null };
  });
  element = takeable(
    h(
      'section.tables',
      {},
      bindText(h('h3'), 'position.tables'),
      bindText(h('p.note'), 'position.tables_see'),
      h('div.pair', {}, ...this.figures.map(({ element }) => element)),
      this.reading,
    ),
    () => this.arrays && [this.arrays.learned, this.arrays.sinusoidal],
  );

  /** `place` is the one on screen in this photo query's grid. */
  load(photoQuery, { facts, arrays }, place) {
    for (const { reader } of this.figures) reader.forget();
    this.photoQuery = photoQuery;
    this.arrays = arrays;
    this.place = place;
    this.full = facts.full;
    this.rows = photoQuery.rows * photoQuery.cols;
    this.pointed = null;
    this.recolour();
    this.speak();
  }

  recolour() {
    if (!this.arrays) return;
    this.figures.forEach((figure, i) => {
      figure.picture = signedPicture(this.arrays[figure.kind].data, this.photoQuery.d_model, this.rows, this.full[i]);
    });
    this.draw();
  }

  speak() {
    if (!this.photoQuery) return;
    for (const [i, { kind, canvas, scale, down, across }] of this.figures.entries()) {
      scale.textContent = t('position.table_scale', { full: digits(this.full[i]) });
      down.textContent = t('position.axis_places', { places: this.rows });
      across.textContent = t('position.axis_numbers', { d: this.photoQuery.d_model });
      canvas.setAttribute(
        'aria-label',
        t(`position.table_${kind}_figure`, { places: this.rows, d: this.photoQuery.d_model }),
      );
    }
    this.tell();
  }

  /** The place on screen, counted from 0 in reading order. */
  follow(place) {
    this.place = place;
    this.draw();
  }

  draw() {
    if (!this.photoQuery) return;
    for (const { canvas, box, picture } of this.figures) {
      const width = box.clientWidth;
      if (!width || !picture) return;
      const context = sharp(canvas, width, HEIGHT),
        tall = HEIGHT / this.rows;
      context.imageSmoothingEnabled = canvas.width < picture.width || canvas.height < picture.height;
      context.drawImage(picture, 0, 0, width, HEIGHT);
      const line = (place, colour) => {
        context.strokeStyle = ink(colour);
        context.lineWidth = 2;
        context.strokeRect(-2, place * tall - 1.5, width + 4, tall + 3);
      };
      line(this.place, 'query');
      if (!this.pointed) continue;
      line(this.pointed.place, 'key');
      context.fillStyle = ink('key');
      context.fillRect(((this.pointed.number + 0.5) / this.photoQuery.d_model) * width - 1, 0, 2, HEIGHT);
    }
    this.tell();
  }

  tell() {
    const { photoQuery } = this,
      { place, number } = this.pointed ?? { place: this.place, number: 0 };
    if (!photoQuery || !this.arrays) return;
    const at = place * photoQuery.d_model + number,
      wave = number % 2 ? 'cos' : 'sin';
    told(this.reading, 'position.table_reading', {
      place: place + 1,
      row: Math.floor(place / photoQuery.cols) + 1,
      col: (place % photoQuery.cols) + 1,
      number: number + 1,
      learned: digits(this.arrays.learned.data[at]),
      computed: waveEquation({
        wave,
        place,
        twice: number - (number % 2),
        d: photoQuery.d_model,
        value: this.arrays.sinusoidal.data[at],
      }),
    });
  }
}
