// The station “block”: what attention and MLP add to the token that is held, in every layer, as shares of what is there.

import { ink } from '../core/dom.js';
import { state } from '../core/state.js';
import { digits, perCent } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { view } from '../core/wire.js';
import { Stop } from './stop.js';

export class BlockStop extends Stop {
  shown = null;

  constructor() {
    super('block', 'block.title', () => ({ screen: 'block' }));
    this.picture.append(this.draws((...given) => this.paint(...given)));
  }

  async load(photoQuery, wanted) {
    const { arrays } = await view('contributions', photoQuery);
    if (!wanted()) return;
    this.shown = { photoQuery, arrays };
    this.redraw();
    this.speak();
  }

  /** A share of the token that is held, by layer. */
  at(name, layer) {
    const { photoQuery, arrays } = this.shown;
    return arrays[name].data[layer * photoQuery.tokens + Math.min(state.query, photoQuery.tokens - 1)];
  }

  speak() {
    if (!this.shown) return;
    const { photoQuery } = this.shown,
      layer = Math.min(state.layer, photoQuery.layers - 1);
    const [attention, mlp] = ['attention_share', 'mlp_share'].map((name) =>
      perCent(digits(100 * this.at(name, layer))),
    );
    this.tell(`+${attention} +${mlp}`, 'start.what_block', {
      name: tokenName(Math.min(state.query, photoQuery.tokens - 1), photoQuery),
      layer: layer + 1,
    });
  }

  paint(context, width, height) {
    if (!this.shown) return;
    const { layers } = this.shown.photoQuery,
      layer = Math.min(state.layer, layers - 1);
    const rows = Array.from({ length: layers }, (_, i) => [this.at('attention_share', i), this.at('mlp_share', i)]),
      most = Math.max(...rows.flat());
    const pad = 14,
      column = (width - 2 * pad) / layers,
      bar = Math.min(9, column * 0.36);
    rows.forEach((shares, i) => {
      const x = pad + i * column;
      if (i === layer) {
        context.fillStyle = ink('query-soft');
        context.fillRect(x, 6, column, height - 12);
      }
      shares.forEach((value, part) => {
        const tall = Math.max(1, (value / most) * (height - 2 * pad));
        context.fillStyle = ink(part ? 'residual' : 'ink');
        context.fillRect(x + column / 2 + (part ? 0.5 : -bar - 0.5), height - pad - tall, bar, tall);
      });
    });
  }
}
