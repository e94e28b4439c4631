// One half of the comparison: a model's photo with its query, all heads of one layer, and its best classes.

import { takeable } from '../core/figure.js';
import { patchAxis } from '../core/axes.js';
import { classNames, nameOf, scoresOf } from '../core/class_names.js';
import { h } from '../core/dom.js';
import { explain } from '../core/explain.js';
import { seenPicture } from '../core/seen.js';
import { digits, html, bindLabel, percent, t } from '../core/text.js';
import { headCaption, tokenName } from '../core/token_name.js';
import { view } from '../core/wire.js';
import { HeadGrid } from '../instrument/heads.js';
import { Legend } from '../instrument/legend.js';
import { makePicker } from '../instrument/picker.js';
import { NO_KEYS } from '../instrument/scale.js';

const CLASSES = 3;

export class Side {
  events;
  head = 0;
  legend;
  grid;
  element;
  photoQuery;
  layer;
  pattern;
  ahead;
  decision;
  names;
  picker;
  query;
  key;

  photo = h('div.side-photo');
  heads = h('div.heads');
  title = h('h4', { translate: 'no' });
  layerName = h('span.side-layer');
  reading = h('p.note.side-reading');
  classes = h('ol.side-classes');

  /** events: held() as a token of this side, preview(token or null), hold(token), point(key or null), choose(head). */
  constructor(events) {
    this.events = events;
    this.legend = new Legend();
    this.grid = new HeadGrid(this.heads, {
      name: (head) => t('attention.head', { head: head + 1 }),
      caption: (head, row, peak, query) =>
        headCaption(this.photoQuery, this.ahead[head * this.photoQuery.tokens + query], peak),
      point: (key) => this.events.point(key),
      choose: (head) => {
        this.head = head;
        this.events.choose(head);
      },
      explain: (head) =>
        explain(`blocks.${this.layer}.attn.pattern`, [head, this.query, this.key], { photoQuery: this.photoQuery }),
    });
    this.element = takeable(
      h(
        'section.side',
        {},
        h('header.side-head', {}, this.title, this.layerName, this.legend.element),
        h(
          'div.side-body',
          {},
          h('div.side-left', {}, this.photo, this.reading),
          h('div.side-right', {}, this.heads, this.classes),
        ),
      ),
      () => this.pattern,
    );
  }

  /** Whether what is wanted here is on its way. */
  set waits(does) {
    this.element.toggleAttribute('data-waiting', does);
  }

  /** Whether what stands here is not what was wanted, which could not be had. */
  set missed(is) {
    this.element.toggleAttribute('data-outdated', is);
  }

  /** Fetch what a photo query and a layer need; the old numbers stay until the new ones are there. Returns whether they were still wanted. */
  async load(photoQuery, layer, wanted) {
    this.waits = true;
    const [
      {
        arrays: { pattern, ahead },
      },
      decision,
      names,
    ] = await Promise.all([view('layer', photoQuery, { layer }), view('decision', photoQuery), classNames(photoQuery)]);
    if (!wanted()) return false;
    const isNew = this.photoQuery !== photoQuery;
    this.photoQuery = photoQuery;
    this.layer = layer;
    this.pattern = pattern;
    this.ahead = ahead.data;
    this.decision = decision;
    this.names = names;
    if (isNew) {
      const axis = patchAxis(photoQuery),
        seen = seenPicture(photoQuery);
      this.picker = makePicker(axis, seen, this.events);
      bindLabel(this.picker.surface, 'aria-label', 'attention.picker');
      this.photo.replaceChildren(this.picker.element);
      this.grid.lay(photoQuery.heads, axis, seen);
    }
    this.speak();
    return true;
  }

  speak() {
    if (!this.photoQuery) return;
    const {
      photoQuery,
      layer,
      decision: {
        facts,
        arrays: { order, probabilities, logits },
      },
      names,
    } = this;
    this.title.textContent = photoQuery.model;
    this.layerName.textContent = t('models.side_layer', {
      layer: layer + 1,
      layers: photoQuery.layers,
      size: photoQuery.size,
      tokens: photoQuery.tokens,
    });
    this.grid.rename();
    this.classes.replaceChildren(
      ...(scoresOf(facts)
        ? [...order.data.subarray(0, CLASSES)].map((index) =>
            facts.numbers
              ? row(nameOf(names, index), digits(logits.data[index]))
              : row(nameOf(names, index), percent(probabilities.data[index]), probabilities.data[index]),
          )
        : [h('li.note', {}, t('models.side_no_head'))]),
    );
  }

  /** Paint a query token of this side and outline a key; either may be null. */
  paint(query, key) {
    if (!this.photoQuery) return;
    this.query = query;
    this.key = key;
    this.picker.show({ query, key, hidden: NO_KEYS });
    const scale = this.grid.paint(this.pattern, query, { hidden: NO_KEYS, perHead: false, chosen: this.head });
    this.grid.pointAt(key);
    this.legend.show(scale[0]);
    const [, queries, keys] = this.pattern.shape,
      head = Math.min(this.head, this.photoQuery.heads - 1);
    const weight = key === null ? null : this.pattern.data[(head * queries + query) * keys + key];
    const words = {
      query: tokenName(query, this.photoQuery),
      head: head + 1,
      key: key === null ? '' : tokenName(key, this.photoQuery),
      weight: weight === null ? '' : percent(weight),
    };
    this.reading.innerHTML = html(key === null ? 'models.side_query' : 'models.side_key', words);
  }
}

/** What a pass says under a name; a share of one whole has a bar. */
function row(name, says, share = null) {
  return h(
    'li',
    {},
    h('span.class-name', {}, name),
    ...(share === null ? [] : [h('span.track', {}, h('span.fill', { style: { width: `${100 * share}%` } }))]),
    h('span.share', {}, says),
  );
}
