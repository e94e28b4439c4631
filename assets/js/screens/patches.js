// The Patches screen: how a photo becomes a row of tokens. Puts its figures together and gives them what arrives.

import { takeable } from '../core/figure.js';
import { booted } from '../core/boot.js';
import { planes } from '../core/colours.js';
import { h } from '../core/dom.js';
import { sign, silent, term } from '../core/equation.js';
import { fly } from '../core/flight.js';
import { held, onShown, previewing, shown } from '../core/held.js';
import { on, state, update } from '../core/state.js';
import { html, bindText, t, told, whole } from '../core/text.js';
import { plusPrefix } from '../core/token_name.js';
import { asProblem, view } from '../core/wire.js';
import { Choices } from '../patches/choices.js';
import { Cost } from '../patches/cost.js';
import { Crop } from '../patches/crop.js';
import { Filters } from '../patches/filters.js';
import { Flow } from '../patches/flow.js';
import { Photo } from '../patches/photo.js';
import { Positions } from '../patches/positions.js';
import { Products } from '../patches/products.js';
import { Ribbon } from '../patches/ribbon.js';

export async function mount(root) {
  await booted;
  const photo = new Photo(),
    ribbon = new Ribbon(),
    crop = new Crop(),
    choices = new Choices(),
    products = new Products();
  const filters = new Filters(),
    positions = new Positions(),
    cost = new Cost();
  let look = null,
    square = null,
    strongest = null,
    last = null,
    embedding = null;

  const flow = new Flow({
    choose: (unit) => update({ unit }),
  });
  const words = h('div.words'),
    heldWords = h('p.held', { 'data-told': true }),
    length = h('p.length', { 'data-equation': '' });
  root.append(
    h(
      'div.patches-screen',
      {},
      bindText(h('h2'), 'patches.heading'),
      words,
      photo.element,
      takeable(
        h(
          'section.sequence',
          {},
          h('header', {}, bindText(h('h3'), 'patches.sequence'), length, heldWords),
          ribbon.element,
        ),
        () => embedding?.arrays.tokens,
      ),
      choices.element,
      choices.answer,
      crop.element,
      flow.element,
      products.element,
      h('div.figures', {}, filters.element, positions.element, cost.element),
    ),
  );

  function speak() {
    if (!look) return;
    const patches = look.rows * look.cols,
      { prefix, tokens } = look;
    const leading =
      prefix.join() === 'CLS' ? 'patches.words_cls' : prefix.length ? 'patches.words_prefix' : 'patches.words_alone';
    words.innerHTML =
      `<p>${html('patches.words', { patches })} ${html(leading, { names: prefix.join(', ') })}</p>` +
      html('patches.words_try');
    told(length, 'patches.sequence_formula', {
      patches: term(whole(patches)),
      prefix: prefix.length
        ? h('span', {}, silent('+'), h('span', { 'data-term': prefix.length }, plusPrefix(look)))
        : '',
      equals: sign('='),
      tokens: term(whole(tokens)),
    });
    ribbon.canvas.setAttribute('aria-label', t('patches.ribbon', look));
    for (const part of [photo, crop, choices, products, filters, positions, cost]) part.speak();
    tellHeld();
  }

  function tellHeld() {
    if (!look || look !== state.look) return;
    const token = shown(),
      first = look.prefix.length,
      patch = token - first,
      how = previewing() ? 'pointing' : 'holding';
    heldWords.innerHTML =
      patch < 0
        ? html(`patches.${how}_prefix`, { name: look.prefix[token] })
        : html(`patches.${how}`, {
            patch: patch + 1,
            patches: look.rows * look.cols,
            row: Math.floor(patch / look.cols) + 1,
            col: (patch % look.cols) + 1,
          });
  }

  const arithmetic = () => products.show(look, held() - look.prefix.length, unit(), look.prefix[held()]);

  /** The number of a token that is held: the one chosen, else the one to which the held patch's pixels give most. */
  function unit() {
    if (state.unit !== null && state.unit < look.d_model) return state.unit;
    return strongest[Math.max(0, held() - look.prefix.length)];
  }

  function showUnit() {
    if (!square || look !== state.look) return;
    flow.hold(unit());
    arithmetic();
  }

  /** Draw a look: what follows from its facts at once, the rest when its bytes are here. */
  async function load() {
    if (state.screen !== 'patches' || !state.look || state.look === look) return;
    look = state.look;
    square = null;
    for (const part of [photo, ribbon, crop, choices, flow, filters, cost]) part.setLook(look);
    speak();
    const wanted = look;
    try {
      const payload = await view('embedding', wanted);
      if (look !== wanted) return;
      // Left from another screen: what is held is no patch of it. Whoever comes back to it sees it drawn then.
      if (state.look !== wanted) {
        look = null;
        return;
      }
      const [, height, width] = payload.arrays.pixels.shape;
      embedding = payload;
      square = planes(payload.arrays.pixels.data, width, height);
      photo.setPixels(square, payload.arrays.pixels);
      ribbon.setPixels(square);
      crop.setPixels(square, payload.facts, payload.arrays.pixels);
      positions.setPayload(look, payload);
      strongest = payload.arrays.strongest.data;
      flow.setPayload(payload, unit());
      arithmetic();
      last = held();
    } catch (error) {
      if (look === wanted) {
        look = null;
        update({ problem: asProblem(error) });
      }
    }
  }

  const repaint = () => {
    for (const part of [photo, ribbon, filters, positions, cost, products]) part.draw();
    flow.repaint();
  };
  on('screen look', load);
  on('unit', showUnit);
  on('lang', speak);
  // A canvas cannot be drawn while its screen is away: what changed meanwhile is drawn on coming back.
  on('theme lang screen', () => {
    if (state.screen === 'patches' && look) repaint();
  });
  onShown(tellHeld);
  onShown(() => {
    if (state.screen !== 'patches' || look !== state.look || !square || held() === last) return;
    last = held();
    showUnit();
    const patch = last - look.prefix.length,
      side = look.patch;
    // Before a room one of them may be out of sight.
    if (patch >= 0 && photo.canvas.clientWidth && ribbon.canvas.clientWidth)
      fly(
        square,
        [(patch % look.cols) * side, Math.floor(patch / look.cols) * side, side],
        photo.boxOf(last),
        ribbon.boxOf(last),
      );
  });
  load();
}
