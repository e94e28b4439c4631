// Whose number it is: a photo's, with what was switched off in its pass, a translation's, or a recurrent network's reading of a sentence.
// Everything the pages need to know of each.

import { patchAxis, wordAxis } from '../core/axes.js';
import { changeWords } from '../core/change_words.js';
import { withoutOrder, layersOf, switched, switchedIn } from '../core/change.js';
import { classNames, nameOf } from '../core/class_names.js';
import { piece, pieceName, readPieces, sourcePieces, writtenPieces } from '../core/pieces.js';
import { networkOfReading } from '../core/explain.js';
import { seenPicture } from '../core/seen.js';
import { setChange, wish } from '../core/photo_query.js';
import { recurrentView } from '../core/recurrent.js';
import { secondPhotoQuery } from '../core/second_photo_query.js';
import { sentenceView, sentenceWish, setSentenceChange } from '../core/sentence.js';
import { state } from '../core/state.js';
import { t, isolated } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { view } from '../core/wire.js';

/**
 * Whose numbers a trail is of (core/trail.js), with what the page shows now.
 * @returns {Promise<PhotoSubject | SentenceSubject>}
 */
export async function subjectOf(of) {
  const { photoQuery, sentence } = state;
  if (of === 's') return new SentenceSubject(sentence);
  if (of.startsWith('r.')) {
    const { facts } = await recurrentView('chain', sentence, { cell: of.slice(2) });
    return new ReadingSubject({ ...facts, text: sentence.text });
  }
  if (of === 'o') return new PhotoSubject({ ...photoQuery, change: withoutOrder(photoQuery.change) });
  return new PhotoSubject(of === 'm' ? await secondPhotoQuery() : photoQuery);
}

class PhotoSubject {
  photoQuery;
  layers;
  checkpoint;
  picture;
  names = {};
  axis;

  constructor(photoQuery) {
    this.photoQuery = photoQuery;
    this.layers = photoQuery.layers;
    this.checkpoint = photoQuery.model;
    this.picture = seenPicture(photoQuery);
    this.axis = patchAxis(photoQuery);
  }

  number(name, index) {
    return view('number', this.photoQuery, { name, index: index.join(',') });
  }

  row({ layer }, head, query) {
    return view('row', this.photoQuery, { layer, head, query });
  }

  /** What must be known before a number's name can be written. */
  async ready({ kind }) {
    if (kind === 'logits') this.names = await classNames(this.photoQuery);
  }

  /** Whose rows a place of an axis is one of: the queries or the keys of an attention. */
  axisOf() {
    return this.axis;
  }

  /** What a place of an axis is called. */
  token(axis, i, { kind } = { kind: '' }) {
    const { photoQuery } = this;
    if (axis === 'mean' || (kind === 'ln_final' && photoQuery.norm_of_mean)) return t('calculator.mean_of_patches');
    if (axis === 'class') return isolated(nameOf(this.names, i));
    if (axis === 'place')
      return tokenName(i < photoQuery.placed ? i : i - photoQuery.placed + photoQuery.prefix.length, photoQuery);
    return tokenName(axis === 'patch' ? i + photoQuery.prefix.length : i, photoQuery);
  }

  /** Switch √d off, or on again, in a layer. */
  unscaled({ layer }, off) {
    setChange(switched(wish(), 'scale', layer, off, this.layers));
  }

  /** What is switched off in the pass, in words. */
  changeWords() {
    return changeWords(this.photoQuery.change);
  }

  /** Where the way down from a token ends: the number of its patch, from which the pixels are one step away. */
  beginning(_, axis, token, dim) {
    const patch = axis === 'patch' ? token : token - this.photoQuery.prefix.length;
    return patch < 0 || axis === 'place'
      ? null
      : {
          name: 'patches',
          index: [patch, dim],
          text: t('calculator.beginning_patch', { token: this.token('patch', patch) }),
        };
  }
}

class SentenceSubject {
  sentence;
  checkpoint;
  picture = '';
  words = new Map();
  pieces;
  axes;

  constructor(sentence) {
    this.sentence = sentence;
    this.checkpoint = sentence.model;
    this.pieces = { source: sourcePieces(sentence), read: readPieces(sentence) };
    this.axes = { source: wordAxis(this.pieces.source), read: wordAxis(this.pieces.read) };
    sentence.target_ids.forEach((id, i) => this.words.set(id, writtenPieces(sentence)[i]));
  }

  view(name, params) {
    return sentenceView(name, this.sentence, params);
  }

  async number(name, index) {
    const payload = await this.view('number', { name, index: index.join(',') });
    if (name === 'logits') this.words.set(index[1], piece(payload.facts.token));
    return payload;
  }

  row(about, head, query) {
    return this.view('row', { part: attentionOf(about), layer: about.layer, head, query });
  }

  /** A word of the vocabulary that is not in the sentence is told by the server, with its number. */
  async ready({ kind }, { name, index }) {
    if (kind === 'logits') await this.number(name, index);
  }

  /** Rows of the decoder are the words it has read; its keys are those too, or in cross-attention the words of the source. */
  axisOf(about, side) {
    return this.axes[ofSource(about, side) ? 'source' : 'read'];
  }

  token(axis, i, about) {
    if (axis === 'word') {
      const one = this.words.get(i);
      return isolated(one ? pieceName(one) : String(i));
    }
    return isolated(pieceName(this.pieces[ofSource(about, axis) ? 'source' : 'read'][i]));
  }

  /** Switch √d off, or on again, in the attentions of a block. */
  unscaled({ stack, layer }, off) {
    const every = layersOf(this.sentence.layers);
    setSentenceChange(switchedIn(sentenceWish(), 'scale', `${stack[0]}${layer + 1}`, off, every));
  }

  changeWords() {
    return changeWords(this.sentence.change);
  }

  /** Where the way down from a token ends: the number of its word, one step above its row of the embedding table. */
  beginning(about, axis, token, dim) {
    return {
      name: `${ofSource(about, axis) ? 'encoder' : 'decoder'}.words`,
      index: [token, dim],
      text: t('calculator.beginning_word', { token: this.token(axis, token, about) }),
    };
  }
}

/** A sentence in a recurrent network: its own pieces, its own translation, steps in place of layers. */
class ReadingSubject extends SentenceSubject {
  cell;
  network;

  constructor(reading) {
    super(reading);
    this.cell = reading.cell;
    this.network = networkOfReading(reading);
  }

  /**
   * Nothing is switched off in a recurrent network.
   * @override
   */
  changeWords() {
    return '';
  }

  /** @override */
  view(name, params) {
    return recurrentView(name, this.sentence, { cell: this.network, ...params });
  }
}

/** Which of the three attentions a quantity belongs to. */
export const attentionOf = ({ stack, cross }) => (cross ? 'cross' : stack);
/** The keys of cross-attention, and what stands for each of them, are words of the source. */
const ofSource = ({ stack, cross, kind }, axis) =>
  stack === 'encoder' ||
  (axis === 'key' && kind.startsWith('step.')) ||
  (cross && (axis === 'key' || kind === 'attn.k' || kind === 'attn.v'));
