// Every class the model can name, searchable in the page's language and in English; picking one shows how it got its probability.

import { h } from '../core/dom.js';
import { state } from '../core/state.js';
import { bindLabel, percent, bindText, t } from '../core/text.js';
import { englishOf, nameOf } from '../core/class_names.js';

export class ClassList {
  hold;
  element;
  entries;

  title = h('h3');
  search = bindLabel(
    h('input', { type: 'search', autocomplete: 'off', oninput: () => this.filter() }),
    'placeholder',
    'decision.search',
  );
  items = h('ul');
  none = bindText(h('p.note', { hidden: true, 'data-told': true }), 'decision.search_none');

  constructor(hold) {
    this.hold = hold;
    bindLabel(this.search, 'aria-label', 'decision.search');
    const close = h(
      'button.action',
      { type: 'button', onclick: () => this.element.close() },
      bindText(h('span'), 'decision.close'),
    );
    this.element = h(
      'dialog.class-list',
      {
        onclick: (event) => {
          if (event.target === this.element) this.element.close();
        },
      },
      h('div.class-list-head', {}, this.title, close, this.search),
      this.items,
      this.none,
    );
    bindLabel(this.element, 'aria-label', 'decision.list_label');
  }

  open({ facts, arrays }, names) {
    const alphabet = new Intl.Collator(state.lang).compare;
    const classes = Array.from({ length: facts.classes }, (_, index) => ({
      index,
      name: nameOf(names, index),
      english: englishOf(names, index),
    }));
    classes.sort((a, b) => alphabet(a.name, b.name));
    this.title.textContent = t('decision.list', { classes: facts.classes });
    this.entries = classes.map(({ index, name, english }) => ({
      searched: `${name} ${english}`.toLowerCase(),
      item: h(
        'li',
        {},
        h(
          'button',
          {
            type: 'button',
            onclick: () => {
              this.element.close();
              this.hold(index);
            },
          },
          h(
            'span.class-name',
            {},
            h('span.name', {}, name),
            english ? h('span.english', { lang: 'en' }, english) : null,
          ),
          h('span.probability', {}, percent(arrays.probabilities.data[index])),
        ),
      ),
    }));
    this.items.replaceChildren(...this.entries.map(({ item }) => item));
    this.search.value = '';
    this.filter();
    this.element.showModal();
    this.search.focus();
  }

  filter() {
    const wanted = this.search.value.trim().toLowerCase();
    for (const { searched, item } of this.entries) item.hidden = !searched.includes(wanted);
    this.none.hidden = this.entries.some(({ item }) => !item.hidden);
  }
}
