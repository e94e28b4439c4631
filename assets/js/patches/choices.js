// How many patches? Each choice runs the real model on the same photo at another size; what it answered stays written on the choice.

import { classNames, nameOf, scoresOf } from '../core/class_names.js';
import { focusOn, h } from '../core/dom.js';
import { goTo } from '../core/history.js';
import { needsServer } from '../core/needs_server.js';
import { requestPhoto, atSize, sizesBefore } from '../core/photo_query.js';
import { state, update } from '../core/state.js';
import { digits, html, bindLabel, percent, bindText, t, whole } from '../core/text.js';
import { plusPrefix } from '../core/token_name.js';
import { asProblem, pictureAddress, view } from '../core/wire.js';

const SHOWN = 3;

export class Choices {
  known = new Map(); // what the model said, by photo query
  photoQuery;
  names;

  group = h('div.sizes', { role: 'group' });
  told = h('p.told');
  answers = h('ol.answers', { 'data-told': true });
  other = h('p.note');
  // The course's picture is cut by a model of its own.
  notes = h(
    'button.action.to-notes',
    { type: 'button', onclick: () => goTo({ screen: 'notes' }) },
    bindText(h('span'), 'patches.notes'),
    ' →',
  );
  element = h(
    'section.choices',
    {},
    h('header', {}, bindText(h('h3'), 'patches.choices'), this.other),
    ...needsServer(this.group),
    this.notes,
  );
  answer = h('section.answer', {}, bindText(h('h3'), 'patches.prediction'), this.answers, this.told);

  constructor() {
    bindLabel(this.group, 'aria-label', 'patches.choices_group');
    bindLabel(this.answers, 'aria-label', 'patches.prediction');
  }

  async setPhotoQuery(photoQuery) {
    this.photoQuery = photoQuery;
    this.speak();
    try {
      const names = await classNames(photoQuery);
      if (photoQuery !== this.photoQuery) return;
      this.names = names;
      // The size on screen first, then those that were on screen before it.
      for (const size of [photoQuery.size, ...otherSizes(photoQuery)]) {
        if (photoQuery !== state.photoQuery) return;
        await this.learn(atSize(photoQuery, size));
        if (photoQuery === state.photoQuery) this.speak();
      }
    } catch (error) {
      update({ problem: asProblem(error) });
    }
  }

  async learn(photoQuery) {
    if (this.known.has(key(photoQuery))) return;
    const { facts, arrays } = await view('decision', photoQuery);
    this.known.set(
      key(photoQuery),
      Array.from(arrays.order.data.subarray(0, SHOWN), (c) => [
        c,
        facts.numbers ? null : arrays.probabilities.data[c],
        facts.numbers ? digits(arrays.logits.data[c]) : percent(arrays.probabilities.data[c]),
      ]),
    );
  }

  speak() {
    const { photoQuery } = this;
    if (!photoQuery) return;
    const focused = this.group.contains(document.activeElement)
      ? document.activeElement.getAttribute('data-size')
      : null;
    this.group.replaceChildren(...photoQuery.sizes.map((size) => this.button(size)));
    if (focused) focusOn(this.group, `[data-size="${focused}"]`);
    const here = {
      rows: photoQuery.rows,
      cols: photoQuery.cols,
      patches: photoQuery.rows * photoQuery.cols,
      prefix: plusPrefix(photoQuery),
      size: photoQuery.size,
      patch: photoQuery.patch,
      numbers: whole(3 * photoQuery.patch ** 2),
    };
    this.told.innerHTML = html('patches.size_run', here);
    this.other.innerHTML = html('patches.another_patch', here);
    const answers = this.known.get(key(photoQuery));
    if (!scoresOf(photoQuery)) this.answers.replaceChildren(h('li.none', {}, t('patches.no_classes')));
    else if (answers) {
      this.answers.replaceChildren(
        ...answers.map(([index, share, printed]) =>
          h(
            'li',
            {},
            h('span.name', {}, nameOf(this.names, index)),
            // A number without a class is no share of anything.
            share === null
              ? ''
              : h('span.bar', { 'aria-hidden': true }, h('span', { style: { width: `${share * 100}%` } })),
            h('span.share', {}, printed),
          ),
        ),
      );
    }
    this.answers.toggleAttribute('data-waiting', Boolean(scoresOf(photoQuery) && !answers));
  }

  button(size) {
    const { photoQuery } = this,
      side = size / photoQuery.patch,
      asked = size === photoQuery.size || otherSizes(photoQuery).includes(size),
      best = asked && this.known.get(key(atSize(photoQuery, size)))?.[0];
    const grid = h('span.mini', {
      'aria-hidden': true,
      style: { backgroundImage: `url("${pictureAddress('seen', photoQuery)}")` },
    });
    grid.style.setProperty('--cells', String(side));
    const answer = !scoresOf(photoQuery)
      ? null
      : h('span.said', {}, best ? `${nameOf(this.names, best[0])} ${best[2]}` : t('patches.choice_not_run'));
    if (answer && !best) answer.classList.add('not-run');
    if (answer && asked && !best) answer.dataset.waiting = '';
    return h(
      'button.choice',
      {
        type: 'button',
        'data-size': size,
        'aria-pressed': String(size === photoQuery.size),
        onclick: () => requestPhoto({ size }),
      },
      grid,
      h('span.side', {}, `${side} × ${side}`),
      h(
        'span.count',
        {},
        t('patches.choice_words', {
          patches: side * side,
          prefix: photoQuery.prefix.length
            ? ` + ${photoQuery.prefix.length === 1 ? photoQuery.prefix[0] : photoQuery.prefix.length}`
            : '',
        }),
      ),
      h('span.pixels', {}, t('patches.choice_pixels', { size })),
      answer,
    );
  }
}

const key = ({ photo, model, size, change }) => [photo, model, size, change].join(' ');
/** Sizes that were on screen before, of those that are offered. */
const otherSizes = (photoQuery) =>
  photoQuery.sizes.filter((size) => size !== photoQuery.size && sizesBefore().includes(size));
