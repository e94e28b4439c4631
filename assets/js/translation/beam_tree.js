// A beam search as a tree: every word that some hypothesis tried, what was kept, finished or cut, and the winner.

import { takeable } from '../core/figure.js';
import { h, onWidth } from '../core/dom.js';
import { calm } from '../core/flight.js';
import { keysOf } from '../core/keys.js';
import { piece, pieceElement, pieceName } from '../core/pieces.js';
import { needsServer } from '../core/needs_server.js';
import { isRecorded } from '../core/recorded.js';
import { hintScroll } from '../core/scroll_hint.js';
import { PointerOrKeys } from '../core/pointer_or_keys.js';
import { Taps } from '../core/taps.js';
import { bindLabel, bindText, t } from '../core/text.js';
import { nats } from './numbers.js';
import { hypothesis } from './hypothesis.js';
import { edge, treeLayout, pathTo } from './tree_layout.js';

const FATES = ['kept', 'ended', 'cut'];
const SVG = 'http://www.w3.org/2000/svg';
const draw = (attributes, ...classes) => {
  const path = document.createElementNS(SVG, 'path');
  for (const [name, value] of Object.entries(attributes)) path.setAttribute(name, value);
  path.classList.add(...classes);
  return path;
};

export class BeamTree {
  force;
  sentence;
  payload;
  at;
  columns;
  plan;
  edges;
  nodes;
  heads;
  held;
  last;

  pointed = null;
  taps = new Taps();
  turn = new PointerOrKeys();

  canvas = h('div.tree-canvas', {
    role: 'group',
    onpointerleave: (event) => {
      if (event.pointerType === 'mouse' && this.turn.follows(event)) this.point(null);
    },
  });
  box = hintScroll(h('div.tree-box', { tabindex: '-1' }, this.canvas));
  detail = h('div.hypothesis', { 'data-told': true });
  element = takeable(
    h(
      'section.beam-tree.card',
      { hidden: true },
      h(
        'div.beam-head',
        {},
        bindText(h('h3'), 'translation.tree_title'),
        bindText(h('p.note'), 'translation.tree_note'),
        ...needsServer(),
      ),
      this.box,
      this.detail,
    ),
    () => this.payload,
  );

  drawnAt = '';

  /** How large a node is in this window, beside one of any other, and how high its row: css/translation.css. */
  get sizes() {
    const style = getComputedStyle(this.canvas),
      of = (name) => Number(style.getPropertyValue(name)) || undefined;
    return { scale: of('--nodes'), row: of('--node-row'), gap: of('--cut-gap') };
  }

  /** force(ids): go on from these words. */
  constructor(force) {
    this.force = force;
    bindLabel(this.canvas, 'aria-label', 'translation.tree_label');
    onWidth(this.box, () => {
      if (JSON.stringify(this.sizes) !== this.drawnAt) this.name();
    });
    keysOf(this.canvas, {
      keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown',
      says: 'keys.tree',
      act: (event) => this.key(event),
    });
  }

  load(sentence, payload) {
    this.sentence = sentence;
    this.payload = payload;
    this.at = null;
    const { parent } = payload.arrays;
    this.element.hidden = !parent.data.length;
    if (parent.data.length) this.name();
  }

  /** The whole tree anew: of another translation, or in another language. */
  name() {
    if (!this.payload?.arrays.parent.data.length) return;
    const columns = Object.fromEntries(Object.entries(this.payload.arrays).map(([name, { data }]) => [name, data]));
    const { words } = this.payload.facts,
      { parent, on_path: winner, fate } = columns,
      sizes = this.sizes,
      plan = treeLayout(columns, sizes);
    this.columns = columns;
    this.plan = plan;
    this.drawnAt = JSON.stringify(sizes);
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('width', String(plan.width));
    svg.setAttribute('height', String(plan.height));
    svg.setAttribute('aria-hidden', 'true');
    // The winner's line lies above the others, the pointed one above all.
    this.edges = plan.places.map((place, node) =>
      parent[node] < 0
        ? null
        : draw({ d: edge(plan.places[parent[node]], place) }, FATES[fate[node]], ...(winner[node] ? ['winner'] : [])),
    );
    svg.append(
      ...this.edges.filter((line, node) => line && !winner[node]),
      ...this.edges.filter((line, node) => line && winner[node]),
    );
    this.nodes = plan.places.map((place, node) => this.node(piece(words[columns.token[node]]), place, node));
    this.heads = Array.from({ length: plan.steps }, (_, step) =>
      h(
        'span.step-head',
        { style: { left: `${step * plan.column}px`, width: `${plan.node}px` } },
        t('translation.tree_step', { n: step + 1 }),
      ),
    );
    const cut = bindText(
      h('span.cut-head', { style: { top: `${plan.cutFrom - plan.gap + 1}px` } }),
      'translation.tree_cut',
    );
    this.held = h('span.held-step', { 'aria-hidden': true, style: { width: `${plan.node + 12}px` } });
    Object.assign(this.canvas.style, { width: `${plan.width}px`, height: `${plan.height}px` });
    this.last = [...winner.keys()].filter((node) => winner[node]).pop();
    this.nodes[this.last].tabIndex = 0;
    // Last of all: a node that loses the focus as it is taken away asks for the new winner.
    this.canvas.replaceChildren(this.held, svg, ...this.heads, cut, ...this.nodes);
    this.point(null);
    if (this.at !== null) {
      const { at } = this;
      this.at = null;
      this.mark(at);
    }
  }

  node(one, { x, y, wide, tall }, node) {
    const { fate, logprob, share, judged, place, on_path: winner } = this.columns,
      kind = FATES[fate[node]];
    const name = pieceElement({ ...one, text: pieceName(one) });
    const button = h(
      `button.node.${kind}`,
      {
        type: 'button',
        tabindex: -1,
        'data-node': node,
        style: { left: `${x}px`, top: `${y + 2}px`, width: `${wide}px`, height: `${tall - 4}px` },
        onpointerdown: (event) => {
          if (!this.taps.down(event, node, this.pointed)) this.point(node);
        },
        onclick: () => {
          if (this.taps.clicked() && !isRecorded()) this.force(this.ids(node));
        },
        onfocus: () => this.point(node),
        onblur: () => this.point(null),
        onpointerenter: (event) => {
          if (event.pointerType === 'mouse' && this.turn.follows(event)) this.point(node);
        },
        onpointermove: (event) => {
          if (this.turn.regained(event)) this.point(node);
        },
      },
      name,
      ...(kind === 'ended'
        ? [
            h('span.place', {}, place[node] < 0 ? '' : t('translation.place_of', { place: place[node] + 1 })),
            h('span.score', {}, h('span', {}, t('translation.score')), ' ', nats(judged[node])),
          ]
        : [
            h('span.bar', {}, h('span.fill', { style: { width: `${100 * share[node]}%` } })),
            h('span.logprob', {}, nats(logprob[node])),
          ]),
    );
    button.classList.toggle('winner', Boolean(winner[node]));
    button.setAttribute(
      'aria-description',
      t(`translation.node_${kind}`, {
        word: pieceName(one),
        n: this.columns.step[node] + 1,
        logprob: nats(logprob[node]),
        score: nats(judged[node]),
      }),
    );
    return button;
  }

  ids(node) {
    const { parent, token } = this.columns;
    return pathTo(node, parent).map((at) => token[at]);
  }

  /** Show the hypothesis that ends at a node; without one, the translation itself. */
  point(node) {
    const { columns, nodes, edges } = this,
      shown = node ?? this.last;
    this.pointed = node;
    const path = new Set(node === null ? [] : pathTo(node, columns.parent));
    nodes.forEach((button, at) => button.classList.toggle('lit', path.has(at)));
    edges.forEach((line, at) => line?.classList.toggle('lit', path.has(at)));
    this.detail.replaceChildren(
      ...hypothesis(pathTo(shown, columns.parent), columns, this.payload.facts, node === null),
    );
  }

  /** The step held on the rest of the screen. */
  mark(step) {
    if (this.at === step || !this.plan) return;
    const first = this.at === null;
    this.at = step;
    this.heads.forEach((head, at) => head.classList.toggle('now', at === step));
    this.held.hidden = step >= this.plan.steps;
    const { box, plan } = this,
      left = step * plan.column,
      hidden = left < box.scrollLeft || left + plan.node > box.scrollLeft + box.clientWidth;
    this.held.style.left = `${left - 6}px`;
    if (hidden && box.clientWidth)
      box.scrollTo({ left: left - box.clientWidth / 2 + plan.node / 2, behavior: first || calm() ? 'auto' : 'smooth' });
  }

  key(event) {
    const node = Number(event.target.dataset?.node ?? NaN),
      { parent, on_path: winner } = this.columns;
    if (Number.isNaN(node)) return false;
    const { columns: rows, places } = this.plan,
      column = [...rows[places[node].column].kept, ...rows[places[node].column].cut];
    const children = [...parent.keys()].filter((other) => parent[other] === node);
    const next = {
      ArrowLeft: parent[node],
      ArrowRight: children.find((child) => winner[child]) ?? children[0],
      ArrowUp: column[column.indexOf(node) - 1],
      ArrowDown: column[column.indexOf(node) + 1],
    }[event.key];
    if (next === undefined || next < 0) return true;
    this.turn.keyed();
    this.nodes[node].tabIndex = -1;
    this.nodes[next].tabIndex = 0;
    this.nodes[next].focus();
    return true;
  }
}
