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
import { PatchFlow } from '../patches/flow.js';
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
  let photoQuery = null,
    square = null,
    strongest = null,
    last = null,
    embedding = null;

  const flow = new PatchFlow({
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
    if (!photoQuery) return;
    const patches = photoQuery.rows * photoQuery.cols,
      { prefix, tokens } = photoQuery;
    const leading =
      prefix.join() === 'CLS' ? 'patches.words_cls' : prefix.length ? 'patches.words_prefix' : 'patches.words_alone';
    words.innerHTML =
      `<p>${html('patches.words', { patches })} ${html(leading, { names: prefix.join(', ') })}</p>` +
      html('patches.words_try');
    told(length, 'patches.sequence_formula', {
      patches: term(whole(patches)),
      prefix: prefix.length
        ? h('span', {}, silent('+'), h('span', { 'data-term': prefix.length }, plusPrefix(photoQuery)))
        : '',
      equals: sign('='),
      tokens: term(whole(tokens)),
    });
    ribbon.canvas.setAttribute('aria-label', t('patches.ribbon', photoQuery));
    for (const part of [photo, crop, choices, products, filters, positions, cost]) part.speak();
    tellHeld();
  }

  function tellHeld() {
    if (!photoQuery || photoQuery !== state.photoQuery) return;
    const token = shown(),
      first = photoQuery.prefix.length,
      patch = token - first,
      how = previewing() ? 'pointing' : 'holding';
    heldWords.innerHTML =
      patch < 0
        ? html(`patches.${how}_prefix`, { name: photoQuery.prefix[token] })
        : html(`patches.${how}`, {
            patch: patch + 1,
            patches: photoQuery.rows * photoQuery.cols,
            row: Math.floor(patch / photoQuery.cols) + 1,
            col: (patch % photoQuery.cols) + 1,
          });
  }

  const arithmetic = () =>
    products.show(photoQuery, held() - photoQuery.prefix.length, unit(), photoQuery.prefix[held()]);

  /** The number of a token that is held: the one chosen, else the one to which the held patch's pixels give most. */
  function unit() {
    if (state.unit !== null && state.unit < photoQuery.d_model) return state.unit;
    return strongest[Math.max(0, held() - photoQuery.prefix.length)];
  }

  function showUnit() {
    if (!square || photoQuery !== state.photoQuery) return;
    flow.hold(unit());
    arithmetic();
  }

  /** Draw a photo query: what follows from its facts at once, the rest when its bytes are here. */
  async function load() {
    if (state.screen !== 'patches' || !state.photoQuery || state.photoQuery === photoQuery) return;
    photoQuery = state.photoQuery;
    square = null;
    for (const part of [photo, ribbon, crop, choices, flow, filters, cost]) part.setPhotoQuery(photoQuery);
    speak();
    const wanted = photoQuery;
    root.dataset.waiting = ''; // what is there of numbers is the photo query's before
    try {
      const payload = await view('embedding', wanted);
      if (photoQuery !== wanted) return;
      // Left from another screen: what is held is no patch of it. Whoever comes back to it sees it drawn then.
      if (state.photoQuery !== wanted) {
        photoQuery = null;
        return;
      }
      const [, height, width] = payload.arrays.pixels.shape;
      embedding = payload;
      square = planes(payload.arrays.pixels.data, width, height);
      photo.setPixels(square, payload.arrays.pixels);
      ribbon.setPixels(square);
      crop.setPixels(square, payload.facts, payload.arrays.pixels);
      positions.setPayload(photoQuery, payload);
      strongest = payload.arrays.strongest.data;
      flow.setPayload(payload, unit());
      arithmetic();
      last = held();
      delete root.dataset.waiting;
    } catch (error) {
      if (photoQuery === wanted) {
        photoQuery = null;
        delete root.dataset.waiting;
        update({ problem: asProblem(error) });
      }
    }
  }

  const repaint = () => {
    for (const part of [photo, ribbon, filters, positions, cost, products]) part.draw();
    flow.repaint();
  };
  on('screen photoQuery', load);
  on('unit', showUnit);
  on('lang', speak);
  // A canvas cannot be drawn while its screen is away: what changed meanwhile is drawn on coming back.
  on('theme lang screen', () => {
    if (state.screen === 'patches' && photoQuery) repaint();
  });
  onShown(tellHeld);
  onShown(() => {
    if (state.screen !== 'patches' || photoQuery !== state.photoQuery || !square || held() === last) return;
    last = held();
    showUnit();
    const patch = last - photoQuery.prefix.length,
      side = photoQuery.patch;
    // Before a room one of them may be out of sight.
    if (patch >= 0 && photo.canvas.clientWidth && ribbon.canvas.clientWidth)
      fly(
        square,
        [(patch % photoQuery.cols) * side, Math.floor(patch / photoQuery.cols) * side, side],
        photo.boxOf(last),
        ribbon.boxOf(last),
      );
  });
  load();
}
