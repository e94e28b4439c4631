// What could have been written at the step held: the most probable words as bars, the one that was, and the rest in one line.

import { takeable } from '../core/figure.js';
import { leaders } from '../core/argmax.js';
import { h } from '../core/dom.js';
import { listKeys } from '../core/keys.js';
import { piece, pieceElement, pieceName } from '../core/pieces.js';
import { isRecorded } from '../core/recorded.js';
import { shareAxis } from '../core/share_axis.js';
import { state, update } from '../core/state.js';
import { digits, html, percent, bindText, t, whole } from '../core/text.js';

const FEW = 10;

export class NextWords {
  force;
  rows = [];
  element;
  sentence;
  steps;
  step;
  drawn;

  numbers = null;
  title = h('h3');
  more = h('button.action', {
    type: 'button',
    'aria-expanded': 'false',
    onclick: () => update({ manyWords: !state.manyWords }),
  });
  why = h('p.note.why', { 'data-told': true });
  list = listKeys(h('ol.word-rows'));
  rest = h('p.rest');
  legend = bindText(h('p.note.two-bars', { hidden: true }), 'translation.two_bars');

  /** forcing: where a word is typed (forcing.js); force(id): write another word at this step. */
  constructor(forcing, force) {
    this.force = force;
    const head = h('div.next-words-head', {}, this.title, forcing.element, this.more);
    this.element = takeable(
      h(
        'section.next-words',
        {},
        head,
        forcing.field.told,
        forcing.told,
        forcing.field.offers,
        this.legend,
        h('div.word-row.head', { 'aria-hidden': true }, h('span'), h('span'), shareAxis(), h('span')),
        this.list,
        this.rest,
        this.why,
      ),
      () => this.numbers,
      { at: head },
    );
  }

  /** steps: the view "steps"; drawn: whether words were drawn by lot from another distribution than the model's. */
  show(sentence, steps, step, drawn) {
    this.sentence = sentence;
    this.steps = steps;
    this.numbers = steps;
    this.step = step;
    this.drawn = drawn && step >= sentence.prefix.length;
    this.draw();
  }

  draw() {
    const {
        sentence,
        steps: { arrays, facts },
        step,
        drawn,
      } = this,
      many = state.manyWords,
      k = arrays.ids.shape[1];
    const top = Math.min(many ? k : FEW, k),
      from = step * k,
      chosen = sentence.target_ids[step];
    const entries = Array.from({ length: top }, (_, i) => ({
      rank: i,
      id: arrays.ids.data[from + i],
      share: arrays.shares.data[from + i],
      weighed: arrays.weighed.data[from + i],
      apart: false,
    }));
    let others = facts.vocabulary - top;
    if (!entries.some(({ id }) => id === chosen)) {
      const written = {
        rank: arrays.rank.data[step],
        id: chosen,
        share: arrays.chosen_share.data[step],
        weighed: arrays.chosen_weighed.data[step],
        apart: true,
      };
      entries.push(written);
      others -= 1;
    }
    // What the listed words leave over, of the distribution whose bars stand above.
    const rest = (kind) =>
      Math.max(
        0,
        entries.reduce((left, entry) => left - entry[kind], 1),
      );
    // Where every word that could be drawn is listed, all others are cut off: what rounding leaves over is no share of theirs.
    const allListed = entries.filter(({ weighed }) => weighed > 0).length === arrays.choices.data[step];
    while (this.rows.length < entries.length) this.rows.push(this.row());
    // Rows are added and taken away at the end only: a row that is moved would lose the focus.
    while (this.list.children.length > entries.length) this.list.lastChild.remove();
    this.list.append(...this.rows.slice(this.list.children.length, entries.length).map(({ item }) => item));
    entries.forEach((entry, i) => this.fill(this.rows[i], entry, entry.id === chosen));
    this.element.classList.toggle('drawn', drawn);
    this.legend.hidden = !drawn;
    this.title.innerHTML = html('translation.next_title', { n: step + 1 });
    this.more.hidden = k <= FEW;
    this.more.setAttribute('aria-expanded', String(many));
    this.more.textContent = t('translation.show_words', { count: many ? FEW : k });
    this.rest.innerHTML = html(drawn ? 'translation.rest_drawn' : 'translation.rest', {
      others: whole(others),
      share: percent(rest('share')),
      entropy: digits(arrays.entropy.data[step]),
      most: digits(facts.most_entropy),
      drawn_share: percent(allListed ? 0 : rest('weighed')),
      drawn_entropy: digits(arrays.weighed_entropy.data[step]),
    });
    this.explain(chosen);
  }

  /** Why this word: it is not always the most probable. */
  explain(chosen) {
    const {
        sentence,
        steps: { arrays, facts },
        step,
        drawn,
      } = this,
      kind = sentence.how.split(':')[0],
      rank = arrays.rank.data[step];
    const first = piece(facts.words[arrays.ids.data[step * arrays.ids.shape[1]]]),
      word = piece(facts.words[chosen]);
    const params = {
      word: pieceName(word),
      first: pieceName(first),
      rank: rank + 1,
      choices: whole(arrays.choices.data[step]),
      share: percent(arrays.chosen_weighed.data[step]),
    };
    let key = `translation.why_${kind}`;
    if (step < sentence.prefix.length) key = rank ? 'translation.why_given' : 'translation.why_given_first';
    else if (kind === 'beam' && rank === 0) key = 'translation.why_first';
    else if (kind === 'greedy' && rank > 0) key = 'translation.why_forbidden';
    const row = arrays.ids.shape[1],
      { equals } = leaders(arrays.shares.data.subarray(step * row, (step + 1) * row), percent),
      unseen = equals.length > 1 && rank < equals.length && kind !== 'sample';
    this.why.innerHTML = [html(key, params), unseen && html('translation.why_unseen')].filter(Boolean).join(' ');
    this.why.classList.toggle('surprising', rank > 0 || drawn);
  }

  fill(row, { rank, id, share, weighed, apart }, chosen) {
    const one = piece(this.steps.facts.words[id]);
    row.id = id;
    row.item.classList.toggle('apart', apart);
    row.item.classList.toggle('chosen', chosen);
    row.item.classList.toggle('cut', this.drawn && weighed === 0);
    row.rank.textContent = whole(rank + 1);
    row.name.replaceChildren(pieceElement({ ...one, text: pieceName(one) }));
    row.fill.style.width = `${100 * (this.drawn ? weighed : share)}%`;
    row.was.style.width = `${100 * share}%`;
    row.share.textContent = this.drawn && weighed === 0 ? t('translation.cut') : percent(this.drawn ? weighed : share);
    row.before.textContent = this.drawn ? percent(share) : '';
    row.mark.textContent = chosen ? t('translation.mark_chosen') : isRecorded() ? '' : t('translation.mark_force');
    const told = chosen ? 'translation.row_chosen' : isRecorded() ? null : 'translation.row_force';
    row.button.toggleAttribute('aria-description', told !== null);
    if (told) row.button.setAttribute('aria-description', t(told, { word: pieceName(one), share: percent(share) }));
  }

  row() {
    const row = { id: -1 };
    const span = (name) => {
      row[name] = h(`span.${name}`, { translate: 'no' });
      return row[name];
    };
    row.button = h(
      'button.word-row',
      { type: 'button', disabled: isRecorded(), onclick: () => this.force(row.id) },
      span('rank'),
      h('span.word-name', {}, span('name'), span('mark')),
      h('span.track', {}, span('was'), span('fill')),
      h('span.shares', {}, span('share'), span('before')),
    );
    row.item = h('li', {}, row.button);
    return row;
  }
}
