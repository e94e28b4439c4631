// The model as a small drawing, and at the same time the choice among its three attentions: the encoder's own, what the decoder
// asks the encoder, and the decoder's own. K and V leave the encoder's last layer and reach every layer of the decoder.

import { h, onWidth, svg } from '../core/dom.js';
import { ARROWS, keysOf } from '../core/keys.js';
import { PARTS } from '../core/sentence.js';
import { label, say } from '../core/text.js';

const HEIGHT = 116,
  MOTION_MS = 300;
const ORDER = ['encoder', 'cross', 'decoder']; // from left to right, as the data goes

export class ThreeWays {
  shapes;
  buttons;
  spoken;
  element;
  width;
  layers;
  masked;
  part;
  layer;

  params = { source: '', target: '', layers_encoder: '', layers_decoder: '' };
  stacks = { encoder: h('span.layer-stack'), decoder: h('span.layer-stack') };
  arrows = svg('svg', { class: 'handed', 'aria-hidden': 'true' });

  constructor(choose) {
    const params = () => this.params;
    this.shapes = ['k', 'v'].map(() => h('span'));
    const drawings = {
      encoder: [this.stacks.encoder],
      cross: [
        h(
          'span.handing',
          {},
          this.arrows,
          ...['k', 'v'].map((kind, i) =>
            h(`span.shape.${kind}`, {}, h('b', {}, kind.toUpperCase()), ' ', this.shapes[i]),
          ),
        ),
      ],
      decoder: [this.stacks.decoder],
    };
    this.buttons = Object.fromEntries(
      ORDER.map((part) => [
        part,
        h(
          `button.way.${part}`,
          { type: 'button', role: 'radio', 'data-part': part, onclick: () => choose(part) },
          say(h('span.way-name'), () => this.keyOf(part)),
          h('span.drawing', {}, ...drawings[part]),
          say(h('span.way-what'), () => `${this.keyOf(part)}_what`, params),
        ),
      ]),
    );
    this.spoken = Object.values(this.buttons).flatMap((button) => [...button.querySelectorAll('.way-name, .way-what')]);
    this.element = label(
      h('div.three-ways', { role: 'radiogroup' }, ...ORDER.map((part) => this.buttons[part])),
      'aria-label',
      'decoder.ways',
    );
    keysOf(this.element, {
      keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown',
      says: 'keys.choices',
      act: ({ key }) => {
        const [right, down] = ARROWS[key],
          next = ORDER[(ORDER.indexOf(this.part) + right + down + 3) % 3];
        choose(next);
        this.buttons[next].focus();
      },
    });
    onWidth(this.arrows.parentElement, (width) => {
      this.width = width;
      this.draw();
    });
  }

  /** A translation whose shapes are drawn. */
  load(sentence) {
    const { source, target, heads, layers, d_model: d } = sentence;
    this.layers = layers;
    this.params = {
      source: source.length,
      target: target.length,
      layers_encoder: layers.encoder,
      layers_decoder: layers.decoder,
    };
    this.masked = sentence.causal;
    this.shapes.forEach((shape) => {
      shape.textContent = `[${heads.decoder}, ${source.length}, ${d / heads.decoder}]`;
    });
    for (const [side, stack] of Object.entries(this.stacks)) {
      const slabs = Array.from({ length: layers[side] }, (_, i) =>
        h('span.slab', {}, h('span.layer-number', {}, String(i + 1)), h('span.glyph')),
      );
      stack.replaceChildren(...slabs.reverse());
      stack.classList.toggle('open', side === 'decoder' && !sentence.causal);
    }
    this.spoken.forEach((element) => element.respeak());
    this.draw();
  }

  /** The text that names a part; a decoder without its mask has another. */
  keyOf(part) {
    return part === 'decoder' && this.masked === false ? 'decoder.way_open' : `decoder.way_${part}`;
  }

  show(part, layer) {
    const fresh = this.part !== undefined && part !== this.part;
    this.part = part;
    this.layer = layer;
    for (const one of PARTS) {
      this.buttons[one].setAttribute('aria-checked', String(one === part));
      this.buttons[one].tabIndex = one === part ? 0 : -1;
    }
    const lit = { encoder: part === 'encoder' ? layer : null, decoder: part === 'encoder' ? null : layer };
    for (const [side, stack] of Object.entries(this.stacks)) {
      [...stack.children].reverse().forEach((slab, i) => slab.classList.toggle('lit', i === lit[side]));
    }
    this.draw();
    if (fresh && part === 'cross') this.flow();
  }

  /** Two lines, K and V, from the encoder's last layer to every layer of the decoder. */
  draw() {
    const { width, layers } = this;
    if (!width || !layers) return;
    this.arrows.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    const middle = (stack, fromTop) => ((fromTop + 0.5) * HEIGHT) / stack,
      from = middle(layers.encoder, 0),
      bend = width * 0.5;
    const paths = Array.from({ length: layers.decoder }, (_, i) => {
      const to = middle(layers.decoder, layers.decoder - 1 - i),
        lit = this.part === 'cross' && i === this.layer;
      const apart = Math.min(5, HEIGHT / layers.decoder / 5);
      return Object.entries({ k: -apart, v: apart }).map(([kind, off]) =>
        svg(
          'g',
          { class: `hand ${kind}${lit ? ' lit' : ''}` },
          svg('path', { d: `M0 ${from + off} C${bend} ${from + off} ${bend} ${to + off} ${width - 9} ${to + off}` }),
          svg('path', { class: 'tip', d: `M${width - 10} ${to + off - 4} l9 4 l-9 4 z` }),
        ),
      );
    });
    this.arrows.replaceChildren(...paths.flat());
  }

  /** K and V travel once; not for those who asked for no motion. */
  flow() {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    /** @type {NodeListOf<SVGPathElement>} */
    const hands = this.arrows.querySelectorAll('path:not(.tip)');
    for (const path of hands) {
      const long = path.getTotalLength();
      path.animate([{ strokeDasharray: `0 ${long}` }, { strokeDasharray: `${long} 0` }], {
        duration: MOTION_MS,
        easing: 'ease-out',
      });
    }
  }
}
