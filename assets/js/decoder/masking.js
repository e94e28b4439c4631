// From scores to weights, as numbers, for the query on screen in the chosen head: score, after the mask, weight.

import { takeable } from '../core/figure.js';
import { closest, h } from '../core/dom.js';
import { ARROWS, keysOf } from '../core/keys.js';
import { derived } from '../core/equation.js';
import { pieceElement } from '../core/pieces.js';
import { PointerOrKeys } from '../core/pointer_or_keys.js';
import { hintScroll } from '../core/scroll_hint.js';
import { fixed, html, percent, bindText } from '../core/text.js';
import { scoreDecimals } from './score_decimals.js';

const ROWS = ['score', 'after', 'weight'];

export class Masking {
  point;
  explain;
  title;
  element;
  heads;
  cells;
  params;

  key = null; // the one that is pointed at

  table = h('table');
  scroll = h('div.scores-scroll', { tabindex: '0' }, this.table);
  note = h('p.note');
  root = h('p.note.root-effect');

  /** `point(key or null)` and `explain(key)` hear of the pointer. */
  constructor({ point, explain }) {
    this.point = point;
    this.explain = explain;
    this.title = bindText(h('h3'), 'decoder.scores_title', () => this.params || { query: '', head: '', layer: '' });
    this.element = takeable(
      h('section.card.masking', {}, this.title, hintScroll(this.scroll), this.note, this.root),
      () => this.numbers,
      { of: () => ({ part: this.part }) },
    );
    const turn = new PointerOrKeys();
    for (const type of ['pointermove', 'pointerdown'])
      this.table.addEventListener(type, (event) => {
        if (turn.follows(event)) this.point(keyOf(event));
      });
    this.table.addEventListener('pointerleave', (event) => {
      if (event.pointerType === 'mouse' && turn.follows(event)) this.point(null);
    });
    keysOf(this.scroll, {
      keys: 'ArrowLeft ArrowRight',
      says: 'keys.cells',
      act: ({ key }) => {
        turn.keyed();
        const next = this.key === null ? 0 : this.key + ARROWS[key][0];
        // Held at once: the next key may come before the page has drawn this one.
        this.key = Math.min(this.heads.length - 1, Math.max(0, next));
        this.heads[this.key].scrollIntoView({ block: 'nearest', inline: 'nearest' });
        this.point(this.key);
      },
    });
    keysOf(this.scroll, { keys: 'Enter', says: 'keys.arithmetic', act: () => this.explain(this.key) });
    this.scroll.addEventListener('blur', () => this.point(null));
    this.table.addEventListener('dblclick', (event) => {
      const key = keyOf(event);
      if (key !== null) this.explain(key);
    });
  }

  /** The keys of another part or sentence. */
  lay(axis) {
    this.heads = axis.pieces.map((piece, key) =>
      h('th', { scope: 'col', 'data-key': key, title: piece.text, translate: 'no' }, pieceElement(piece)),
    );
    this.cells = ROWS.map(() => axis.pieces.map((_, key) => h('td', { 'data-key': key, translate: 'no' })));
    this.table.replaceChildren(
      h('thead', {}, h('tr', {}, h('td'), ...this.heads)),
      h(
        'tbody',
        {},
        ...ROWS.map((row, i) =>
          h(`tr.${row}`, {}, bindText(h('th', { scope: 'row' }), `decoder.row_${row}`), ...this.cells[i]),
        ),
      ),
    );
  }

  /** Why it is divided: what the root does to this head's scores and weights; arrays of demo/sentence/views/decoder.py `scores`. */
  tellRoot({ spread, peak, undivided_peak: undivided }, head, d) {
    const told = derived(spread.data[head], (value) => value / Math.sqrt(d));
    this.root.innerHTML = html('decoder.root_effect', {
      d,
      spread: told.from,
      divided: told.said,
      peak: percent(peak.data[head]),
      undivided: percent(undivided.data[head]),
    });
  }

  numbers = null;
  /** @type {'encoder' | 'decoder' | 'cross' | undefined} */
  part;

  /** `scores` and `weights` are one head's rows for one query; null while the scores are on their way. masked(key) tells what is forbidden. */
  show({ scores, weights, masked, key, part, causal, params }) {
    this.params = params;
    this.part = part;
    this.key = key;
    this.numbers = scores && { scores, weights, masked: Array.from(weights, (_, i) => Boolean(masked?.(i))) };
    this.title.respeak();
    this.note.innerHTML = html(
      part === 'decoder' && causal
        ? 'decoder.scores_masked'
        : part === 'decoder'
          ? 'decoder.scores_lifted'
          : 'decoder.scores_open',
      params,
    );
    this.element.classList.toggle('unmasked', !(part === 'decoder' && causal));
    const forbidden = (i) => Boolean(masked?.(i)),
      decimals = scores && scoreDecimals(scores, weights, forbidden),
      printed = (i) => (scores ? fixed(scores[i], decimals) : '…');
    this.cells[0].forEach((cell, i) => {
      const off = forbidden(i);
      cell.textContent = printed(i);
      this.cells[1][i].textContent = off ? '−∞' : printed(i);
      this.cells[2][i].textContent = off ? '0' : percent(weights[i]);
      this.cells[1][i].classList.toggle('masked', off);
      this.cells[2][i].classList.toggle('masked', off);
      for (const one of [this.heads[i], cell, this.cells[1][i], this.cells[2][i]])
        one.classList.toggle('on', i === key);
    });
  }
}

function keyOf(event) {
  const key = closest(event, '[data-key]')?.dataset.key;
  return key === undefined ? null : Number(key);
}
