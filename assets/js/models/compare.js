// Two models on one photo, layer and query: the look on screen, and a second one chosen here. What is pointed at in one is shown in both.

import { h, oncePerFrame } from '../core/dom.js';
import { follow, giveUp, newNumber } from '../core/following.js';
import { samePlace } from '../core/look.js';
import { state, update } from '../core/state.js';
import { has, html, label, say, t } from '../core/text.js';
import { asProblem, Problem, request } from '../core/wire.js';
import { stageWords } from '../frame/status.js';
import { megabytes } from './catalogue.js';
import { Side } from './side.js';

/** The layer of another model at the same share of its depth; of one as deep, the same. */
const sameDepth = (layer, from, to) => Math.min(to - 1, Math.max(0, Math.round(((layer + 1) / from) * to) - 1));

export class Compare {
  models = [];
  chosen = null; // { model, size } that the visitor chose; size 0 means the model's own
  second = null; // the look on the right
  pending = null; // { number, abort } of a second look under way
  element;
  first;

  pointer = { side: 0, query: null, key: null };
  sides = [0, 1].map(
    (side) =>
      new Side({
        preview: (query) => this.point({ side, query, key: null }),
        hold: (query) => update({ query: this.translate(query, side, 0) }),
        point: (key) => this.point({ side, query: null, key }),
        choose: (head) => {
          if (side === 0 || this.isOneModel()) update({ head });
          else this.repaint();
        },
      }),
  );
  model = label(
    h('select', { onchange: () => this.choose({ model: this.model.value, size: 0 }) }),
    'aria-label',
    'models.second_model',
  );
  sizes = label(h('div.segmented.sizes', { role: 'group' }), 'aria-label', 'strip.sizes');
  layer = h('strong.compare-layer');
  status = h('span.compare-status', { role: 'status' });
  cancel = h(
    'button.action',
    { type: 'button', hidden: true, onclick: () => this.stop(new Problem('cancelled')) },
    say(h('span'), 'strip.cancel'),
  );
  repaint = oncePerFrame(() => this.paint());

  constructor() {
    const step = (by, sign) =>
      label(
        h('button.action', { type: 'button', onclick: () => stepLayer(by) }, sign),
        'aria-label',
        by < 0 ? 'attention.layer_back' : 'attention.layer_on',
      );
    this.element = h(
      'section.compare',
      {},
      say(h('h3'), 'models.compare'),
      h(
        'div.compare-bar',
        {},
        step(-1, '←'),
        this.layer,
        step(1, '→'),
        h('label.compare-choice', {}, say(h('span'), 'models.second_model'), this.model),
        this.sizes,
        this.status,
        this.cancel,
      ),
      h('div.sides', {}, ...this.sides.map(({ element }) => element)),
      say(h('p.note'), 'models.compare_try'),
    );
  }

  load(models) {
    this.models = models.filter(({ task }) => task !== 'translation');
    this.controls();
  }

  /** The first look is another one, or the screen came back: bring both sides up to date. */
  async show() {
    const { look } = state;
    if (this.first !== look) {
      this.first = look;
      this.drawFirst();
      this.ask();
    } else {
      this.showLayer();
    }
  }

  choose(chosen) {
    this.chosen = chosen;
    this.ask();
  }

  /** What is wanted on the right: what was chosen, else the same model at another size. */
  wanted() {
    const { model, size, sizes } = state.look;
    if (this.chosen && !(this.chosen.model === model && this.chosen.size === size)) return this.chosen;
    const others = sizes.filter((other) => other !== size);
    const near = others.reduce(
      (best, other) => (Math.abs(other - size / 2) < Math.abs(best - size / 2) ? other : best),
      others[0] ?? size,
    );
    return { model, size: near };
  }

  async ask() {
    if (this.pending) giveUp(this.pending.number, this.pending.abort);
    const pending = { number: newNumber(), abort: new AbortController(), ...this.wanted() };
    this.pending = pending;
    this.tell(t('strip.stage_start'));
    this.controls();
    follow(pending.number, {
      wanted: () => this.pending === pending,
      told: (stage) => this.tell(stageWords(stage)),
      failed: (problem) => {
        if (this.pending === pending) this.stop(problem);
      },
    });
    try {
      const query = new URLSearchParams({
        photo: state.look.photo,
        model: pending.model,
        size: pending.size,
        request: pending.number,
      });
      const second = await (await request(`facts?${query}`, { signal: pending.abort.signal })).json();
      if (this.pending !== pending) return;
      this.pending = null;
      this.second = second;
      const card = this.models.find(({ name }) => name === second.model);
      if (card) card.here = true;
      this.tell('');
      this.controls();
      this.drawSecond();
    } catch (error) {
      if (this.pending === pending) this.stop(asProblem(error));
    }
  }

  /** Give the second look up, or tell why there is none; what was on the right stays. */
  stop(problem) {
    const { pending } = this;
    this.pending = null;
    pending?.abort.abort();
    if (pending && problem.code === 'cancelled') giveUp(pending.number);
    if (this.second) this.chosen = { model: this.second.model, size: this.second.size };
    this.controls();
    this.status.innerHTML = html(
      has(`error.${problem.code}`) ? `error.${problem.code}` : 'error.other',
      problem.params,
    );
    this.status.classList.toggle('problem', problem.code !== 'cancelled');
  }

  tell(words) {
    this.status.classList.remove('problem');
    this.status.textContent = words;
    this.cancel.hidden = !words;
  }

  async drawFirst() {
    await this.draw(0, state.look, state.layer);
  }

  async drawSecond() {
    const { second } = this;
    // A second look of another photo is on its way out.
    if (second && second.photo === state.look.photo)
      await this.draw(1, second, sameDepth(state.layer, state.look.layers, second.layers));
  }

  async draw(side, look, layer) {
    const wanted = () =>
      side
        ? this.second === look && sameDepth(state.layer, state.look.layers, look.layers) === layer
        : state.look === look && state.layer === layer;
    try {
      if (await this.sides[side].load(look, layer, wanted)) this.paint();
    } catch (error) {
      if (wanted()) this.stop(asProblem(error));
    }
  }

  showLayer() {
    this.controls();
    this.drawFirst();
    this.drawSecond();
  }

  /** Only the heads of one and the same model have the same numbers. */
  isOneModel() {
    return this.second?.model === state.look.model;
  }

  /** A token of one side as the token of another at the same place. */
  translate(token, from, to) {
    if (token === null || from === to) return token;
    const looks = this.sides.map(({ look }) => look);
    return looks[0] && looks[1] ? samePlace(token, looks[from], looks[to]) : token;
  }

  point(pointer) {
    this.pointer = pointer;
    this.repaint();
  }

  paint() {
    const { side, query, key } = this.pointer;
    for (const half of this.isOneModel() ? this.sides : [this.sides[0]]) half.head = state.head;
    this.sides.forEach((half, i) => {
      if (!half.look || (i === 0 && half.look !== state.look)) return;
      const asked = query === null ? this.translate(state.query, 0, i) : this.translate(query, side, i);
      half.paint(Math.min(asked, half.look.tokens - 1), this.translate(key, side, i));
    });
  }

  controls() {
    const { look } = state;
    if (!look) return;
    const wanted = this.pending || this.second || this.wanted(),
      shown = this.second?.model === wanted.model ? this.second : wanted.model === look.model ? look : null;
    this.layer.textContent = t('attention.layer', { layer: state.layer + 1, layers: look.layers });
    const option = (model) =>
      h(
        'option',
        { value: model.name },
        model.here ? model.name : t('models.option_download', { name: model.name, size: megabytes(model.bytes) }),
      );
    const usable = this.models.filter((model) => !model.problem);
    this.model.replaceChildren(
      h('optgroup', { label: t('strip.models_here') }, ...usable.filter(({ here }) => here).map(option)),
      h('optgroup', { label: t('strip.models_download') }, ...usable.filter(({ here }) => !here).map(option)),
    );
    this.model.value = wanted.model;
    this.sizes.replaceChildren(
      ...(shown?.sizes || []).map((size) =>
        h(
          'button',
          {
            type: 'button',
            'aria-pressed': String(size === wanted.size),
            title: `${size} × ${size} px`,
            onclick: () => this.choose({ model: wanted.model, size }),
          },
          `${size / shown.patch}×${size / shown.patch}`,
        ),
      ),
    );
    this.cancel.hidden = !this.pending;
  }

  speak() {
    this.controls();
    this.sides.forEach((side) => side.speak());
    this.paint();
  }
}

function stepLayer(by) {
  update({ layer: Math.min(state.look.layers - 1, Math.max(0, state.layer + by)) });
}
