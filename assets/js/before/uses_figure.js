// The chain with its states alone, and under every step what could be read off it there.

import { pieceElement, piece } from '../core/pieces.js';
import { h } from '../core/dom.js';
import { percent } from '../core/text.js';
import { ChainFigure } from './chain_figure.js';

/** Most probable words under a step. */
const TOP = 3;

export class UsesFigure extends ChainFigure {
  /** @override */
  names() {
    return ['state'];
  }
  /** @override */
  curve() {
    return [];
  }
  /** @override */
  weigh() {}

  /**
   * The most probable words of every step of the decoder, the written one first among them as a rule.
   * @override
   */
  writtenWords() {
    const [sources, targets] = this.steps,
      { top_ids: ids, top } = this.arrays,
      { pieces, target_ids: written } = this.facts;
    const source = Array.from({ length: sources }, (_, step) => h('div.chain-foot.source', { 'data-step': step }));
    const target = Array.from({ length: targets }, (_, t) =>
      h(
        'div.chain-foot.top-words',
        { 'data-step': sources + t },
        ...Array.from({ length: TOP }, (__, k) => {
          const id = ids.data[t * TOP + k],
            share = top.data[t * TOP + k];
          return h(
            `div.top-word${id === written[t] ? '.taken' : ''}`,
            {},
            pieceElement(piece(pieces[id])),
            h('span.share', {}, percent(share)),
          );
        }),
      ),
    );
    return [...source, ...target];
  }
}
