// The attention instrument: one query, every head, every layer. The same for patches and for words.
//
// It holds the numbers it was given and repaints from them; it asks nobody for anything. Whoever owns it gives it axes, a layer's
// pattern and an atlas, and hears from it what the pointer and the keys chose.

import { announce } from '../core/announce.js';
import { leaders } from '../core/argmax.js';
import { onWidth, oncePerFrame } from '../core/dom.js';
import { html, percent, together } from '../core/text.js';
import { Atlas } from './atlas.js';
import { HeadGrid } from './heads.js';
import { makePicker } from './picker.js';
import { headPeaks } from './scale.js';

/** Say what is held to those who listen: the names of query and keys, and where. */
export const tellHeld = ({ query, head, layer, keys, weight }) =>
  announce(html('attention.told', { query, head: head + 1, layer: layer + 1, key: together(keys), weight }));

export class AttentionInstrument {
  boxes;
  events;
  preview = null;
  told = null;
  grid;
  atlas;
  atlasWidth;
  queryAxis;
  keyAxis;
  pattern;
  /** @type {{ query: number, pattern: { shape: number[], data: Float32Array } } | null} one query's row of the pattern, while that is on its way */
  glance = null;
  layer;
  picker;
  peaks;
  scale;

  shown = { query: 0, layer: 0, head: 0, hidden: new Set(), perHead: false, masked: null };
  pointed = { key: null, head: null };
  repaint = oncePerFrame(() => this.paint());

  /**
   * held({ query, head, layer, keys, weight }) when another is held, with the keys that get most, as it is printed.
   * boxes: { picker, heads, atlas } elements to fill. words: { head(head), caption(head, row, peak, query), atlas(layer, head) }.
   * AtlasOf draws every head of every layer: Atlas for patches, MatrixAtlas for words.
   * events: hold(token), chosen() is [layer, head], choose(layer, head), cell(head, key) for a cell clicked, explain(head) for a double click, explainHead(layer, head) for one in the atlas, hover({ query, key, head, scale }) after every repaint.
   * @param {Record<'picker' | 'heads' | 'atlas', HTMLElement>} boxes
   * @param {Record<'head' | 'caption' | 'atlas', (...about: any[]) => string>} words
   * @param {Record<string, (...about: any[]) => void>} events
   * @param {typeof Atlas | typeof import('./matrix_atlas.js').MatrixAtlas} AtlasOf
   */
  constructor(boxes, words, events, AtlasOf = Atlas) {
    this.boxes = boxes;
    this.events = events;
    this.grid = new HeadGrid(boxes.heads, {
      name: words.head,
      caption: words.caption,
      choose: (head) => {
        events.choose(this.shown.layer, head);
        if (this.pointed.head === head && this.pointed.key !== null) events.cell?.(head, this.pointed.key);
      },
      explain: events.explain && ((head) => events.explain(head)),
      point: (key, head) => {
        this.pointed = { key, head };
        this.repaint();
      },
    });
    this.atlas = new AtlasOf({
      held: events.chosen,
      choose: events.choose,
      explain: (layer, head) => events.explainHead?.(layer, head),
      hover: (layer, head) => {
        this.boxes.atlas.title = layer === null ? '' : words.atlas(layer, head);
      },
    });
    boxes.atlas.append(this.atlas.element);
    // Widths are remembered: asking for one in a frame that has already written would lay the page out twice.
    onWidth(boxes.atlas, (width) => {
      this.atlasWidth = width;
      this.repaint();
    });
  }

  /** What rows and columns of the matrices stand for; `picture` is the address of the photo under patches. */
  setAxes(queryAxis, keyAxis, heads, picture) {
    this.queryAxis = queryAxis;
    this.keyAxis = keyAxis;
    this.pattern = null;
    this.glance = null;
    this.layer = null;
    this.preview = null;
    this.told = null;
    this.pointed = { key: null, head: null };
    this.picker = makePicker(queryAxis, picture, {
      held: () => this.shown.query,
      preview: (token) => {
        this.preview = token;
        this.repaint();
      },
      hold: (token) => {
        this.preview = null;
        this.events.hold(token);
      },
    });
    this.atlas.forget();
    this.boxes.picker.replaceChildren(this.picker.element);
    this.grid.lay(heads, keyAxis, picture);
  }

  /** What one query looks at { shape: [H, S], data }: it is shown, and no other, until the pattern of the layer is here. */
  setGlance({ shape: [heads, keys], data }, query, layer) {
    this.glance = { query, pattern: { shape: [heads, 1, keys], data } };
    this.layer = layer;
    this.repaint();
  }

  /** A layer's pattern { shape: [H, T, S], data }, and which layer it is. */
  setPattern(pattern, layer) {
    this.pattern = pattern;
    this.glance = null;
    this.layer = layer;
    this.peaks = null;
    this.repaint();
  }

  setAtlas(payload) {
    this.atlas.load(payload);
    this.repaint();
  }

  /** Change what is held: any of query, layer, head, hidden, perHead, and masked(query, key), what may not be attended to. */
  show(change) {
    Object.assign(this.shown, change);
    this.repaint();
  }

  /** Another figure of the same numbers is pointed at: a query, a key or both; null for what is not. */
  pointAt({ query = null, key = null }) {
    this.preview = query;
    this.pointed = { key, head: null };
    this.repaint();
  }

  /**
   * The weight that each head paints in the lightest colour. Over patches it follows the query; of words the whole matrix is on
   * screen, so it is the layer's largest, or the head's.
   */
  scaleOf() {
    const { hidden, perHead } = this.shown;
    if (this.keyAxis.kind !== 'words') return undefined;
    if (!this.peaks || this.peaks.hidden !== hidden) this.peaks = { hidden, of: headPeaks(this.pattern, hidden) };
    const largest = Math.max(...this.peaks.of);
    return perHead ? this.peaks.of : this.peaks.of.map(() => largest);
  }

  /** The query on screen: the one under the pointer, else the one held. */
  get query() {
    return this.glance?.query ?? this.preview ?? this.shown.query;
  }

  /** The weights that are here, and which of their rows is a query's; null while there are none. */
  rowsOf(query) {
    if (this.pattern) return { pattern: this.pattern, at: query };
    return this.glance && { pattern: this.glance.pattern, at: 0 };
  }

  /** A head's weights for a query, in the layer on screen. */
  row(head, query) {
    const { pattern, at } = this.rowsOf(query),
      [, queries, keys] = pattern.shape,
      row = head * queries + at;
    return pattern.data.subarray(row * keys, (row + 1) * keys);
  }

  /** A weight of the layer on screen. */
  weight(head, query, key) {
    return this.row(head, query)[key];
  }

  /** What is held now, unless it was told already or its layer is still on its way. */
  tell() {
    const { layer, head, query } = this.shown,
      now = `${layer} ${head} ${query}`;
    if (!this.pattern || this.layer !== layer || this.told === now) return;
    const begins = this.told === null;
    this.told = now;
    if (begins) return;
    const { equals, printed } = leaders(this.row(head, query), percent);
    this.events.held({ query, head, layer, keys: equals, weight: printed });
  }

  paint() {
    if (!this.queryAxis) return;
    const { layer, head, hidden, perHead, masked } = this.shown,
      { query } = this,
      { key } = this.pointed;
    this.picker.show({ query, key: this.keyAxis === this.queryAxis ? key : null, hidden });
    const rows = this.rowsOf(query);
    if (rows) {
      this.scale = this.grid.paint(rows.pattern, rows.at, {
        hidden,
        perHead,
        chosen: head,
        masked,
        peak: this.scaleOf(),
      });
      this.grid.pointAt(key);
    }
    if (this.atlasWidth) this.atlas.paint(this.atlasWidth, { query, layer, head, perHead });
    this.tell();
    this.events.hover({ query, key, head: this.pointed.head ?? head, scale: this.scale });
  }
}
