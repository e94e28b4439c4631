// The model as a small drawing, and at the same time the choice among its three attentions. A layer is a row: the encoder's one attention and its
// feed-forward network; the decoder's two attentions and its feed-forward network. The encoder hands over its output, once; every layer of the
// decoder makes its own K and V of it.

import { takeable } from '../core/figure.js';
import { h, onceLaidOut, onWidth, ownPixels, svg } from '../core/dom.js';
import { ARROWS, keysOf } from '../core/keys.js';
import { PARTS } from '../core/sentence.js';
import { bindLabel, bindText, t, whole } from '../core/text.js';

const MOTION_MS = 300,
  BUS = 12, // how far from the top the encoder's output runs
  BEND = 7,
  ROOM_TO_NAME = 200; // less of it than this, and the output is told by its shape alone
const ORDER = ['encoder', 'decoder', 'cross']; // as the data goes: through the encoder, and then through each layer of the decoder

export class ThreeWays {
  buttons;
  spoken;
  element;
  masked;
  norm;
  part;
  built = ''; // of which model the stacks are
  flows = false; // whether the output travels with the next drawing
  layer;

  numbers = null;
  params = { source: '', target: '', layers_encoder: '', layers_decoder: '', keys: '' };
  stacks = Object.fromEntries(ORDER.map((part) => [part, h('span.layer-stack')]));
  handed = svg('svg', { class: 'handed', 'aria-hidden': 'true' });
  shape = h('span', { translate: 'no' });
  output = h(
    'span.encoder-output',
    { 'aria-hidden': 'true' },
    bindText(h('span.named'), 'decoder.encoder_output'),
    ' ',
    this.shape,
  );
  /** Read where the drawing folds to one line: which attention is chosen. */
  title = bindText(
    h('h3.fold-title'),
    () => 'decoder.ways_chosen',
    () => ({ name: this.part ? t(this.keyOf(this.part)) : '' }),
  );
  legend = bindText(
    h('p.ways-legend'),
    () => `decoder.ways_${this.norm ?? 'post'}`,
    () => this.params,
  );

  constructor(choose) {
    this.buttons = Object.fromEntries(
      ORDER.map((part) => [
        part,
        h(
          `button.way.${part}`,
          { type: 'button', role: 'radio', 'aria-checked': 'false', 'data-part': part, onclick: () => choose(part) },
          bindText(h('span.way-name'), () => this.keyOf(part)),
          h('span.drawing', { 'aria-hidden': 'true' }, this.stacks[part]),
          bindText(
            h('span.way-what'),
            () => `${this.keyOf(part)}_what`,
            () => this.params,
          ),
        ),
      ]),
    );
    this.spoken = Object.values(this.buttons).flatMap((button) => [...button.querySelectorAll('.way-name, .way-what')]);
    const radios = bindLabel(
      h('div.three-ways', { role: 'radiogroup' }, ...ORDER.map((part) => this.buttons[part]), this.handed, this.output),
      'aria-label',
      'decoder.ways',
    );
    keysOf(radios, {
      keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown',
      says: 'keys.choices',
      act: ({ key }) => {
        const [right, down] = ARROWS[key],
          next = ORDER[(ORDER.indexOf(this.part) + right + down + 3) % 3];
        choose(next);
        this.buttons[next].focus();
      },
    });
    this.element = takeable(h('div.ways-figure', {}, this.title, radios, this.legend), () => this.numbers, {
      title: 'decoder.heading',
    });
    onWidth(radios, () => this.draw());
    this.drawSoon = onceLaidOut(radios, () => {
      this.draw();
      if (this.flows) this.flow();
      this.flows = false;
    });
  }

  /** A translation whose shapes are drawn. */
  load(sentence) {
    this.numbers = { shapes: shapesOf(sentence) };
    const { source, target, heads, layers, d_model: d } = sentence;
    this.params = {
      source: source.length,
      target: target.length,
      layers_encoder: layers.encoder,
      layers_decoder: layers.decoder,
      keys: `[${heads.decoder}, ${source.length}, ${d / heads.decoder}]`,
    };
    this.masked = sentence.causal;
    this.norm = sentence.norm;
    this.build(sentence);
    this.shape.textContent = `[${source.length}, ${whole(d)}]`;
    [...this.spoken, this.legend, this.title].forEach((element) => element.respeak());
    this.drawSoon();
  }

  /** The rows of both stacks; a sentence for the same model finds them there. */
  build({ layers, causal }) {
    const built = [layers.encoder, layers.decoder, causal].join();
    if (built === this.built) return;
    this.built = built;
    const glyph = (part) => h(`span.glyph.${part}${part === 'decoder' && !causal ? '.open' : ''}`);
    const add = () => h('span.add', {}, '+'),
      forward = () => h('span.forward', {}, 'FF');
    const rows = {
      encoder: () => [glyph('encoder'), add(), forward(), add()],
      decoder: () => [glyph('decoder'), add()],
      cross: (number) => [
        h('span.made', {}, ...['k', 'v'].map((kind) => h(`b.${kind}`, {}, kind.toUpperCase(), h('sub', {}, number)))),
        glyph('cross'),
        add(),
        forward(),
        add(),
      ],
    };
    for (const [part, stack] of Object.entries(this.stacks)) {
      const slabs = Array.from({ length: layers[part === 'encoder' ? 'encoder' : 'decoder'] }, (_, i) => {
        const number = String(i + 1);
        return h(
          `span.slab.${part}`,
          {},
          ...(part === 'cross' ? [] : [h('span.layer-number', {}, number)]),
          ...rows[part](number),
        );
      });
      stack.replaceChildren(...slabs.reverse());
    }
  }

  /** The text that names a part; a decoder without its mask has another. */
  keyOf(part) {
    return part === 'decoder' && this.masked === false ? 'decoder.way_open' : `decoder.way_${part}`;
  }

  show(part, layer) {
    const fresh = this.part !== undefined && part !== this.part;
    this.part = part;
    this.layer = layer;
    this.title.respeak();
    for (const one of PARTS) {
      this.buttons[one].setAttribute('aria-checked', String(one === part));
      this.buttons[one].tabIndex = one === part ? 0 : -1;
      [...this.stacks[one].children]
        .reverse()
        .forEach((slab, i) => slab.classList.toggle('lit', one === part && i === layer));
    }
    if (fresh) this.flows = part === 'cross';
    this.drawSoon();
  }

  /** One line, the encoder's output, from its last layer to the place in every layer of the decoder where K and V are made of it. */
  draw() {
    const box = this.handed.getBoundingClientRect(),
      last = this.stacks.encoder.firstElementChild;
    if (!box.width || !last) return;
    const within = (element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const px = (distance) => ownPixels(this.handed, distance);
      return {
        left: px(left - box.left),
        right: px(right - box.left),
        y: px((top + bottom) / 2 - box.top),
        top: px(top - box.top),
      };
    };
    const from = within(last),
      ends = [...this.stacks.cross.querySelectorAll('.made')].map(within),
      down = ends[0].left - 12,
      up = from.right + 10;
    this.handed.setAttribute(
      'viewBox',
      `0 0 ${ownPixels(this.handed, box.width)} ${ownPixels(this.handed, box.height)}`,
    );
    const trunk = `M${from.right} ${from.y} H${up - BEND} Q${up} ${from.y} ${up} ${from.y - BEND} V${BUS + BEND} Q${up} ${BUS} ${up + BEND} ${BUS} H${down - BEND} Q${down} ${BUS} ${down} ${BUS + BEND} V${ends.at(-1).y}`;
    const branches = ends.map(({ left, y }, i) =>
      svg(
        'g',
        { class: `hand${this.part === 'cross' && ends.length - 1 - i === this.layer ? ' lit' : ''}` },
        svg('path', { d: `M${down} ${y} H${left - 4}` }),
        svg('path', { class: 'tip', d: `M${left - 6} ${y - 4} l6 4 l-6 4 z` }),
      ),
    );
    this.handed.replaceChildren(svg('path', { class: 'trunk', d: trunk }), ...branches);
    this.output.style.insetInlineStart = `${up + BEND + 2}px`;
    this.output.classList.toggle('brief', down - up < ROOM_TO_NAME);
  }

  /** The output travels once; not for those who asked for no motion. */
  flow() {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    /** @type {NodeListOf<SVGPathElement>} */
    const hands = this.handed.querySelectorAll('path:not(.tip)');
    for (const path of hands) {
      const long = path.getTotalLength();
      path.animate([{ strokeDasharray: `0 ${long}` }, { strokeDasharray: `${long} 0` }], {
        duration: MOTION_MS,
        easing: 'ease-out',
      });
    }
  }
}

/** How many there are of everything that is drawn. */
const shapesOf = ({ source, target, heads, layers, d_model }) => ({
  source: source.length,
  target: target.length,
  heads,
  layers,
  d_model,
});
