// The loaded model's sizes beside those of the paper.

import { h } from '../core/dom.js';
import { large, bindText, t, told, whole } from '../core/text.js';

export class SizesBesidePaper {
  table = h('table.model-sizes');
  element = h(
    'div.sizes-box',
    {},
    bindText(h('h4'), 'words.sizes'),
    this.table,
    bindText(h('p.note'), 'words.sizes_note'),
  );

  load(sentence, { facts }) {
    const { paper } = facts,
      heads = sentence.heads.encoder,
      both = facts.source_vocabulary === facts.target_vocabulary;
    const vocabulary = both
      ? whole(facts.source_vocabulary)
      : `${whole(facts.source_vocabulary)} → ${whole(facts.target_vocabulary)}`;
    const rows = [
      ['words.size_d', whole(sentence.d_model), whole(paper.d_model)],
      ['words.size_heads', `${heads} × ${sentence.d_model / heads}`, `${paper.heads} × ${paper.d_model / paper.heads}`],
      ['words.size_layers', `${sentence.layers.encoder} + ${sentence.layers.decoder}`, paper.layers.join(' + ')],
      ['words.size_mlp', whole(sentence.d_mlp.encoder), whole(paper.d_mlp)],
      ['words.size_vocabulary', vocabulary, `≈ ${whole(paper.vocabulary)}`],
      ['words.size_parameters', large(facts.parameters), large(paper.parameters)],
    ];
    this.table.replaceChildren(
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('td'),
          h('th', { scope: 'col' }, sentence.model.split('/').at(-1)),
          h('th', { scope: 'col' }, t('words.size_paper')),
        ),
      ),
      h(
        'tbody',
        {},
        ...rows.map(([key, here, there]) =>
          h('tr', {}, told(h('th', { scope: 'row' }), key, {}), h('td', {}, here), h('td', {}, there)),
        ),
      ),
    );
  }
}
