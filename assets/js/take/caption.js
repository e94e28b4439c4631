// The lines below a figure that is taken away: what it is, of which models and inputs, what is held in it, and where it is found.

import { changeWords } from '../core/change_words.js';
import { linkHere, photoLeftOut, withoutOwn } from '../core/links.js';
import { pieceName, readPieces, sourcePieces } from '../core/pieces.js';
import { networkOf } from '../core/recurrent.js';
import { state } from '../core/state.js';
import { t } from '../core/text.js';
import { tokenName } from '../core/token_name.js';

/** What the addresses of a figure's numbers say: of a word that stands in several, each value once. */
function saidBy(paths) {
  const queries = paths.map((path) => new URLSearchParams(path.split('?')[1] ?? ''));
  return (word) => [...new Set(queries.map((query) => query.get(word)).filter(Boolean))];
}

/** An example by its file; a visitor's own photo has no name. */
const photoName = (photo) => (photo.startsWith('example:') ? photo.slice('example:'.length) : t('take.own_photo'));
const listed = (items) => new Intl.ListFormat(state.lang, { type: 'unit' }).format(items.map(String));

/** What was computed with, where the numbers came by addresses; else what is on screen. */
function ofPaths(paths) {
  const said = saidBy(paths),
    size = Number(said('size')[0]),
    pixels = size ? ` (${size} × ${size} px)` : '';
  return {
    models: [...said('model'), ...said('cell').map(networkOf)],
    inputs: [...said('text'), ...said('photo').map((photo) => photoName(photo) + pixels)],
  };
}

function ofScreen() {
  const { photoQuery, sentence, journey } = state,
    shown = journey === 'photo' ? photoQuery : sentence;
  if (!shown) return { models: [], inputs: [] };
  return { models: [shown.model], inputs: [journey === 'photo' ? photoName(photoQuery.photo) : sentence.text] };
}

/** What of the pass is shown, where not all of it is: layer, attention, head and token. */
function heldBy(paths) {
  const said = saidBy(paths),
    one = (...words) => {
      const values = words.flatMap(said);
      return values.length === 1 ? values[0] : undefined;
    };
  const index = (...words) => (one(...words) === undefined ? undefined : Number(one(...words)));
  return {
    layers: said('layer').map(Number),
    stack: one('stack'),
    part: one('part'),
    head: index('head'),
    token: index('token', 'query'),
  };
}

const PARTS = { encoder: 'decoder.way_encoder', decoder: 'decoder.way_decoder', cross: 'decoder.way_cross' };
const STACKS = { encoder: 'take.encoder', decoder: 'take.decoder' };

/**
 * @param {number} token
 * @param {import('../core/figure.js').Of} held
 */
function nameOf(token, { stack, part }) {
  if (state.journey === 'photo')
    return state.photoQuery && token < state.photoQuery.tokens ? tokenName(token, state.photoQuery) : null;
  const { sentence } = state;
  const piece = sentence && ((part ?? stack) === 'encoder' ? sourcePieces(sentence) : readPieces(sentence))[token];
  return piece ? pieceName(piece) : null;
}

/** @param {import('../core/figure.js').Of} held */
function heldLine(held) {
  const { layers = [], stack, part, head, token } = held,
    named = token === undefined ? null : nameOf(token, held);
  return [
    part
      ? t(part === 'decoder' && state.sentence?.causal === false ? 'decoder.way_open' : PARTS[part])
      : stack && t(STACKS[stack]),
    layers.length &&
      t(layers.length > 1 ? 'take.layers' : 'take.layer', { layer: listed(layers.map((layer) => layer + 1)) }),
    head !== undefined && t('attention.head', { head: head + 1 }),
    named && t('take.token', { token: named }),
  ]
    .filter(Boolean)
    .join(' · ');
}

/**
 * @param {import('../core/figure.js').Figure} figure
 * @param {{ paths: string[] } | null} numbers of take/numbers.js
 */
export async function captionOf({ title, of }, numbers) {
  const paths = numbers?.paths ?? [],
    own = of?.() ?? {},
    { models, inputs } = { ...(paths.length ? ofPaths(paths) : ofScreen()), ...own },
    changes = saidBy(paths)('change'),
    held = heldLine({ ...heldBy(paths), ...own });
  return [
    title() || t(`${state.screen}.title`),
    ...(models.length ? [t('take.model', { model: listed(models) })] : []),
    ...inputs.map((input) => t('take.input', { input })),
    ...(held ? [held] : []),
    ...changes.map((change) => t('take.change', { change: changeWords(change) })),
    photoLeftOut(),
    await linkHere(withoutOwn()),
  ].filter(Boolean);
}
