// How many patches? Each choice runs the real model on the same photo at another size; what it answered stays written on the choice.

import { classNames, nameOf, scoresOf } from '../core/class_names.js';
import { focusOn, h } from '../core/dom.js';
import { goTo } from '../core/history.js';
import { needsServer } from '../core/needs_server.js';
import { requestPhoto, atSize, sizesBefore } from '../core/photo_query.js';
import { state, update } from '../core/state.js';
import { digits, html, bindLabel, percent, bindText, t, whole } from '../core/text.js';
import { plusPrefix } from '../core/token_name.js';
import { asProblem, picture, view } from '../core/wire.js';

const SHOWN = 3;

export class Choices {
  known = new Map(); // what the model said, by look
  look;
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

  async setLook(look) {
    this.look = look;
    this.speak();
    try {
      const names = await classNames(look);
      if (look !== this.look) return;
      this.names = names;
      // The size on screen first, then those that were on screen before it.
      for (const size of [look.size, ...otherSizes(look)]) {
        if (look !== state.look) return;
        await this.learn(atSize(look, size));
        if (look === state.look) this.speak();
      }
    } catch (error) {
      update({ problem: asProblem(error) });
    }
  }

  async learn(look) {
    if (this.known.has(key(look))) return;
    const { facts, arrays } = await view('decision', look);
    this.known.set(
      key(look),
      Array.from(arrays.order.data.subarray(0, SHOWN), (c) => [
        c,
        facts.numbers ? null : arrays.probabilities.data[c],
        facts.numbers ? digits(arrays.logits.data[c]) : percent(arrays.probabilities.data[c]),
      ]),
    );
  }

  speak() {
    const { look } = this;
    if (!look) return;
    const focused = this.group.contains(document.activeElement)
      ? document.activeElement.getAttribute('data-size')
      : null;
    this.group.replaceChildren(...look.sizes.map((size) => this.button(size)));
    if (focused) focusOn(this.group, `[data-size="${focused}"]`);
    const here = {
      rows: look.rows,
      cols: look.cols,
      patches: look.rows * look.cols,
      prefix: plusPrefix(look),
      size: look.size,
      patch: look.patch,
      numbers: whole(3 * look.patch ** 2),
    };
    this.told.innerHTML = html('patches.size_run', here);
    this.other.innerHTML = html('patches.another_patch', here);
    const answers = this.known.get(key(look));
    if (!scoresOf(look)) this.answers.replaceChildren(h('li.none', {}, t('patches.no_classes')));
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
    this.answers.toggleAttribute('data-waiting', Boolean(scoresOf(look) && !answers));
  }

  button(size) {
    const { look } = this,
      side = size / look.patch,
      asked = size === look.size || otherSizes(look).includes(size),
      best = asked && this.known.get(key(atSize(look, size)))?.[0];
    const grid = h('span.mini', { 'aria-hidden': true, style: { backgroundImage: `url("${picture('seen', look)}")` } });
    grid.style.setProperty('--cells', String(side));
    const answer = !scoresOf(look)
      ? null
      : h('span.said', {}, best ? `${nameOf(this.names, best[0])} ${best[2]}` : t('patches.choice_not_run'));
    if (answer && !best) answer.classList.add('not-run');
    if (answer && asked && !best) answer.dataset.waiting = '';
    return h(
      'button.choice',
      {
        type: 'button',
        'data-size': size,
        'aria-pressed': String(size === look.size),
        onclick: () => requestPhoto({ size }),
      },
      grid,
      h('span.side', {}, `${side} × ${side}`),
      h(
        'span.count',
        {},
        t('patches.choice_words', {
          patches: side * side,
          prefix: look.prefix.length ? ` + ${look.prefix.length === 1 ? look.prefix[0] : look.prefix.length}` : '',
        }),
      ),
      h('span.pixels', {}, t('patches.choice_pixels', { size })),
      answer,
    );
  }
}

const key = ({ photo, model, size, change }) => [photo, model, size, change].join(' ');
/** Sizes that were on screen before, of those that are offered. */
const otherSizes = (look) => look.sizes.filter((size) => size !== look.size && sizesBefore().includes(size));
