// Forward and back through the steps of a sentence, by buttons, slider, arrow keys or by itself. All steps are here: nothing is asked for.

import { closest, h } from './dom.js';
import { calm } from './flight.js';
import { pageKeys } from './keys.js';
import { on, state, update } from './state.js';
import { bindLabel, bindText, t } from './text.js';

const BEAT_MS = 600;

/** Those that were built, and on which screen. @type {{ screen: string, stepper: Stepper }[]} */
const steppers = [];

/** The keys of a screen that has some; the list of keys names them wherever it is opened: they are declared before the screen is drawn. */
export function hasSteps(screen) {
  const inSight = () =>
    steppers.find((one) => one.screen === screen && one.stepper.seen() && one.stepper.count > 0)?.stepper;
  const when = () => Boolean(inSight());
  pageKeys({
    keys: 'ArrowLeft ArrowRight',
    says: 'keys.step',
    screens: [screen],
    when,
    act: ({ key }) => inSight().by(key === 'ArrowLeft' ? -1 : 1),
  });
  // Elsewhere on the page these two scroll it.
  pageKeys({
    keys: 'Home End',
    says: 'keys.step_ends',
    screens: [screen],
    when,
    act: (event) =>
      Boolean(closest(event, inSight().figure)) && inSight().to(event.key === 'Home' ? 0 : inSight().count - 1),
  });
}

export class Stepper {
  field;
  total;
  seen;
  figure;
  buttons;
  place;
  element;
  timer;

  playing = h('button.action.play', {
    type: 'button',
    onclick: () => (this.timer ? this.pause() : this.play()),
  });
  slider = bindLabel(
    h('input', { type: 'range', min: 0, step: 1, oninput: () => this.to(Number(this.slider.value)) }),
    'aria-label',
    'translation.slider',
  );

  /**
   * `field` of the state holds the step and `count()` says how many there are; `seen()` tells whether it is on the screen of that name, and
   * `figure` is the selector of what it steps through.
   */
  constructor({ field, count, screen, seen = () => state.screen === screen, figure }) {
    this.field = field;
    this.countSteps = count;
    this.seen = seen;
    this.figure = figure;
    const button = (key, sign, act) =>
      bindLabel(
        h('button.action', { type: 'button', onclick: act, 'data-step-to': key }, sign),
        'aria-label',
        `translation.${key}`,
      );
    this.buttons = {
      first: button('first', '⇤', () => this.to(0)),
      back: button('back', '←', () => this.by(-1)),
      on: button('on', '→', () => this.by(1)),
      last: button('last', '⇥', () => this.to(this.count - 1)),
    };
    this.place = bindText(h('span.place'), 'translation.place', () => ({ n: this.step + 1, total: this.count }));
    const { first, back, on: forward, last } = this.buttons;
    this.element = h('div.stepper', {}, first, back, this.playing, forward, last, this.slider, this.place);
    steppers.push({ screen, stepper: this });
    on('screen sentence', () => this.pause());
    on('lang', () => this.show());
  }

  get count() {
    return this.countSteps();
  }
  /** The step held; an address may ask for a step that only the sentence which is still on its way has. */
  get step() {
    return Math.max(0, Math.min(state[this.field], this.count - 1));
  }

  /** By hand; what was playing stops. */
  to(step) {
    this.pause();
    this.go(step);
  }
  by(steps) {
    this.to(this.step + steps);
  }
  go(step) {
    update({ [this.field]: Math.max(0, Math.min(this.count - 1, step)) });
  }

  play() {
    if (this.step === this.count - 1) this.go(0);
    this.timer = setInterval(() => {
      this.go(this.step + 1);
      if (this.step === this.count - 1) this.pause();
    }, BEAT_MS);
    this.show();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.show();
  }

  show() {
    const { step } = this,
      last = this.count - 1;
    this.buttons.first.disabled = this.buttons.back.disabled = step <= 0;
    this.buttons.on.disabled = this.buttons.last.disabled = step >= last;
    // What moves by itself is left out for those who asked for no motion; every step is one key away.
    this.playing.hidden = calm();
    this.playing.textContent = this.timer ? '❚❚' : '▶';
    this.playing.setAttribute('aria-label', t(this.timer ? 'translation.pause' : 'translation.play'));
    this.slider.max = String(Math.max(0, last));
    this.slider.value = String(step);
    this.slider.style.setProperty('--done', String(last > 0 ? step / last : 1));
    this.place.respeak();
  }
}
