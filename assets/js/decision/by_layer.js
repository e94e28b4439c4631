// Between the layers and the class: what the class head would say of the stream before the first layer and after each, with the last norm before it.

import { argmax } from '../core/argmax.js';
import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { listKeys } from '../core/keys.js';
import { update } from '../core/state.js';
import { digits, html, isolated, percent, bindText } from '../core/text.js';
import { nameOf } from '../core/class_names.js';

/** How many classes the reading of a layer names. */
const NAMED = 3;

export class ByLayer {
  shown = null;
  pointed = null;
  rows = [];

  list = listKeys(h('ol.layer-rows', { onpointerleave: () => this.point(null) }));
  story = h('p');
  reading = h('p.readout', { 'data-told': true });
  title = bindText(h('h3'), () => (this.bare ? 'decision.layers_title_number' : 'decision.layers_title'));
  best = bindText(h('span'), 'decision.layers_best');
  head = bindText(
    h('span.of-held'),
    () => (this.bare ? 'decision.layers_held_number' : 'decision.layers_held'),
    () => ({ name: this.name() }),
  );
  element = takeable(
    h(
      'section.by-layer.card',
      {},
      this.title,
      this.story,
      h(
        'div.layer-row.layers-head',
        { 'aria-hidden': true },
        bindText(h('span'), 'decision.layers_after'),
        this.best,
        this.head,
      ),
      this.list,
      this.reading,
      bindText(h('p.note'), 'decision.layers_not'),
    ),
    () => this.shown?.payload,
  );

  /** Whether the head gives numbers and names no class: of a layer stands only what it gives for the one that is held. */
  get bare() {
    return Boolean(this.shown?.photoQuery.numbers);
  }

  name() {
    return this.shown ? nameOf(this.shown.names, this.shown.index) : '';
  }

  /** Another photo query or class: a payload of demo/photo/views/decision.py `layers`, names of the classes, the class whose bars are drawn, the layer that is held. */
  show(shown) {
    this.shown = shown;
    const { payload, names, index, layer, photoQuery } = shown,
      { bare } = this,
      [all, classes] = this.scores(payload).shape;
    while (this.rows.length > all) this.rows.pop().item.remove();
    while (this.rows.length < all) this.list.append(this.row(this.rows.length).item);
    this.rows.forEach((row, at) => {
      const shares = this.sharesOf(at),
        best = argmax(shares);
      row.item.classList.toggle('agrees', !bare && best === index);
      row.button.setAttribute('aria-pressed', String(at === layer + 1));
      row.place.innerHTML = at ? html('decision.layers_place', { layer: at }) : html('decision.layers_first');
      row.best.textContent = bare ? '' : nameOf(names, best);
      row.share.textContent = bare ? '' : percent(shares[best]);
      row.fill.style.width = bare ? '0' : `${100 * shares[index]}%`;
      row.own.textContent = bare ? digits(shares[index]) : percent(shares[index]);
    });
    this.element.classList.toggle('bare', bare);
    this.title.respeak();
    this.best.hidden = bare;
    this.head.respeak();
    this.story.innerHTML = html(bare ? 'decision.layers_story_number' : 'decision.layers_story', {
      layers: photoQuery.layers,
      classes,
      parts: shown.parts.join(' + '),
      since: Math.max(1, this.since()),
    });
    this.read();
  }

  /** After which layer the class of the model's answer leads and goes on leading. */
  since() {
    const last = this.rows.length - 1,
      answer = argmax(this.sharesOf(last));
    let at = last;
    while (at > 0 && argmax(this.sharesOf(at - 1)) === answer) at--;
    return at;
  }

  /** What the head makes of every layer [L + 1, C]: probabilities, or its bare numbers. */
  scores({ arrays }) {
    return this.bare ? arrays.numbers : arrays.probabilities;
  }

  sharesOf(at) {
    const {
      data,
      shape: [, classes],
    } = this.scores(this.shown.payload);
    return data.subarray(at * classes, (at + 1) * classes);
  }

  /** The layer under the pointer or the focus; null for the one that is held. */
  point(at) {
    this.pointed = at;
    if (this.shown) this.read();
  }

  read() {
    const { names, layer, parts } = this.shown,
      first = parts.join() === 'CLS' ? 'decision.layers_reading_cls' : 'decision.layers_reading_first',
      at = Math.min(this.pointed ?? layer + 1, this.rows.length - 1),
      shares = this.sharesOf(at);
    this.reading.innerHTML = html(at ? 'decision.layers_reading' : first, {
      layer: at,
      best: (this.bare ? [...shares.keys()].slice(0, NAMED) : bestOf(shares, NAMED))
        .map((one) => `${isolated(nameOf(names, one))} ${(this.bare ? digits : percent)(shares[one])}`)
        .join(', '),
    });
  }

  row(at) {
    const row = { place: h('span.place') };
    for (const part of ['best', 'share', 'own', 'fill']) row[part] = h(`span.${part}`, { translate: 'no' });
    row.button = h(
      'button.layer-row',
      {
        type: 'button',
        onclick: () => at && update({ layer: at - 1 }),
        onfocus: () => this.point(at),
        onblur: () => this.point(null),
        // Of a mouse that lies still where a row comes to lie nothing is pointed at.
        onpointermove: () => this.pointed === at || this.point(at),
      },
      row.place,
      row.best,
      row.share,
      h('span.track', {}, row.fill),
      row.own,
    );
    row.item = h('li', {}, row.button);
    this.rows.push(row);
    return row;
  }
}

/** The classes of the largest shares, in order. */
function bestOf(shares, count) {
  const best = [];
  for (let i = 0; i < shares.length; i++) {
    let place = best.length;
    while (place > 0 && shares[i] > shares[best[place - 1]]) place--;
    if (place < count) {
      best.splice(place, 0, i);
      if (best.length > count) best.pop();
    }
  }
  return best;
}
