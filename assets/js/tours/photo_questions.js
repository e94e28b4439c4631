// Questions about the photo on screen, each answered by the numbers of a pass: where something is switched off or shuffled, of the very pass that the
// screen shows afterwards.

import { argmax } from '../core/argmax.js';
import { NOTHING, writeChange } from '../core/change.js';
import { classNames, nameOf } from '../core/class_names.js';
import { held } from '../core/held.js';
import { percent, whole } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { view } from '../core/wire.js';
import { apart, byWeight, mixed, ranged, saying } from './choices.js';

/** Two passes that differ by less than this in every probability differ by rounding alone; by less than that, a little. */
const ROUNDING = 1e-5,
  LITTLE = 0.01;
/** Two mean distances that differ by less than this share of the larger are alike. */
const ALIKE = 0.1;
/** An order of however many patches that looks like none, and is always the same (core/order.js). */
const SHUFFLED = '~LOOKS';

const changed = (photoQuery, change) =>
  view('decision', { ...photoQuery, change: writeChange({ ...NOTHING, ...change }) });
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
  const show = { change: writeChange({ ...NOTHING, ...change }) };
  return ranged(['same_class', 'other_class'], was.index === now.index ? 'same_class' : 'other_class', {
    asked: { before: was.words, ...more },
    told,
    show,
  });
}

/** @type {Record<string, import('./choices.js').Question>} */
export const PHOTO_QUESTIONS = {
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
    answer: (photoQuery) => sameClass(photoQuery, { order: SHUFFLED }),
  },

  order_unseen: {
    of: 'photoQuery',
    async answer(photoQuery) {
      if (!photoQuery.classes) return null;
      const passes = await Promise.all([
        changed(photoQuery, { position: true }),
        changed(photoQuery, { position: true, order: SHUFFLED }),
      ]);
      const [one, other] = passes.map(({ arrays }) => arrays.probabilities.data);
      const most = one.reduce((far, p, i) => Math.max(far, Math.abs(p - other[i])), 0);
      return ranged(
        ['not_at_all', 'a_little', 'a_lot'],
        most < ROUNDING ? 'not_at_all' : most < LITTLE ? 'a_little' : 'a_lot',
        {
          told: { change: percent(most) },
          show: { change: writeChange({ ...NOTHING, position: true, order: SHUFFLED }) },
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
};
