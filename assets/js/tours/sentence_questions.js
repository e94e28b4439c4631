// Questions about the translation on screen, each answered by the numbers of the translator, or of the small networks that read the same sentence.

import { argmax } from '../core/argmax.js';
import { piece, pieceName, sourcePieces, writtenPieces } from '../core/pieces.js';
import { depthOf, sentenceView } from '../core/sentence.js';
import { percent, isolated, t, whole } from '../core/text.js';
import { offeredFor, twinsOf } from '../decoder/twins.js';
import { OPENING_CELLS, openingGradients } from '../start/gradient.js';
import { MEAN, crossRows } from '../translation/head_choice.js';
import { byWeight, mixed, ranged, saying } from './choices.js';

const name = (one) => isolated(pieceName(one));

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

/** @type {Record<string, import('./choices.js').Question>} */
export const SENTENCE_QUESTIONS = {
  forgets: {
    of: 'sentence',
    async answer(sentence) {
      const { facts, found } = await openingGradients(sentence),
        reaches = found.map(({ arrays }) => arrays.reach.data[0]),
        least = argmax(reaches, (reach) => -reach);
      return {
        choices: OPENING_CELLS.map((cell) => ({ words: cell.toUpperCase() })),
        right: least,
        asked: {
          first: name(sourcePieces({ source: [facts.source[0]], surfaces: facts.surfaces })[0]),
          word: name(piece(facts.target[facts.late.step])),
        },
        told: Object.fromEntries(OPENING_CELLS.map((cell, i) => [cell, percent(reaches[i])])),
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
      const row = crossRows(
        sentence,
        await sentenceView('attention', sentence, { part: 'encoder', layer: 0 }),
        MEAN,
      )(at);
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
        row = crossRows(sentence, await sentenceView('attention', sentence, { part: 'cross', layer }), MEAN);
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
      // What is asked for is a word: no mark of punctuation.
      const ranked = Array.from({ length: count }, (_, i) => i)
        .filter((step) => /[\p{L}\p{N}]/u.test(pieces[step].text))
        .sort((a, b) => share.data[a] - share.data[b]);
      const { length } = ranked;
      if (length < 4) return null;
      const steps = [0, length >> 2, length >> 1, length - 1].map((place) => ranked[place]);
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
