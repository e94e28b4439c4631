// The stations of the photo: its patches, where they lie, what a block adds, who looks at whom, the answer. Each shows bytes that its screen asks for, or a row of them.

import { patchAxis } from '../core/axes.js';
import { classNames, nameOf } from '../core/class_names.js';
import { signed } from '../core/colours.js';
import { h, ink } from '../core/dom.js';
import { patchSize } from '../core/photo_grid.js';
import { state } from '../core/state.js';
import { digits, perCent, percent, t } from '../core/text.js';
import { plusPrefix, tokenName } from '../core/token_name.js';
import { picture, view } from '../core/wire.js';
import { rowPeak } from '../instrument/scale.js';
import { PatchTile } from '../instrument/tiles.js';
import { placeOfToken } from '../position/places.js';
import { Stop } from './stop.js';

const BEST = 5;
const NOTHING = new Set();

/** The photo, taken apart. */
class Patches extends Stop {
  shown = null;

  constructor() {
    super('patches', 'patches.title', () => ({ screen: 'patches' }));
    this.picture.append(this.draws((...given) => this.paint(...given)));
  }

  async load(look, wanted) {
    const image = new Image();
    image.src = picture('seen', look);
    await image.decode();
    if (!wanted()) return;
    this.shown = { look, image };
    this.redraw();
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { look } = this.shown;
    this.tell(String(look.tokens), 'start.what_patches', { ...look, prefix: plusPrefix(look) });
  }

  /** As large as fits, with the paper between the patches. */
  paint(context, width, height) {
    if (!this.shown) return;
    const {
      look: { rows, cols },
      image,
    } = this.shown;
    const side = Math.min(width - 16, ((height - 16) * cols) / rows),
      tall = (side * rows) / cols,
      [w, patchTall] = patchSize({ rows, cols }, side, tall);
    const gap = Math.max(0.8, w * 0.09),
      [left, top] = [(width - side) / 2, (height - tall) / 2];
    const [fromW, fromTall] = [image.naturalWidth / cols, image.naturalHeight / rows];
    for (let row = 0; row < rows; row++)
      for (let col = 0; col < cols; col++)
        context.drawImage(
          image,
          col * fromW,
          row * fromTall,
          fromW,
          fromTall,
          left + col * w + gap / 2,
          top + row * patchTall + gap / 2,
          w - gap,
          patchTall - gap,
        );
  }
}

/** How alike the position of one place is to all others. */
class Position extends Stop {
  shown = null;

  constructor() {
    super('position', 'position.title', () => ({ screen: 'position' }));
    this.picture.append(this.draws((...given) => this.paint(...given)));
  }

  async load(look, wanted) {
    // Of the model and the size alone, as its screen asks for it.
    const { facts, arrays } = await view('similarity', { photo: '', model: look.model, size: look.size });
    if (!wanted()) return;
    this.shown = { look, facts, data: arrays.similarity.data };
    this.show();
  }

  show() {
    this.redraw();
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { rows, cols } = this.shown.facts;
    this.tell(`${rows} × ${cols}`, 'start.what_position');
  }

  paint(context, width, height) {
    if (!this.shown) return;
    const {
      look,
      data,
      facts: { rows, cols, step },
    } = this.shown;
    const place = placeOfToken(look, state.query),
      [row, col] = [Math.floor(place / cols / step), Math.floor((place % cols) / step)],
      map = row * Math.ceil(cols / step) + col;
    const side = Math.min(width - 16, ((height - 16) * cols) / rows),
      tall = (side * rows) / cols,
      [left, top] = [(width - side) / 2, (height - tall) / 2];
    context.imageSmoothingEnabled = false;
    context.drawImage(
      signed(data.subarray(map * rows * cols, (map + 1) * rows * cols), cols, rows, 1),
      left,
      top,
      side,
      tall,
    );
    context.strokeStyle = ink('query');
    context.lineWidth = 2;
    context.strokeRect(
      left + ((col * step) / cols) * side,
      top + ((row * step) / rows) * tall,
      side / cols,
      tall / rows,
    );
  }
}

/** What attention and MLP add to the token that is held, in every layer, as shares of what is there. */
class Block extends Stop {
  shown = null;

  constructor() {
    super('block', 'block.title', () => ({ screen: 'block' }));
    this.picture.append(this.draws((...given) => this.paint(...given)));
  }

  async load(look, wanted) {
    const { arrays } = await view('contributions', look);
    if (!wanted()) return;
    this.shown = { look, arrays };
    this.show();
  }

  show() {
    this.redraw();
    this.speak();
  }

  /** A share of the token that is held, by layer. */
  at(name, layer) {
    const { look, arrays } = this.shown;
    return arrays[name].data[layer * look.tokens + Math.min(state.query, look.tokens - 1)];
  }

  speak() {
    if (!this.shown) return;
    const { look } = this.shown,
      layer = Math.min(state.layer, look.layers - 1);
    const [attention, mlp] = ['attention_share', 'mlp_share'].map((name) =>
      perCent(digits(100 * this.at(name, layer))),
    );
    this.tell(`+${attention} +${mlp}`, 'start.what_block', {
      name: tokenName(Math.min(state.query, look.tokens - 1), look),
      layer: layer + 1,
    });
  }

  paint(context, width, height) {
    if (!this.shown) return;
    const { layers } = this.shown.look,
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

/** The heads of the layer that is chosen, on the photo. */
class Attention extends Stop {
  shown = null;
  tiles = h('span.start-heads');

  constructor() {
    super('attention', 'attention.title', () => ({ screen: 'attention' }));
    this.picture.append(this.tiles);
  }

  async load(look, wanted) {
    const layer = Math.min(state.layer, look.layers - 1),
      query = Math.min(state.query, look.tokens - 1),
      seen = picture('seen', look);
    const { arrays } = await view('glance', look, { layer, query });
    if (!wanted()) return;
    const axis = patchAxis(look),
      rows = Array.from({ length: look.heads }, (_, head) =>
        arrays.pattern.data.subarray(head * look.tokens, (head + 1) * look.tokens),
      );
    const peaks = rows.map((row) => rowPeak(row, NOTHING, axis.first)),
      scale = Math.max(...peaks);
    this.tiles.style.setProperty('--across', String(look.heads > 8 ? 4 : look.heads > 4 ? 3 : 2));
    this.tiles.replaceChildren(
      ...rows.map((row) => {
        const tile = new PatchTile(axis, seen);
        tile.paint(row, scale, NOTHING);
        return tile.element;
      }),
    );
    this.shown = { look, layer, query, peaks };
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { look, layer, query, peaks } = this.shown,
      best = peaks.indexOf(Math.max(...peaks));
    this.tell(t('start.heads', { layers: look.layers, heads: look.heads }), 'start.what_attention', {
      name: tokenName(query, look),
      layer: layer + 1,
      head: best + 1,
      peak: percent(peaks[best]),
    });
  }
}

/** The classes that lead. */
class Decision extends Stop {
  shown = null;
  bars = h('span.start-bars');

  constructor() {
    super('decision', 'decision.title', () => ({ screen: 'decision' }));
    this.picture.append(this.bars);
  }

  async load(look, wanted) {
    const [{ facts, arrays }, names] = await Promise.all([view('decision', look), classNames(look)]);
    if (!wanted()) return;
    this.shown = { facts, names, shares: arrays.probabilities.data, best: [...arrays.order.data.subarray(0, BEST)] };
    this.speak();
  }

  speak() {
    if (!this.shown) return;
    const { facts, names, shares, best } = this.shown;
    this.bars.replaceChildren(
      ...best.map((index) =>
        h(
          'span.start-bar',
          {},
          h('span.class-name', { translate: 'no' }, nameOf(names, index)),
          h('span.track', {}, h('span.fill', { style: { width: `${100 * shares[index]}%` } })),
        ),
      ),
    );
    if (!best.length) this.tell('', 'start.what_decision_none');
    else
      this.tell(percent(shares[best[0]]), 'start.what_decision', {
        name: nameOf(names, best[0]),
        classes: facts.classes,
      });
  }
}

export const photoStops = () => [new Patches(), new Position(), new Block(), new Attention(), new Decision()];
