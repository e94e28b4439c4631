// Where everything of the Decoder screen stands: the words about it, the line of words, the heads of a layer beside the matrix, and the cards below.

import { h } from '../core/dom.js';
import { takeable } from '../core/figure.js';
import { Fold } from '../core/folds.js';
import { bindText } from '../core/text.js';

/** The elements of the screen, top to bottom. `numbers`: functions that give what of each figure can be taken away. */
export const decoderLayout = (parts) => {
  const { boxes, ways, keyLine, matrix, masking, twins, lifting, aligning, layers, switches, calculate, readout } =
      parts,
    { asks, looked, matrixName, headsName, matrixFigure, numbers } = parts;
  return [
    h(
      'div.decoder-top',
      {},
      h(
        'div.decoder-about',
        {},
        bindText(h('h2'), 'decoder.heading'),
        bindText(h('p.note'), 'decoder.see'),
        bindText(h('p.note'), 'decoder.try'),
        bindText(h('p.note'), 'decoder.not'),
      ),
      new Fold('ways', ways.element, { heading: ways.title, open: true }).element,
    ),
    takeable(
      h(
        'section.sentence-band',
        {},
        h('div.line', {}, asks, boxes.picker),
        h('div.line', {}, looked, keyLine.element),
        h('div.band-foot', {}, readout, bindText(h('span.note.pieces-legend'), 'pieces.legend')),
      ),
      numbers.patterns,
      { title: 'decoder.heading', of: numbers.ofLayer },
    ),
    h('div.switches.decoder-switches', {}, ...Object.values(switches).map(({ element }) => element), calculate),
    h(
      'div.decoder-figures',
      {},
      h(
        'div.decoder-heads',
        {},
        new Fold(
          'heads',
          takeable(h('div.heads-figure', {}, headsName, layers.element, boxes.heads), numbers.patterns, {
            title: 'decoder.heading',
            at: layers.element,
            of: numbers.ofLayer,
          }),
          { heading: headsName, open: true },
        ).element,
        new Fold(
          'atlas',
          takeable(
            h(
              'div.atlas-figure',
              {},
              bindText(h('h3.atlas-title'), 'decoder.atlas_title'),
              boxes.atlas,
              bindText(h('p.note'), 'decoder.atlas_caption'),
            ),
            numbers.atlas,
          ),
        ).element,
      ),
      new Fold(
        'matrix',
        takeable(
          h(
            'figure.decoder-matrix',
            {},
            matrixName,
            h(
              'div.matrix-axes',
              {},
              bindText(h('span.query'), 'decoder.axis_query'),
              bindText(h('span.key'), 'decoder.axis_key'),
            ),
            matrix.element,
            matrixFigure,
          ),
          numbers.matrix,
          { of: numbers.ofMatrix },
        ),
      ).element,
    ),
    h(
      'div.decoder-below',
      {},
      ...[
        new Fold('masking', masking.element, { open: true }),
        new Fold('aligning', aligning.element),
        new Fold('parking', aligning.parking),
        new Fold('twins', twins.element),
        new Fold('lifting', lifting.element),
      ].map(({ element }) => element),
    ),
  ];
};
