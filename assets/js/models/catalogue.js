// Every model there is, one family at a time: how large, how made, how good, whose, and whether it is here.

import { FAMILIES } from '../fields/models.js';
import { h } from '../core/dom.js';
import { requestPhoto } from '../core/photo_query.js';
import { isRecorded } from '../core/recorded.js';
import { requestTranslation } from '../core/sentence.js';
import { state, update } from '../core/state.js';
import { has, html, large, problemKey, t, told, united, whole } from '../core/text.js';
import { cancelAll, stageWords } from '../frame/status.js';

/** Names that are the same in every language need no text. */
const familyName = (family) => (has(`models.family_${family}`) ? t(`models.family_${family}`) : family);
const COLUMNS = [
  'name',
  'parameters',
  'file',
  'patch',
  'd_model',
  'layers',
  'heads',
  'picture',
  'tokens',
  'figures',
  'licence',
  'state',
];
const NUMBERS = ['d_model', 'heads'];
const isRecurrent = ({ task }) => task === 'recurrent';
const isTranslator = ({ task }) => task === 'translation';
/** The model on screen of a card's journey. */
const onScreen = (model) => (isTranslator(model) ? state.sentence : state.photoQuery)?.model;

export const megabytes = (bytes) =>
  bytes < 1e6 ? united(whole(Math.ceil(bytes / 1e3)), 'kB') : united(whole(bytes / 1e6), 'MB');

/** The first of some families that has models here: a link may name one that another server has. */
export const familyShown = (wanted, groups) =>
  wanted.find((one) => groups.some(({ family }) => family === one)) ?? 'all';

export class Catalogue {
  models = [];
  asked = null; // the model whose button was pressed
  largest;
  whole = true; // whether all of the operator's folder was looked at
  family;

  chips = h('div.segmented.families', { role: 'group' });
  about = h('p.note');
  table = h('table.models-table');
  element = h('section.catalogue', {}, h('div.families-row', {}, this.chips, this.about), this.table);

  load(models, whole = true) {
    this.models = models;
    this.whole = whole;
    this.largest = Math.max(...models.map(({ parameters }) => parameters || 0));
    this.draw();
  }

  draw() {
    if (!this.models.length || !state.photoQuery) return;
    const current = this.models.find(({ name }) => name === state.photoQuery.model);
    const here = this.models.filter((model) => model.here);
    const groups = [
      ...FAMILIES.map((family) => ({ family, of: this.models.filter((model) => model.family === family) })).filter(
        ({ of }) => of.length,
      ),
      { family: 'here', of: here },
      { family: 'all', of: this.models },
    ];
    this.family = familyShown([state.family, current?.family], groups);
    this.chips.setAttribute('aria-label', t('models.families'));
    this.chips.replaceChildren(
      ...groups.map(({ family, of }) =>
        h(
          'button',
          {
            type: 'button',
            'data-family': family,
            'aria-pressed': String(family === this.family),
            onclick: () => update({ family }),
          },
          familyName(family),
          h('span.count', {}, String(of.length)),
        ),
      ),
    );
    this.about.innerHTML = html(`models.about_${this.family}`);
    if (this.family === 'own' && !this.whole) this.about.append(` ${t('models.cut')}`);
    const shown = groups.find(({ family }) => family === this.family).of;
    this.table.setAttribute('aria-label', t('models.table'));
    this.table.replaceChildren(
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...COLUMNS.map((column) => told(h(`th.of-${column}`, { scope: 'col' }), `models.column_${column}`, {})),
        ),
      ),
      h('tbody', {}, ...shown.map((model) => this.row(model))),
    );
  }

  /** The state of a download under way moves without the table being built again. */
  drawWork() {
    const place = this.asked && this.table.querySelector(`tr[data-model="${CSS.escape(this.asked)}"] td.of-state`);
    if (!state.wanted) this.asked = null;
    const model = place && this.models.find(({ name }) => name === place.parentElement.dataset.model);
    if (place) place.replaceChildren(label('state'), ...this.whereabouts(model));
  }

  row(model) {
    const isShown = model.name === onScreen(model);
    const cells = model.problem
      ? {
          name: [nameOf(model), whatItIs(model)],
          parameters: model.parameters ? [large(model.parameters)] : [],
          file: model.bytes ? [megabytes(model.bytes)] : [],
          figures: [reason(model.problem)],
        }
      : {
          name: [nameOf(model), ...(model.form && !isRecurrent(model) ? [whatItIs(model)] : []), marks(model)],
          parameters: [
            large(model.parameters),
            h('span.amount', { 'aria-hidden': true }, bar(model.parameters / this.largest)),
          ],
          file: [megabytes(model.bytes)],
          ...(isRecurrent(model) ? {} : Object.fromEntries(NUMBERS.map((key) => [key, [whole(model[key])]]))),
          ...(isRecurrent(model) ? {} : isTranslator(model) ? sentenceCells(model) : pictureCells(model)),
          figures: figures(model),
          licence: [model.licence, links(model)],
        };
    const row = h(
      'tr',
      { 'data-model': model.name, 'aria-current': isShown ? 'true' : null },
      ...COLUMNS.map((column) =>
        h(
          `td.of-${column}`,
          {},
          label(column),
          ...(column === 'state' ? this.whereabouts(model) : cells[column] || []),
        ),
      ),
    );
    row.classList.toggle('broken', Boolean(model.problem));
    return row;
  }

  /** Here, to be downloaded, or out of reach; and one button at most. */
  whereabouts(model) {
    if (model.problem) return [h('span.muted', {}, t('models.broken'))];
    if (this.asked === model.name && state.wanted) {
      return [h('span', { 'data-told': true }, stageWords(state.wanted)), button('strip.cancel', cancelAll)];
    }
    if (isRecurrent(model)) return [h('span.muted', {}, t('models.before'))];
    if (model.name === onScreen(model)) return [h('strong.on-screen', {}, t('models.on_screen'))];
    const use = () => {
      this.asked = model.name;
      if (isTranslator(model)) requestTranslation({ model: model.name });
      else requestPhoto({ model: model.name, size: 0 });
    };
    if (isRecorded() && ![...state.boot.models, ...state.boot.translators].some(({ name }) => name === model.name))
      return [h('span.muted', {}, t('recorded.needs_server'))];
    if (model.here) return [button('models.use', use)];
    const answer = model.offline ? 'offline' : state.hosts?.[model.host];
    if (answer === 'yes') return [button('models.download', use, { size: megabytes(model.bytes) })];
    const key = answer ? `models.reach_${answer === 'offline' ? 'offline' : 'no'}` : 'models.reach_asking';
    return [h('span.muted', {}, t(key, { host: model.host }))];
  }
}

const button = (key, onclick, params) => h('button.action', { type: 'button', onclick }, t(key, params));
/** On a phone the columns have no heads: each cell says what it holds. */
const label = (column) => told(h('span.cell-label'), `models.column_${column}`, {});

function bar(share) {
  return h('span', { style: { width: `${100 * share}%` } });
}

/** A name that may break where its maker put a sign, not in the middle of a word. */
const nameOf = ({ name }) => h('strong', {}, ...name.split(/(?<=[_./-])/).flatMap((part) => [part, h('wbr')]));

const pictureCells = ({ patch, layers, size, tokens }) => ({
  patch: [String(patch)],
  layers: [String(layers)],
  picture: [united(size, 'px')],
  tokens: [whole(tokens)],
});
const sentenceCells = ({ layers, decoder_layers: decoder, languages, tokens }) => ({
  patch: ['–'],
  layers: [`${layers} + ${decoder}`],
  picture: [languages.map((language) => language || '?').join(' → ')],
  tokens: [`≤ ${whole(tokens)}`],
});

/** Of what lies in the operator's folder: in which form, and for which journey. */
const whatItIs = ({ form, task }) =>
  h('span.marks', {}, `${t(`models.form_${form}`)} · ${t(`models.task_${task ?? 'none'}`)}`);

function marks(model) {
  const { task, classes, numbers, prefix, vocabulary } = model;
  if (task === 'recurrent') return whatItIs(model);
  if (task === 'translation') return h('span.marks', {}, t('models.vocabulary', { words: whole(vocabulary) }));
  const words = [
    classes
      ? t('models.classes', { classes: whole(classes) })
      : numbers
        ? t('models.numbers', { numbers })
        : t('models.no_head'),
  ];
  const registers = prefix.filter((name) => name.startsWith('REG')),
    leading = prefix.filter((name) => !registers.includes(name));
  const told = registers.length > 1 ? [t('models.registers', { n: registers.length })] : registers;
  if (prefix.join() !== 'CLS') words.push([...leading, ...told].join(' + ') || t('models.no_prefix'));
  return h('span.marks', {}, words.join(' · '));
}

/** What its makers measured; of what lies in the operator's folder, what a user should know of it. */
function figures(model) {
  if (model.notes?.length) return model.notes.map(remark);
  if (!model.figures.length) return [h('span.muted', {}, t('models.no_figures'))];
  return model.figures.map(({ of, value }) =>
    h('span.figure', {}, h('span.value', {}, value), h('span.measured', {}, t(`models.figure_${of}`))),
  );
}

function links({ source, paper }) {
  const link = (key, href) => (href ? [h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, t(key))] : []);
  return h('span.links', {}, ...link('models.source', source), ...link('models.paper', paper));
}

function remark({ code, params }) {
  const place = h('span.remark.muted');
  place.innerHTML = html(`note.${code}`, params);
  return place;
}

function reason(problem) {
  const place = h('span.reason');
  place.innerHTML = html(problemKey(problem), problem.params);
  return place;
}
