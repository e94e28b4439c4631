// Two models on one photo, layer and query: the photo query on screen, and a second one chosen here. What is pointed at in one is shown in both.

import { h, oncePerFrame } from '../core/dom.js';
import { Questions } from '../core/questions.js';
import { layerButton } from '../core/layer_bar.js';
import { secondPhotoQuery, secondQuestion } from '../core/second_photo_query.js';
import { sameInput, samePlace, withPhotoChange } from '../core/photo_query.js';
import { state, update } from '../core/state.js';
import { html, bindLabel, problemKey, bindText, t, united } from '../core/text.js';
import { asProblem } from '../core/wire.js';
import { modelOptions } from '../frame/model_options.js';
import { stageWords } from '../frame/status.js';
import { megabytes } from './catalogue.js';
import { Side } from './side.js';

/** The layer of another model at the same share of its depth; of one as deep, the same. */
const sameDepth = (layer, from, to) => Math.min(to - 1, Math.max(0, Math.round(((layer + 1) / from) * to) - 1));

export class Compare {
  models = [];
  second = null; // the photo query on the right
  drawnAs = null; // `asPixels` of what is on the right
  asked = null; // the question for the one that is wanted there
  asking = false; // whether it is under way: until then another one stands there
  element;
  first;

  pointer = { side: 0, query: null, key: null };
  sides = [0, 1].map(
    (side) =>
      new Side({
        held: () => this.translate(state.query, 0, side),
        preview: (query) => this.point({ side, query, key: null }),
        hold: (query) => update({ query: this.translate(query, side, 0) }),
        point: (key) => this.point({ side, query: null, key }),
        choose: (head) => {
          update(side === 0 || this.isOneModel() ? { head } : { secondHead: head });
        },
      }),
  );
  questions = new Questions({
    told: (stage) => this.tell(stageWords(stage)),
    failed: (problem) => this.refuse(problem),
  });
  model = bindLabel(
    h('select', { onchange: () => this.choose({ model: this.model.value, size: 0 }) }),
    'aria-label',
    'models.second_model',
  );
  sizes = bindLabel(h('div.segmented.sizes', { role: 'group' }), 'aria-label', 'strip.sizes');
  layer = h('strong.compare-layer');
  status = h('span.compare-status', { 'data-told': true });
  cancel = h(
    'button.action',
    { type: 'button', hidden: true, onclick: () => this.questions.cancel() },
    bindText(h('span'), 'strip.cancel'),
  );
  repaint = oncePerFrame(() => this.paint());

  constructor() {
    this.element = h(
      'section.compare',
      {},
      bindText(h('h3'), 'models.compare'),
      h(
        'div.compare-bar',
        {},
        layerButton(-1),
        this.layer,
        layerButton(1),
        h('label.compare-choice', {}, bindText(h('span'), 'models.second_model'), this.model),
        this.sizes,
        this.status,
        this.cancel,
      ),
      h('div.sides', {}, ...this.sides.map(({ element }) => element)),
      bindText(h('p.note'), 'models.compare_try'),
    );
  }

  load(models) {
    this.models = models.filter(({ task, problem }) => task === 'image' && !problem);
    this.controls();
  }

  /** The first photo query is another one, or the screen came back: bring both sides up to date. */
  async show() {
    const { photoQuery } = state;
    if (this.first !== photoQuery) {
      this.first = photoQuery;
      this.drawFirst();
      this.ask();
    } else {
      this.showLayer();
    }
  }

  choose({ model, size }) {
    update({ secondModel: model, secondSize: size });
  }

  async ask() {
    const mine = (this.asked = secondQuestion());
    if (this.second && sameInput(this.second, mine) && this.second.change === withPhotoChange(this.second).change) {
      // The same, drawn another way.
      if (this.questions.newest) {
        this.questions.drop();
        this.tell('');
        this.controls();
      }
      if (this.drawnAs !== state.asPixels) this.second = { ...this.second };
      this.drawnAs = state.asPixels;
      this.asking = false;
      this.drawSecond();
      return;
    }
    this.drawnAs = state.asPixels;
    this.questions.drop();
    this.tell(t('strip.stage_start'));
    this.asking = this.sides[1].waits = true;
    this.controls();
    const second = await secondPhotoQuery((what) => this.questions.answer(this.questions.begin(what), 'facts', what));
    if (!second || this.asked !== mine) return;
    this.second = second;
    this.asking = false;
    const card = this.models.find(({ name }) => name === second.model);
    if (card) card.here = true;
    this.tell('');
    this.controls();
    this.drawSecond();
  }

  /** Tell why there is no second photo query; what was on the right stays. */
  refuse(problem) {
    this.asking = this.sides[1].waits = false;
    if (this.second) update({ secondModel: this.second.model, secondSize: this.second.size });
    this.controls();
    this.status.innerHTML = html(problemKey(problem), problem.params);
    this.status.classList.toggle('problem', problem.code !== 'cancelled');
  }

  tell(words) {
    this.status.classList.remove('problem');
    this.status.textContent = words;
    this.cancel.hidden = !words;
  }

  async drawFirst() {
    await this.draw(0, state.photoQuery, state.layer);
  }

  async drawSecond() {
    const { second } = this;
    // A second photo query of another photo is on its way out.
    if (second && second.photo === state.photoQuery?.photo)
      await this.draw(1, second, sameDepth(state.layer, state.photoQuery.layers, second.layers));
  }

  async draw(side, photoQuery, layer) {
    const wanted = () =>
      side
        ? this.second === photoQuery &&
          state.photoQuery !== null && // gone meanwhile
          sameDepth(state.layer, state.photoQuery.layers, photoQuery.layers) === layer
        : state.photoQuery === photoQuery && state.layer === layer;
    try {
      if (!(await this.sides[side].load(photoQuery, layer, wanted))) return;
      this.sides[side].waits = side === 1 && this.asking;
      this.sides[side].missed = false;
      this.paint();
    } catch (error) {
      if (!wanted()) return;
      this.sides[side].waits = false;
      this.sides[side].missed = true;
      this.questions.drop();
      this.refuse(asProblem(error));
    }
  }

  showLayer() {
    this.controls();
    this.drawFirst();
    this.drawSecond();
  }

  /** Only the heads of one and the same model have the same numbers. */
  isOneModel() {
    return this.second?.model === state.photoQuery.model;
  }

  /** A token of one side as the token of another at the same place. */
  translate(token, from, to) {
    if (token === null || from === to) return token;
    const looks = this.sides.map(({ photoQuery }) => photoQuery);
    return looks[0] && looks[1] ? samePlace(token, looks[from], looks[to]) : token;
  }

  point(pointer) {
    this.pointer = pointer;
    this.repaint();
  }

  paint() {
    const { side, query, key } = this.pointer;
    this.sides.forEach((half, i) => {
      half.head =
        i === 0 || this.isOneModel() ? state.head : Math.min(state.secondHead, (half.photoQuery?.heads ?? 1) - 1);
    });
    this.sides.forEach((half, i) => {
      if (!half.photoQuery || (i === 0 && half.photoQuery !== state.photoQuery)) return;
      const asked = query === null ? this.translate(state.query, 0, i) : this.translate(query, side, i);
      half.paint(Math.min(asked, half.photoQuery.tokens - 1), this.translate(key, side, i));
    });
  }

  controls() {
    const { photoQuery } = state;
    if (!photoQuery) return;
    const wanted = this.questions.newest?.what || this.second || secondQuestion(),
      shown = this.second?.model === wanted.model ? this.second : wanted.model === photoQuery.model ? photoQuery : null;
    this.layer.textContent = t('attention.layer', { layer: state.layer + 1, layers: photoQuery.layers });
    this.model.replaceChildren(
      ...modelOptions(
        this.models.filter((model) => !model.problem),
        (model) =>
          model.here ? model.name : t('models.option_download', { name: model.name, size: megabytes(model.bytes) }),
      ),
    );
    this.model.value = wanted.model;
    this.sizes.replaceChildren(
      ...(shown?.sizes || []).map((size) =>
        h(
          'button',
          {
            type: 'button',
            'aria-pressed': String(size === wanted.size),
            title: `${size} × ${united(size, 'px')}`,
            onclick: () => this.choose({ model: wanted.model, size }),
          },
          `${size / shown.patch}×${size / shown.patch}`,
        ),
      ),
    );
    this.cancel.hidden = !this.questions.newest;
  }

  speak() {
    this.controls();
    this.sides.forEach((side) => side.speak());
    this.paint();
  }
}
