// One number per token and head of a sentence, as a table: every cell on its colour, with its number in it.

import { css, peakOf, signColour } from '../core/colours.js';
import { closest, h } from '../core/dom.js';
import { ARROWS, keysOf } from '../core/keys.js';
import { pieceElement } from '../core/pieces.js';
import { PointerOrKeys } from '../core/pointer_or_keys.js';
import { RAMP, rampGradient } from '../core/ramp.js';
import { hintScroll } from '../core/scroll_hint.js';
import { Taps } from '../core/taps.js';
import { t } from '../core/text.js';
import { level } from '../instrument/scale.js';
import { isMasked } from './masked.js';
import { writtenWeight } from './tiles.js';

const DARK = '#000',
  LIGHT = '#fff';

/** Where black and white letters are read equally well, 4.58 : 1. */
const EVEN = 0.179;

/** The relative luminance of 0xAABBGGRR, 0..1 (WCAG 2.2). */
function luminance(colour) {
  const [r, g, b] = [0, 8, 16].map((shift) => {
    const share = ((colour >> shift) & 255) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export class WordTable {
  point;
  choose;
  opens;
  held = [0, 0];

  table = h('table', { tabindex: '0', role: 'grid' });
  ramp = h('span.ramp');
  low = h('span', { translate: 'no' });
  high = h('span', { translate: 'no' });
  element = h(
    'div.word-table',
    {},
    hintScroll(h('div.word-table-scroll', {}, this.table)),
    h('div.legend', {}, this.low, this.ramp, this.high),
  );

  /** `point({ row, key } or null)` hears of the pointer, `choose({ row, key })` of a cell that is pressed; or, where that leads to another page, `open` (core/probe.js). */
  constructor({ point, open, choose = open }) {
    this.point = point;
    this.choose = choose;
    this.opens = Boolean(open);
    const cellOf = (event) => closest(event, 'td[data-key]'),
      taps = new Taps(),
      turn = new PointerOrKeys();
    const at = (event) => {
      const cell = cellOf(event);
      return cell ? { row: Number(cell.dataset.row), key: Number(cell.dataset.key) } : null;
    };
    this.table.addEventListener('pointerdown', (event) => {
      if (!taps.down(event, cellOf(event), this.table.querySelector('.pointed'))) this.mark(at(event));
    });
    this.table.addEventListener('pointermove', (event) => {
      if (turn.follows(event) && !taps.moved(event, cellOf(event))) this.mark(at(event));
    });
    this.table.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'mouse' && turn.follows(event)) this.mark(null);
    });
    this.table.addEventListener('click', (event) => {
      const place = at(event);
      if ((taps.clicked() || !this.opens) && place) this.choose(place);
    });
    this.table.addEventListener('blur', () => this.mark(null));
    keysOf(this.table, {
      keys: Object.keys(ARROWS).join(' '),
      says: 'keys.cells',
      act: ({ key }) => {
        const [dx, dy] = ARROWS[key],
          [rows, count] = this.size();
        turn.keyed();
        this.held = [
          Math.min(rows - 1, Math.max(0, this.held[0] + dy)),
          Math.min(count - 1, Math.max(0, this.held[1] + dx)),
        ];
        this.mark({ row: this.held[0], key: this.held[1] });
        this.table.querySelector('.pointed')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      },
    });
    keysOf(this.table, {
      keys: 'Enter',
      says: 'keys.open_cell',
      act: () => this.choose({ row: this.held[0], key: this.held[1] }),
    });
  }

  size() {
    const rows = this.table.tBodies[0]?.rows ?? [];
    return [rows.length, rows.length ? rows[0].cells.length - 1 : 0];
  }

  /** rows: a Float32Array per head; values: "share", "score" or "length"; names: of the heads; axis: of words; label: what a reader hears; masks: of each head the scores, −∞ where masked. */
  show({ rows, values, names, axis, label, masks = null }) {
    const signed = values === 'score',
      peaks = rows.map((row) => peakOf(row.filter((value) => !isMasked(value)))),
      peak = Math.max(...peaks);
    const colour = (value, top) => (signed ? signColour(top ? value / top : 0) : RAMP[level(value, top)]);
    const cell = (value, row, key) => {
      const element = h('td', { 'data-row': row, 'data-key': key, translate: 'no' });
      if (isMasked(masks?.[row][key])) {
        element.classList.add('masked');
        element.textContent = isMasked(value) ? '−∞' : '0';
        return element;
      }
      // The softmax sees each head's scores by themselves: they have a scale of their own, all else is comparable.
      const ground = colour(value, signed ? peaks[row] : peak);
      Object.assign(element.style, { background: css(ground), color: luminance(ground) > EVEN ? DARK : LIGHT });
      element.textContent = writtenWeight(value, values);
      return element;
    };
    this.table.replaceChildren(
      h(
        'thead',
        {},
        h('tr', {}, h('td'), ...axis.pieces.map((piece) => h('th', { scope: 'col' }, pieceElement(piece)))),
      ),
      h(
        'tbody',
        {},
        ...rows.map((row, i) =>
          h('tr', {}, h('th', { scope: 'row' }, names[i]), ...[...row].map((value, key) => cell(value, i, key))),
        ),
      ),
    );
    this.table.setAttribute('aria-label', label);
    this.held = [0, 0];
    this.ramp.style.background = signed
      ? 'linear-gradient(90deg, var(--minus), var(--zero), var(--plus))'
      : rampGradient();
    this.low.textContent = signed ? '−' : '0';
    this.high.textContent = t(`block.legend_${values}`, { peak: writtenWeight(peak, values) });
  }

  mark(place) {
    this.table.querySelectorAll('.pointed').forEach((one) => one.classList.remove('pointed'));
    if (place) {
      this.held = [place.row, place.key];
      this.table.tBodies[0].rows[place.row]?.cells[place.key + 1]?.classList.add('pointed');
    }
    this.point(place);
  }
}

/** Where black and white letters are read equally well, 4.58 : 1. */
