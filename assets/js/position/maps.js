// One position grid: a small map for every place, and the map of one place large, with the number under the pointer.

import { signedPicture } from '../core/colours.js';
import { h, ink, onWidth, sharp } from '../core/dom.js';
import { probe } from '../core/probe.js';
import { html, t } from '../core/text.js';

const GAP = 2; // between two maps, in pixels of the screen
const clamp = (i, n) => Math.min(n - 1, Math.max(0, i));

export class Maps {
  kind;
  readers;
  sheet;
  facts;
  values;
  maps;
  strip;
  tile;
  tall;
  at;
  key;
  map;
  place;

  small = h('canvas');
  large = h('canvas');
  words = h('h4');
  reading = h('p.note.reading', { 'data-told': 'here' });
  boxes = [h('div.figure-canvas', {}, this.small), h('div.figure-canvas', {}, this.large)];
  element = h('figure.maps', {}, this.words, ...this.boxes, this.reading);

  /** events: point(at), key(at), hold(at) with { x, y } as shares of the picture, or null. */
  constructor(kind, events) {
    this.kind = kind;
    const share = (index, { cols, rows }) => ({
      x: ((index % cols) + 0.5) / cols,
      y: (Math.floor(index / cols) + 0.5) / rows,
    });
    const choose = (grid) => (index) => events.hold(share(index, grid()));
    const tell = (event, grid) => (index) => event(index === null ? null : share(index, grid()));
    const maps = () => this.maps ?? null,
      cells = () => this.facts ?? null;
    this.readers = [
      probe(this.small, {
        grid: maps,
        hover: tell(events.point, maps),
        choose: choose(maps),
        start: () => this.map ?? 0,
      }),
      probe(this.large, {
        grid: cells,
        hover: tell(events.key, cells),
        choose: choose(cells),
        start: () => this.place ?? 0,
      }),
    ];
    onWidth(this.element, () => {
      this.sheet = null;
      if (this.at) this.draw(this.at, this.key);
    });
  }

  load({ facts, arrays }) {
    for (const reader of this.readers) reader.forget();
    this.facts = facts;
    this.values = arrays.similarity.data;
    this.sheet = null;
    this.maps = { cols: Math.ceil(facts.cols / facts.step), rows: Math.ceil(facts.rows / facts.step) };
    this.recolour();
  }

  recolour() {
    if (!this.values) return;
    const { rows, cols } = this.facts;
    this.strip = signedPicture(this.values, cols, rows * this.maps.rows * this.maps.cols, 1);
    this.sheet = null;
  }

  speak() {
    const { facts } = this;
    this.words.innerHTML = html(this.kind === 'native' ? 'position.maps_native' : 'position.maps_here', facts);
    this.small.setAttribute('aria-label', t('position.maps_small', facts));
    this.large.setAttribute('aria-label', t('position.maps_large', facts));
  }

  /** Every map on one sheet; the tile is a whole number of pixels, so that no map gets a thicker edge than its neighbour. */
  lay(room, ratio) {
    const { rows, cols } = this.facts,
      { maps } = this;
    const tile = Math.max(2, Math.floor((room * ratio - (maps.cols - 1) * GAP) / maps.cols)),
      tall = Math.max(2, Math.round((tile * rows) / cols));
    const sheet = new OffscreenCanvas(maps.cols * (tile + GAP) - GAP, maps.rows * (tall + GAP) - GAP),
      context = sheet.getContext('2d');
    context.imageSmoothingEnabled = tile < cols;
    for (let map = 0; map < maps.cols * maps.rows; map++) {
      context.drawImage(
        this.strip,
        0,
        map * rows,
        cols,
        rows,
        (map % maps.cols) * (tile + GAP),
        Math.floor(map / maps.cols) * (tall + GAP),
        tile,
        tall,
      );
    }
    this.sheet = sheet;
    this.tile = tile;
    this.tall = tall;
  }

  draw(at, key) {
    this.at = at;
    this.key = key;
    const room = this.boxes[0].clientWidth,
      wide = this.boxes[1].clientWidth;
    if (!this.values || !room || !wide) return;
    const ratio = Math.min(3, window.devicePixelRatio || 1),
      { rows, cols, step } = this.facts,
      { maps } = this;
    const row = clamp(Math.floor(at.y * rows), rows),
      col = clamp(Math.floor(at.x * cols), cols);
    const [mapRow, mapCol] = [Math.floor(row / step), Math.floor(col / step)];
    this.map = mapRow * maps.cols + mapCol;
    this.place = mapRow * step * cols + mapCol * step;
    if (!this.sheet) this.lay(room, ratio);
    this.small.style.width = `${this.sheet.width / ratio}px`;
    const context = sharp(this.small, this.sheet.width / ratio, this.sheet.height / ratio);
    context.drawImage(this.sheet, 0, 0, this.sheet.width / ratio, this.sheet.height / ratio);
    const [w, tall] = [this.tile / ratio, this.tall / ratio],
      gap = GAP / ratio;
    outline(context, mapCol * (w + gap), mapRow * (tall + gap), w, tall, 'query', 3);
    this.drawLarge(wide, key);
  }

  drawLarge(width, key) {
    const { rows, cols } = this.facts,
      height = (width * rows) / cols;
    const context = sharp(this.large, width, height),
      [w, tall] = [width / cols, height / rows];
    context.imageSmoothingEnabled = false;
    context.drawImage(this.strip, 0, this.map * rows, cols, rows, 0, 0, width, height);
    const cell = (place, colour) =>
      outline(context, (place % cols) * w, Math.floor(place / cols) * tall, w, tall, colour, 3);
    cell(this.place, 'query');
    const other =
      key === null ? null : clamp(Math.floor(key.y * rows), rows) * cols + clamp(Math.floor(key.x * cols), cols);
    if (other !== null) cell(other, 'key');
    const name = (place) => ({ row: Math.floor(place / cols) + 1, col: (place % cols) + 1 });
    const { row, col } = name(this.place);
    if (other === null) {
      this.reading.innerHTML = html('position.maps_hint', { row, col });
      return;
    }
    const there = name(other);
    // The wire carries a cosine to three decimals.
    const value = this.values[this.map * rows * cols + other].toFixed(3).replace('-', '−');
    this.reading.innerHTML = html('position.maps_reading', { row, col, row2: there.row, col2: there.col, value });
  }
}

function outline(context, x, y, w, tall, colour, line) {
  for (const [style, extra] of [
    ['rgb(0 0 0 / 0.5)', 2],
    [ink(colour), 0],
  ]) {
    context.strokeStyle = style;
    context.lineWidth = line + extra;
    context.strokeRect(x, y, w, tall);
  }
}
