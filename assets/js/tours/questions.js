// Questions to be answered before anything is seen. The right answer follows from the numbers of the model on the input of the moment, those that the
// screens draw; where something is switched off or shuffled, from the very pass that the screen shows afterwards.

import { argmax } from '../core/argmax.js';
import { NOTHING, writeOrder, written } from '../core/change.js';
import { classNames, nameOf } from '../core/class_names.js';
import { held } from '../core/held.js';
import { isolated, piece, pieceName, sourcePieces, writtenPieces } from '../core/pieces.js';
import { depthOf, sentenceView } from '../core/sentence.js';
import { percent, t, whole } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { view } from '../core/wire.js';
import { offeredFor, twinsOf } from '../decoder/twins.js';
import { CELLS, openingGradients } from '../start/gradient.js';
import { MEAN, rowsOf } from '../translation/head_choice.js';

/**
 * @typedef {object} Choice
 * @property {{ toString: () => string }} words
 * @property {number} [patch] of a choice that is a place on the photo
 */
/**
 * @typedef {object} Answer
 * @property {Choice[]} choices
 * @property {number} right which of them
 * @property {Record<string, { toString: () => string }>} [asked] what the question names
 * @property {Record<string, { toString: () => string }>} told what its answer names
 * @property {Record<string, any>} [show] fields of the state under which the screen shows it
 * @property {number} [held] the patch that asks
 */
/**
 * What is asked about: a photo query or a translation with nothing switched off, and the state of the page.
 * @typedef {{ of: 'photoQuery' | 'sentence', answer: (subject: any, state: any) => Promise<Answer | null> }} Question
 */

/** Two passes that differ by less than this in every probability differ by rounding alone; by less than that, a little. */
const ROUNDING = 1e-5,
  LITTLE = 0.01;
/** Two mean distances that differ by less than this share of the larger are alike. */
const ALIKE = 0.1;

/** Words that are said in the language of whoever reads them, and of the moment. */
const saying = (make) => ({ toString: make });

/** The same for the same text, and as good as any other for another one. */
const seedOf = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 100_003, 7);

/** Choices in an order that says nothing, which is the same whenever it is asked of the same input. The first one is right. */
function mixed(choices, seed, rest) {
  const turn = seedOf(seed) % choices.length;
  const order = choices.map((_, i) => (i + turn) % choices.length);
  return { choices: order.map((i) => choices[i]), right: order.indexOf(0), ...rest };
}

/** Choices that have an order of their own: the one that `right` names. */
const ranged = (names, right, rest, params = {}) => ({
  choices: names.map((name) => ({ words: saying(() => t(`choice.${name}`, params)) })),
  right: names.indexOf(right),
  ...rest,
});

/** An order of so many patches that is always the same, and looks like none. */
export function fixedOrder(n) {
  const order = Array.from({ length: n }, (_, i) => i);
  let seed = 20_170_612;
  for (let i = n - 1; i > 0; i--) {
    seed = (seed * 1_103 + 12_345) % 2_147_483;
    const j = seed % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** A few of many that are far down in their order and apart from each other, as wrong choices. */
function apart(ranked, taken, isFar, count) {
  const found = [];
  for (let share = 0.3; found.length < count && share < 1; share += 0.07) {
    const one = ranked[Math.floor(share * ranked.length)];
    if ([...taken, ...found].every((other) => isFar(one, other))) found.push(one);
  }
  return found;
}

const byWeight = (row) => Array.from(row, (_, i) => i).sort((a, b) => row[b] - row[a]);
const name = (one) => isolated(pieceName(one));
const changed = (photoQuery, change) => view('decision', { ...photoQuery, change: written({ ...NOTHING, ...change }) });
/** The most probable class of a pass, and its share. */
const best = ({ arrays: { order, probabilities } }, names) => ({
  index: order.data[0],
  words: saying(() => nameOf(names, order.data[0])),
  share: percent(probabilities.data[order.data[0]]),
});

/** Whether a pass with something switched off still says the same class. */
async function sameClass(photoQuery, change, more = {}) {
  if (!photoQuery.classes) return null;
  const [names, before, after] = await Promise.all([
    classNames(photoQuery),
    changed(photoQuery, {}),
    changed(photoQuery, change),
  ]);
  const [was, now] = [best(before, names), best(after, names)];
  const told = { before: was.words, was: was.share, after: now.words, now: now.share, ...more };
  const show = { change: written({ ...NOTHING, ...change }) };
  return ranged(['same_class', 'other_class'], was.index === now.index ? 'same_class' : 'other_class', {
    asked: { before: was.words, ...more },
    told,
    show,
  });
}

/** Steps of a translation at which something is written that is no end. */
const wordsOf = (sentence) => {
  const pieces = writtenPieces(sentence);
  return { pieces, count: pieces.at(-1)?.special === 'end' ? pieces.length - 1 : pieces.length };
};

async function twins(sentence) {
  const { text } = await offeredFor(sentence),
    payload = await twinsOf(sentence.text, text);
  return payload.facts.twins.length === 2 ? payload : null;
}

/** @type {Record<string, Question>} */
export const QUESTIONS = {
  tokens: {
    of: 'photoQuery',
    async answer({ photo, rows, cols, tokens, patch }) {
      const patches = rows * cols,
        counts = [...new Set([tokens, patches * 3, rows + cols, patch * patch * 3, patches])].slice(0, 4);
      return mixed(
        counts.map((count) => ({ words: whole(count) })),
        photo,
        { asked: { rows, cols }, told: { tokens, patches } },
      );
    },
  },

  patch_looks: {
    of: 'photoQuery',
    async answer(photoQuery, { layer: heldLayer }) {
      const first = photoQuery.prefix.length,
        { rows, cols, tokens } = photoQuery,
        layer = Math.min(heldLayer, photoQuery.layers - 1),
        own = Math.max(0, held() - first);
      const { arrays } = await view('glance', photoQuery, { layer, query: first + own });
      const weights = Array.from({ length: photoQuery.heads }, (_, head) => {
        const row = Array.from(arrays.pattern.data.subarray(head * tokens + first, (head + 1) * tokens));
        row[own] = 0; // that a patch looks at itself is no question
        return row;
      });
      const head = argmax(weights, (row) => Math.max(...row)),
        ranked = byWeight(weights[head]);
      const isFar = (a, b) =>
        Math.max(Math.abs(Math.floor(a / cols) - Math.floor(b / cols)), Math.abs((a % cols) - (b % cols))) >
        Math.min(rows, cols) / 6;
      const patches = [ranked[0], ...apart(ranked, [ranked[0], own], isFar, 3)];
      return mixed(
        patches.map((patch) => ({ patch, words: saying(() => tokenName(first + patch, photoQuery)) })),
        photoQuery.photo,
        {
          held: own,
          asked: { head: head + 1, layer: layer + 1 },
          told: {
            head: head + 1,
            place: saying(() => tokenName(first + ranked[0], photoQuery)),
            weight: percent(weights[head][ranked[0]]),
          },
          show: { layer, head, query: first + own, queryChosen: true },
        },
      );
    },
  },

  half: {
    of: 'photoQuery',
    async answer(photoQuery, { layer: heldLayer, head: heldHead }) {
      const layer = Math.min(heldLayer, photoQuery.layers - 1),
        head = Math.min(heldHead, photoQuery.heads - 1),
        { tokens } = photoQuery;
      const { arrays } = await view('glance', photoQuery, { layer, query: 0 });
      const row = Array.from(arrays.pattern.data.subarray(head * tokens, (head + 1) * tokens)).sort((a, b) => b - a);
      let sum = 0,
        count = 0;
      while (sum < 0.5 && count < tokens) sum += row[count++];
      const share = count / tokens;
      const right =
        count === 1 ? 'one_token' : share <= 0.05 ? 'few_tokens' : share <= 0.2 ? 'fifth_tokens' : 'many_tokens';
      const named = { token: saying(() => tokenName(0, photoQuery)), layer: layer + 1, head: head + 1 };
      return ranged(['one_token', 'few_tokens', 'fifth_tokens', 'many_tokens'], right, {
        asked: named,
        told: { ...named, count, tokens },
        show: { layer, head, query: 0, queryChosen: true },
      });
    },
  },

  farther: {
    of: 'photoQuery',
    async answer(photoQuery) {
      const { distance } = (await view('depth', photoQuery)).arrays,
        [layers, heads] = distance.shape;
      const mean = (layer) =>
        distance.data.subarray(layer * heads, (layer + 1) * heads).reduce((a, b) => a + b, 0) / heads;
      const [near, far] = [mean(0), mean(layers - 1)];
      const right =
        Math.abs(near - far) < ALIKE * Math.max(near, far) ? 'alike' : near > far ? 'first_layer' : 'last_layer';
      return ranged(['first_layer', 'last_layer', 'alike'], right, {
        told: { near: whole(near), far: whole(far) },
      });
    },
  },

  which_class: {
    of: 'photoQuery',
    async answer(photoQuery) {
      if (!photoQuery.classes) return null;
      const [names, payload] = await Promise.all([classNames(photoQuery), view('decision', photoQuery)]);
      const { order } = payload.arrays,
        places = [0, 2, 6, 15].filter((place) => place < photoQuery.classes);
      return mixed(
        places.map((place) => ({ words: saying(() => nameOf(names, order.data[place])) })),
        photoQuery.photo,
        { told: { name: best(payload, names).words, share: best(payload, names).share, classes: photoQuery.classes } },
      );
    },
  },

  how_sure: {
    of: 'photoQuery',
    async answer(photoQuery) {
      if (!photoQuery.classes) return null;
      const [names, payload] = await Promise.all([classNames(photoQuery), view('decision', photoQuery)]);
      const { index, words, share } = best(payload, names),
        p = payload.arrays.probabilities.data[index];
      const parts = ['below_25', 'below_50', 'below_75', 'above_75'];
      return ranged(parts, parts[Math.min(3, Math.floor(4 * p))], { told: { name: words, share } });
    },
  },

  class_shuffled: {
    of: 'photoQuery',
    answer: (photoQuery) => sameClass(photoQuery, { order: writeOrder(fixedOrder(photoQuery.rows * photoQuery.cols)) }),
  },

  order_unseen: {
    of: 'photoQuery',
    async answer(photoQuery) {
      if (!photoQuery.classes) return null;
      const order = writeOrder(fixedOrder(photoQuery.rows * photoQuery.cols)),
        passes = await Promise.all([
          changed(photoQuery, { position: true }),
          changed(photoQuery, { position: true, order }),
        ]);
      const [one, other] = passes.map(({ arrays }) => arrays.probabilities.data);
      const most = one.reduce((far, p, i) => Math.max(far, Math.abs(p - other[i])), 0);
      return ranged(
        ['not_at_all', 'a_little', 'a_lot'],
        most < ROUNDING ? 'not_at_all' : most < LITTLE ? 'a_little' : 'a_lot',
        {
          told: { change: percent(most) },
          show: { change: written({ ...NOTHING, position: true, order }) },
        },
      );
    },
  },

  residual_gone: {
    of: 'photoQuery',
    async answer(photoQuery) {
      const layer = photoQuery.layers >> 1;
      const answer = await sameClass(photoQuery, { residual: [layer + 1] }, { layer: layer + 1 });
      return answer && { ...answer, show: { ...answer.show, layer } };
    },
  },

  forgets: {
    of: 'sentence',
    async answer(sentence) {
      const { facts, found } = await openingGradients(sentence),
        reaches = found.map(({ arrays }) => arrays.reach.data[0]),
        least = argmax(reaches, (reach) => -reach);
      return {
        choices: CELLS.map((cell) => ({ words: cell.toUpperCase() })),
        right: least,
        asked: {
          first: name(sourcePieces({ source: [facts.source[0]], surfaces: facts.surfaces })[0]),
          word: name(piece(facts.target[facts.late.step])),
        },
        told: Object.fromEntries(CELLS.map((cell, i) => [cell, percent(reaches[i])])),
      };
    },
  },

  path: {
    of: 'sentence',
    async answer(sentence) {
      const { recurrent } = (await sentenceView('path', sentence)).arrays,
        [sources, targets] = recurrent.shape,
        steps = recurrent.data[targets - 1];
      const counts = [...new Set([steps, 1, sources, sources * targets])];
      return mixed(
        counts.map((count) => ({ words: whole(count) })),
        sentence.text,
        { asked: { sources, targets }, told: { steps } },
      );
    },
  },

  encoder_looks: {
    of: 'sentence',
    async answer(sentence) {
      const pieces = sourcePieces(sentence),
        at = Math.floor((pieces.length - 1) / 2),
        end = pieces.length - 1;
      const row = rowsOf(sentence, await sentenceView('attention', sentence, { part: 'encoder', layer: 0 }), MEAN)(at);
      const found = argmax(row);
      const right =
        found === at
          ? 'itself'
          : found === at - 1
            ? 'one_before'
            : found === at + 1
              ? 'one_after'
              : found === end
                ? 'the_end'
                : 'another';
      return ranged(['itself', 'one_before', 'one_after', 'the_end', 'another'], right, {
        asked: { word: name(pieces[at]) },
        told: { word: name(pieces[at]), key: name(pieces[found]), weight: percent(row[found]) },
        show: { source: at, encoderLayer: 0, part: 'encoder', meanOfHeads: true },
      });
    },
  },

  may_see: {
    of: 'sentence',
    async answer(sentence) {
      const { count } = wordsOf(sentence),
        step = Math.min(3, Math.max(1, count - 1));
      const { pattern } = (await sentenceView('attention', sentence, { part: 'decoder', layer: 0 })).arrays,
        [, steps, keys] = pattern.shape;
      const seen = pattern.data.subarray(step * keys, (step + 1) * keys).filter((weight) => weight > 0).length;
      const counts = [...new Set([seen, steps, 1, step + 2])];
      return mixed(
        counts.map((one) => ({ words: whole(one) })),
        sentence.text,
        { asked: { step: step + 1, all: steps }, told: { seen, step: step + 1 }, show: { step, part: 'decoder' } },
      );
    },
  },

  mask_fed: {
    of: 'sentence',
    async answer(sentence) {
      const payload = await twins(sentence);
      if (!payload) return null;
      const [masked, open] = [0, 1].map((twin) =>
        payload.arrays[`right_${twin}`].data.reduce((sum, one) => sum + one, 0),
      );
      return ranged(
        ['with_mask', 'without_mask', 'both_alike'],
        masked === open ? 'both_alike' : masked > open ? 'with_mask' : 'without_mask',
        {
          told: { masked, open, all: payload.facts.twins[0].given.length },
        },
      );
    },
  },

  mask_alone: {
    of: 'sentence',
    async answer(sentence) {
      const payload = await twins(sentence);
      if (!payload) return null;
      const [masked, open] = payload.facts.twins;
      const right =
        open.stopped_by === 'limit' ? 'never_ends' : open.written === masked.written ? 'same_text' : 'other_text';
      return ranged(['same_text', 'other_text', 'never_ends'], right, {
        told: { masked: isolated(masked.written), open: isolated(open.written.slice(0, 120) || '∅') },
        show: { openTwin: true },
      });
    },
  },

  source_word: {
    of: 'sentence',
    async answer(sentence) {
      const sources = sourcePieces(sentence),
        { pieces, count } = wordsOf(sentence);
      if (sources.length < 5 || !count) return null;
      const layer = depthOf(sentence, 'cross') - 1,
        row = rowsOf(sentence, await sentenceView('attention', sentence, { part: 'cross', layer }), MEAN);
      const last = sources.length - 1,
        tops = Array.from({ length: count }, (_, step) => argmax(row(step)));
      const ofWord = tops.map((top, step) => (top < last ? row(step)[top] : 0)),
        step = argmax(ofWord),
        right = tops[step];
      const others = byWeight(row(step)).filter(
        (one) => one !== right && one !== last && pieceName(sources[one]) !== pieceName(sources[right]),
      );
      return mixed(
        [right, ...new Set([others[0], others.at(-1), others[others.length >> 1]])].map((one) => ({
          words: name(sources[one]),
        })),
        sentence.text,
        {
          asked: { word: name(pieces[step]) },
          told: { word: name(pieces[step]), source: name(sources[right]), weight: percent(row(step)[right]) },
          show: { step, ribbonLayer: null, ribbonHead: null },
        },
      );
    },
  },

  next_word: {
    of: 'sentence',
    async answer(sentence) {
      const { arrays, facts } = await sentenceView('steps', sentence),
        { pieces, count } = wordsOf(sentence);
      const [, k] = arrays.ids.shape;
      if (!count || k < 4) return null;
      // Where the model itself was least sure there is something to think about.
      const step = argmax(arrays.chosen_share.data.subarray(0, count), (share) => -share);
      const ids = arrays.ids.data.subarray(step * k, step * k + 4);
      const words = Array.from(ids, (id) => name(piece(facts.words[id])));
      return mixed(
        words.map((one) => ({ words: one })),
        sentence.text,
        {
          asked: {
            read: step
              ? isolated(
                  pieces
                    .slice(0, step)
                    .map(({ text, begins }, i) => (begins && i ? ` ${text}` : text))
                    .join(''),
                )
              : saying(() => t('choice.nothing')),
          },
          told: {
            word: words[0],
            share: percent(arrays.shares.data[step * k]),
            second: words[1],
            other: percent(arrays.shares.data[step * k + 1]),
          },
          show: { step },
        },
      );
    },
  },

  least_sure: {
    of: 'sentence',
    async answer(sentence) {
      const { chosen_share: share } = (await sentenceView('steps', sentence)).arrays,
        { pieces, count } = wordsOf(sentence);
      if (count < 4) return null;
      const ranked = Array.from({ length: count }, (_, i) => i).sort((a, b) => share.data[a] - share.data[b]),
        steps = [0, count >> 2, count >> 1, count - 1].map((place) => ranked[place]);
      const right = ranked[0];
      const inPlace = [...new Set(steps)].sort((a, b) => a - b);
      return {
        choices: inPlace.map((step) => ({ words: name(pieces[step]) })),
        right: inPlace.indexOf(right),
        told: { word: name(pieces[right]), share: percent(share.data[right]) },
        show: { step: right },
      };
    },
  },
};

/** What a question asks of the input on screen, and its right answer; null where this input or model has none. */
export const answerOf = (called, subject, state) => QUESTIONS[called].answer(subject, state);
