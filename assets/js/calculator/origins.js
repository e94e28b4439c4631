// Where the way down ends: pixels, embeddings, places and whatever was learned.

import { h } from '../core/dom.js';
import { formulaElement } from '../core/formula.js';
import { given } from '../core/equation.js';
import { piece, pieceName } from '../core/pieces.js';
import { digits, isolated, html, t, whole } from '../core/text.js';
import { inBits, wavelength, waved } from '../core/wave.js';
import { compared, operand, result } from './parts.js';
import { about, quantitySymbol } from './quantities.js';
import { number, plain, under } from './terms.js';

export function normalise(payload, subject) {
  const { facts, arrays } = payload,
    [channel, y, x] = facts.index,
    { mean, std } = facts.numbers;
  const { photoQuery, axis } = subject,
    cell = { left: `${(100 * (x + 0.5)) / photoQuery.size}%`, top: `${(100 * (y + 0.5)) / photoQuery.size}%` };
  const photo = h(
    'div.pixel-photo',
    {},
    h('img', { src: subject.picture, alt: '' }),
    h('span.pixel-mark', { style: cell }),
  );
  photo.style.aspectRatio = `${axis.cols} / ${axis.rows}`;
  return [
    h('p.note', {}, t('calculator.normalise', { channel: t(`calculator.channel_${channel}`), x: x + 1, y: y + 1 })),
    photo,
    result(
      [
        '(',
        number(t('calculator.brightness'), arrays.x.data[0]),
        '÷ 255 −',
        number('mean', mean),
        ') ÷',
        number('std', std),
      ],
      normal,
      payload,
      subject,
    ),
    compared(normal([arrays.x.data[0], mean, std]), payload),
    h('p.lead.end', {}, t('calculator.end')),
  ];
}

const normal = ([byte, mean, std]) => (byte / 255 - mean) / std;

/** A row of the embedding table, times a factor. */
export function scaled(payload, subject, open) {
  const { facts, arrays } = payload,
    { factor } = facts.numbers,
    source = facts.sources.x,
    from = { name: source.name, index: source.start };
  return [
    h(
      'p.note',
      {},
      t(factor === 1 ? 'calculator.embedded' : subject.cell ? 'calculator.scaled_step' : 'calculator.scaled', {
        row: whole(source.start[0]),
        d: Math.round(factor ** 2),
      }),
    ),
    result(
      [
        operand(from, arrays.x.data[0], subject, open),
        ...(factor === 1 ? [] : ['×', number(formulaElement('√d_model'), factor)]),
      ],
      ([value, times = 1]) => value * times,
      payload,
      subject,
    ),
    compared(arrays.x.data[0] * factor, payload),
  ];
}

/** Sine or cosine of a place: computed, so the way down ends here. */
export function sinusoid(payload, subject) {
  const { place, pair, cosine, d_model: d, bits } = payload.facts.numbers,
    wave = cosine ? 'cos' : 'sin',
    compute = (values) => inBits(waved(wave)(values), bits),
    { value, write, of, draw } = wavelength(2 * pair, d);
  return [
    h('p.note', {}, t('calculator.sinusoid', { place, pair, pairs: d / 2, wave })),
    bits ? h('p.note', {}, t('calculator.position_stored', { bits })) : '',
    result(
      [
        `${wave}(`,
        { ...given(place), draw: number('pos', place).draw },
        '÷',
        under((parts) => draw('', parts), { value, write, of }),
        ')',
      ],
      compute,
      payload,
      subject,
    ),
    compared(compute([place, value]), payload),
    h('p.lead.end', {}, t('calculator.end_place')),
  ];
}

/** A learned number, which is an origin itself. */
export function parameter({ facts }, subject) {
  const end = h('p.lead.end'),
    of = about(facts.name, subject),
    word = facts.token ? pieceName(piece(facts.token)) : '';
  const index = facts.index.map((i) => i + 1).join(', '),
    shape = facts.shape.join(' × ');
  end.innerHTML = html(of.learned ? 'calculator.parameter' : 'calculator.parameter_position', {
    name: facts.name,
    index,
    shape,
    checkpoint: subject.checkpoint,
  });
  return [
    h('p.worked.total', {}, plain(quantitySymbol(facts.name, facts.index, subject), digits(facts.value))),
    end,
    ...(word
      ? [h('p.note', {}, t('calculator.row_of_word', { row: whole(facts.index[0]), word: isolated(word) }))]
      : []),
  ];
}
