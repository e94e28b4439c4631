// The calculator: a sheet that tells how one number came to be, and then how its operands did, down to the pixels.
//
// Any screen opens it with core/explain.js.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { on, state } from '../core/state.js';
import { html, label, say, t } from '../core/text.js';
import { asProblem, view } from '../core/wire.js';
import { numberPage } from './number_page.js';
import { called, operandAt, quantity, symbol } from './quantities.js';
import { RowPage } from './row_page.js';

/** Steps of the trail that are written out. */
const MOST = 8;
const OF_A_ROW = ['attn.scores', 'attn.pattern', 'attn.z'];

export async function mount(root) {
  await booted;
  let trail = []; // { name, index, change }, the number on screen last
  let opener = null;
  const title = h('h3'), crumbs = h('nav.trail'), body = h('div.calculator-body');
  const close = h('button.action', { type: 'button', onclick: () => hide() }, '✕');
  const back = h('button.action', { type: 'button', onclick: () => goTo(trail.length - 2) }, '←');
  label(close, 'aria-label', 'card.close');
  label(back, 'aria-label', 'calculator.back');
  const sheet = h('aside.calculator', { role: 'dialog', hidden: true, tabindex: '-1' },
    h('header', {}, back, say(h('span.calculator-name'), 'calculator.title'), close), crumbs, title, body);
  label(sheet, 'aria-label', 'calculator.title');
  label(crumbs, 'aria-label', 'calculator.trail');
  root.append(sheet);

  document.addEventListener('microscope:explain', ({ detail: { name, index, change = '' } }) => {
    if (sheet.hidden) opener = document.activeElement;
    trail = [{ name, index, change }];
    sheet.hidden = false;
    show();
    sheet.focus({ preventScroll: true });
  });
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && !sheet.hidden && !document.querySelector('dialog[open]')) hide(); });

  function hide() {
    sheet.hidden = true;
    opener?.focus?.({ preventScroll: true });
  }

  function goTo(i) {
    if (i < 0) return;
    trail = trail.slice(0, i + 1);
    show();
  }

  const open = (number) => { trail.push({ ...number, change: trail.at(-1).change }); show(); };

  /** The number at the end of the trail; the old page stays, dimmed, until its bytes are here. */
  async function show() {
    const { look } = state, here = trail.at(-1), about = quantity(here.name);
    const gone = () => state.look !== look || trail.at(-1) !== here;
    body.dataset.waiting = '';
    tellTrail();
    try {
      const page = OF_A_ROW.includes(about.kind) ? await rowPage(look, here, about) : await number(look, here);
      if (gone() || page === null) return;
      title.textContent = called(here.name, here.index, look);
      const within = sheet.contains(document.activeElement);
      body.replaceChildren(page);
      sheet.scrollTop = 0;
      if (within) sheet.focus({ preventScroll: true }); // the button that was pressed is gone
    } catch (error) {
      if (gone()) return;
      const { code, params } = asProblem(error), sentence = h('p.problem');
      sentence.innerHTML = html(`error.${code}`, params);
      body.replaceChildren(sentence);
    } finally {
      if (!gone()) delete body.dataset.waiting;
    }
  }

  async function number(look, here) {
    const payload = await view('number', look, { name: here.name, index: here.index.join(','), ...(here.change && { change: here.change }) });
    if (payload.facts.operation !== 'same') return numberPage(payload, look, open);
    // The stream that enters a block is the one that left the block before: straight on to that.
    if (trail.at(-1) === here) { Object.assign(here, operandAt(payload.facts.sources.x, 0)); show(); }
    return null;
  }

  async function rowPage(look, here, { kind, layer }) {
    const [head, query, last] = here.index;
    const asked = { layer, head, query, ...(here.change && { change: here.change }) };
    const at = { layer, head, query, key: kind === 'attn.z' ? here.key ?? null : last, dim: kind === 'attn.z' ? last : here.dim ?? null };
    return new RowPage(await view('row', look, asked), look, at, {
      open,
      unscale: (off) => { here.change = scaled(here.change, layer, look.layers, off); show(); },
      // What was chosen on the page is still there after coming back to it.
      choose: ({ key, dim }) => {
        if (key !== undefined) { if (kind === 'attn.z') here.key = key; else here.index = [head, query, key]; }
        if (dim !== undefined) { if (kind === 'attn.z') here.index = [head, query, dim]; else here.dim = dim; }
        title.textContent = called(here.name, here.index, look);
        tellTrail();
      },
    }).element;
  }

  function tellTrail() {
    back.disabled = trail.length < 2;
    crumbs.replaceChildren(...trail.flatMap(({ name, index }, i) => {
      // A long way shows its beginning and its end.
      if (trail.length > MOST && i > 1 && i < trail.length - MOST + 3) return i === 2 ? [h('span', {}, '…')] : [];
      const { layer } = quantity(name);
      return [h('button', {
        type: 'button', title: called(name, index, state.look), 'aria-current': i === trail.length - 1 ? 'step' : null, onclick: () => goTo(i),
      }, symbol(name, index), layer === null ? null : h('small', {}, ` ${t('calculator.in_layer', { layer: layer + 1 })}`))];
    }));
    const { change } = trail.at(-1);
    if (change) crumbs.append(h('span.changed', {}, changeWords(change)));
  }

  // Another photo has other numbers under the same names, and on another screen the sheet would lie over what was asked for.
  on('look screen', () => { if (!sheet.hidden) hide(); });
  on('lang', () => { if (!sheet.hidden) show(); });
}

/** A change with √d off, or on again, in one layer. */
function scaled(change, layer, layers, off) {
  const parts = change.split(';').filter(Boolean);
  // "All layers" written out, so that one of them can be taken back.
  const each = parts.flatMap((part) => (part === 'scale:off@all' ? Array.from({ length: layers }, (_, i) => `scale:off@${i}`) : [part]));
  const here = `scale:off@${layer}`, others = each.filter((part) => part !== here);
  return (off ? [...others, here] : others).join(';');
}

/** What a change switches off, in words. */
function changeWords(change) {
  const kinds = new Map();
  for (const part of change.split(';').filter(Boolean)) {
    const [kind, value] = part.split(':'), where = value.split('@')[1];
    kinds.set(kind, [...(kinds.get(kind) || []), where]);
  }
  return [...kinds].map(([kind, layers]) => t(`calculator.change_${kind}`, {
    where: layers[0] === undefined ? '' : layers[0] === 'all' || layers.length > 3 ? t('calculator.many_layers') : t('calculator.in_layer', { layer: layers.map((layer) => Number(layer) + 1).join(', ') }),
  })).join(' · ');
}
