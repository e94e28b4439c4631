// The plain network's recurrent matrix, made longer or shorter: what its spectral radius does to the gradient.

import { argmax } from '../core/argmax.js';
import { takeable } from '../core/figure.js';
import { h } from '../core/dom.js';
import { on, state, update } from '../core/state.js';
import { digits, html, bindLabel, bindText, scientific, t } from '../core/text.js';
import { fetchView } from '../core/wire.js';
import { LogPlot, text } from './log_plot.js';

const ROOM = { left: 48, right: 12, top: 12, bottom: 30 };
const EVERY = 10; // steps between two names of the axis across
const STRAIGHT = 0,
  BENT = 1;

export class Radius {
  pointed = null;
  element;
  notes;
  arrays;
  facts;
  radii;
  range;

  slider = bindLabel(
    h('input', { type: 'range', oninput: () => update({ radius: this.radii[Number(this.slider.value)] }) }),
    'aria-label',
    'before.radius_slider',
  );
  value = h('output.number', { translate: 'no' });
  tiny = h('input', { type: 'checkbox', role: 'switch', onchange: () => update({ tinyInputs: this.tiny.checked }) });
  plot = new LogPlot({
    height: 400,
    room: ROOM,
    hover: (place) => {
      this.pointed = place;
      this.draw();
    },
    draw: () => this.draw(),
  });
  readout = h('p.readout', { 'data-told': true });
  verdict = h('p.gradient-story');

  constructor() {
    bindLabel(this.plot.over, 'aria-label', 'before.radius_figure');
    this.element = takeable(
      h(
        'section.card.radius',
        {},
        bindText(h('h3'), 'before.radius_title'),
        h(
          'div.radius-columns',
          {},
          h('div.radius-figure', {}, this.plot.element, bindText(h('p.axis.end'), 'before.radius_axis'), this.readout),
          h(
            'div.radius-words',
            {},
            h('label.length-slider', {}, bindText(h('span'), 'before.radius_slider'), this.slider, this.value),
            h('div.switches', {}, h('label.switch', {}, this.tiny, bindText(h('span'), 'before.radius_tiny'))),
            h(
              'div.legend',
              {},
              h('span', {}, h('span.stroke.trained'), bindText(h('span'), 'before.radius_true')),
              h('span', {}, h('span.stroke.power'), bindText(h('span'), 'before.radius_power')),
            ),
            this.verdict,
            ...['before.radius_see', 'before.radius_not', 'before.radius_clip'].map((key) =>
              bindText(h('p.note'), key, () => ({ units: this.facts?.units ?? '', steps: this.facts?.steps ?? '' })),
            ),
          ),
        ),
      ),
      () => this.arrays,
      { of: () => ({ models: [], inputs: [] }) }, // of matrices without training, and of no sentence
    );
    this.notes = this.element.querySelectorAll('.note');
    on('radius tinyInputs', () => this.draw());
  }

  /** Nothing of it depends on the sentence: asked once. */
  async load() {
    if (this.facts) return;
    const { arrays, facts } = await fetchView('sentence/view/radius', {});
    this.arrays = arrays;
    this.facts = facts;
    this.radii = Array.from(arrays.radii.data, (radius) => Number(radius.toFixed(2)));
    Object.assign(this.slider, { min: 0, max: this.radii.length - 1, step: 1 });
    const ends = [...arrays.norms.data, ...arrays.power.data];
    this.range = { low: Math.floor(Math.min(...ends)), high: Math.ceil(Math.max(...ends)) };
    this.notes.forEach((note) => note.respeak());
    this.draw();
  }

  draw() {
    if (!this.facts) return;
    const {
        plot,
        facts: { steps },
        arrays: { norms, power },
      } = this,
      at = nearest(this.radii, state.radius),
      r = this.radii[at];
    const bent = state.tinyInputs ? STRAIGHT : BENT,
      from = (bent * this.radii.length + at) * steps;
    const powers = {
      trained: norms.data.subarray(from, from + steps),
      power: power.data.subarray(at * steps, (at + 1) * steps),
    };
    this.slider.value = String(at);
    this.tiny.checked = state.tinyInputs;
    this.value.textContent = r.toFixed(2);
    const left = powers.trained[0] - powers.trained[steps - 1],
      ratio = 10 ** left;
    this.verdict.innerHTML = html(
      left < -1 ? 'before.radius_vanishes' : left > 1 ? 'before.radius_explodes' : 'before.radius_holds',
      { steps: steps - 1, ratio: times(ratio) },
    );
    const place = this.pointed ?? 0;
    this.readout.innerHTML = html('before.radius_reading', {
      back: steps - 1 - place,
      value: times(10 ** (powers.trained[place] - powers.trained[steps - 1])),
      power: times(10 ** (powers.power[place] - powers.power[steps - 1])),
      radius: r.toFixed(2),
    });
    this.slider.setAttribute('aria-valuetext', t('before.radius_value', { radius: r.toFixed(2) }));
    if (!plot.begin({ count: steps, ...this.range })) return;
    for (let back = 0; back < steps; back += EVERY)
      plot.add(text(plot.x(steps - 1 - back), plot.floor + 18, back ? `−${back}` : '0', 'tick middle'));
    plot.curve(powers.power, 'power');
    plot.curve(powers.trained, 'trained');
    plot.mark(this.pointed, [
      { powers: powers.power, kind: 'power' },
      { powers: powers.trained, kind: 'trained' },
    ]);
  }
}

/** The place of the number that is closest to another. */
const nearest = (numbers, to) => argmax(numbers, (one) => -Math.abs(one - to));

/** A number near 1 as it is read aloud, one far from it as a power of ten. */
const times = (value) => (value >= 1e-3 && value < 1e4 ? digits(value) : scientific(value, 2));
