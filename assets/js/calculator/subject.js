// Whose number it is: a photo's, with what was switched off in its pass, a translation's, or a recurrent network's reading of a sentence.
// Everything the pages need to know of each.

import { patchAxis, wordAxis } from '../core/axes.js';
import { classNames, nameOf } from '../core/class_names.js';
import { isolated, piece, pieceName, readPieces, sourcePieces, writtenPieces } from '../core/pieces.js';
import { recurrentView } from '../core/recurrent.js';
import { sentenceView } from '../core/sentence.js';
import { t } from '../core/text.js';
import { tokenName } from '../core/token_name.js';
import { picture, view } from '../core/wire.js';

export const subjectOf = ({ reading, sentence, look, change }) =>
  reading ? new ReadingSubject(reading) : sentence ? new SentenceSubject(sentence) : new LookSubject(look, change);

class LookSubject {
  look;
  change;
  layers;
  checkpoint;
  picture;
  names = {};
  axis;

  constructor(look, change = '') {
    this.look = look;
    this.change = change;
    this.layers = look.layers;
    this.checkpoint = look.model;
    this.picture = picture('seen', look);
    this.axis = patchAxis(look);
  }

  asked() {
    return this.change ? { change: this.change } : {};
  }

  number(name, index) {
    return view('number', this.look, { name, index: index.join(','), ...this.asked() });
  }

  row({ layer }, head, query) {
    return view('row', this.look, { layer, head, query, ...this.asked() });
  }

  /** What must be known before a number's name can be written. */
  async ready({ kind }) {
    if (kind === 'logits') this.names = await classNames(this.look);
  }

  /** Whose rows a place of an axis is one of: the queries or the keys of an attention. */
  axisOf() {
    return this.axis;
  }

  /** What a place of an axis is called. */
  token(axis, i) {
    const { look } = this;
    if (axis === 'class') return isolated(nameOf(this.names, i));
    if (axis === 'place') return tokenName(i < look.placed ? i : i - look.placed + look.prefix.length, look);
    return tokenName(axis === 'patch' ? i + look.prefix.length : i, look);
  }

  /** The same photo with √d off, or on again, in a layer. */
  unscaled(layer, off) {
    // "All layers" written out, so that one of them can be taken back.
    const each = this.change
      .split(';')
      .filter(Boolean)
      .flatMap((part) =>
        part === 'scale:off@all' ? Array.from({ length: this.layers }, (_, i) => `scale:off@${i}`) : [part],
      );
    const here = `scale:off@${layer}`,
      others = each.filter((part) => part !== here);
    return new LookSubject(this.look, (off ? [...others, here] : others).join(';'));
  }

  /** The same photo in another pass. */
  changed(change) {
    return new LookSubject(this.look, change);
  }

  /** What the change switches off, in words. */
  changeWords() {
    const kinds = new Map();
    for (const part of this.change.split(';').filter(Boolean)) {
      const [kind, value] = part.split(':'),
        where = value.split('@')[1];
      kinds.set(kind, [...(kinds.get(kind) || []), where]);
    }
    return [...kinds]
      .map(([kind, layers]) =>
        t(`calculator.change_${kind}`, {
          where:
            layers[0] === undefined
              ? ''
              : layers[0] === 'all' || layers.length > 3
                ? t('calculator.many_layers')
                : t('calculator.in_layer', { layer: layers.map((layer) => Number(layer) + 1).join(', ') }),
        }),
      )
      .join(' · ');
  }

  /** Where the way down from a token ends: the number of its patch, from which the pixels are one step away. */
  beginning(_, axis, token, dim) {
    const patch = axis === 'patch' ? token : token - this.look.prefix.length;
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
  change = '';
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
    return this.view('row', { part: partOf(about), layer: about.layer, head, query });
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

  changed() {
    return this;
  }

  changeWords() {
    return this.sentence.change ? t('calculator.change_causal') : '';
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
    this.network = reading.attention ? `${reading.cell}-attention` : reading.cell;
  }

  /** @override */
  view(name, params) {
    return recurrentView(name, this.sentence, { cell: this.network, ...params });
  }
}

/** Which of the three attentions a quantity belongs to. */
export const partOf = ({ stack, cross }) => (cross ? 'cross' : stack);
/** The keys of cross-attention, and what stands for each of them, are words of the source. */
const ofSource = ({ stack, cross, kind }, axis) =>
  stack === 'encoder' ||
  (axis === 'key' && kind.startsWith('step.')) ||
  (cross && (axis === 'key' || kind === 'attn.k' || kind === 'attn.v'));
