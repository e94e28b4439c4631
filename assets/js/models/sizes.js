// The models on screen beside those of the two papers, to one scale: as wide as d_model, as high as there are layers, one stripe per head.

import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { html, large, bindText, t, whole } from '../core/text.js';

export class SizesToScale {
  shown;
  papers;

  row = h('div.size-row');
  caption = h('p.note');
  element = takeable(
    h('section.card.sizes', {}, bindText(h('h3'), 'models.sizes'), this.row, this.caption),
    () => this.papers && { shown: this.shown.filter(Boolean), papers: this.papers },
    { of: () => ({ models: this.shown.filter(Boolean).map(({ name }) => name), inputs: [] }) },
  );

  /** `shown` are the cards of the models on screen, one of each journey, `papers` what the papers print. */
  load(shown, papers) {
    this.shown = shown;
    this.papers = papers;
    this.draw();
  }

  draw() {
    if (!this.papers) return;
    const { shown } = this;
    const loaded = shown
      .filter((card) => card && !card.problem)
      .map((card) => figure({ ...card, source: t('models.sizes_shown'), amount: large(card.parameters) }, true));
    this.row.replaceChildren(
      ...loaded,
      ...this.papers.map((paper) =>
        figure({ ...paper, source: t('models.sizes_table', paper), amount: large(paper.millions * 1e6) }, false),
      ),
    );
    this.caption.innerHTML = html('models.sizes_caption');
  }
}

function figure(model, isShown) {
  const { name, source, layers, decoder_layers: decoder = 0, d_model: width, d_mlp: hidden, heads, amount } = model;
  const stack = (count, key) => {
    const box = h('span.stack');
    for (const [property, value] of [
      ['--d', width],
      ['--l', count],
      ['--k', width / heads],
    ])
      box.style.setProperty(property, value);
    return [decoder ? h('span.stack-name', {}, t(key)) : null, box];
  };
  const depth = decoder
    ? t('models.sizes_depth_both', { encoder: layers, decoder })
    : t('models.sizes_depth', { layers });
  const words = { layers: depth, d_model: whole(width), heads, d_head: whole(width / heads), d_mlp: whole(hidden) };
  const box = h(
    'figure.model-size',
    {},
    h(
      'div.stacks',
      { role: 'img', 'aria-label': `${name}: ${t('models.sizes_read', words)}, ${amount}` },
      ...(decoder ? stack(decoder, 'models.sizes_decoder') : []),
      ...stack(layers, 'models.sizes_encoder'),
    ),
    h(
      'figcaption',
      {},
      h('strong', {}, name),
      h('span.amount-of', {}, amount),
      h('span', {}, t('models.sizes_read', words)),
      h('span.source', {}, source),
    ),
  );
  box.classList.toggle('shown', isShown);
  return box;
}
