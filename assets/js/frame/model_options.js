// The choices of a model chooser: those on the server, those that can be downloaded, and those whose server cannot be reached from there.
// Of which nobody knows yet, that is not offered.

import { h } from '../core/dom.js';
import { askReach, canBeHad } from '../core/reach.js';
import { on, state } from '../core/state.js';
import { t } from '../core/text.js';

/** Whether a chooser's list is open; of browsers that do not tell, whether it may be. */
const isOpen = (chooser) =>
  CSS.supports('selector(:open)') ? chooser.matches(':open') : document.activeElement === chooser;

/**
 * What can be had is found out as soon as the page has nothing else to do, since a finger comes to a list without any sign before,
 * and again whenever somebody comes. It is shown anew, but never while the list is open: there it is once it opens the next time.
 */
export function asksReach(chooser, models, show) {
  const ask = () => models.some(({ here }) => !here) && askReach();
  let late = false;
  const catchUp = () => {
    if (late) show();
    late = false;
  };
  for (const kind of ['pointerenter', 'focus', 'pointerdown']) chooser.addEventListener(kind, ask);
  for (const kind of ['blur', 'pointerdown']) chooser.addEventListener(kind, () => isOpen(chooser) || catchUp());
  on('hosts', () => {
    late = true;
    if (!isOpen(chooser)) catchUp();
  });
  if (globalThis.requestIdleCallback) requestIdleCallback(ask);
  else setTimeout(ask);
}

/**
 * @param {any[]} models
 * @param {(model: any) => string} label
 */
export function modelOptions(models, label = ({ name }) => name) {
  const option = (model) => h('option', { value: model.name }, label(model));
  const group = (key, chosen, disabled = false) =>
    chosen.length ? [h('optgroup', { label: t(key), disabled }, ...chosen.map(option))] : [];
  const away = models.filter(({ here }) => !here),
    out = away.filter((model) => canBeHad(model) === false),
    chosen = away.filter((model) => !out.includes(model));
  return [
    ...group(
      'strip.models_here',
      models.filter(({ here }) => here),
    ),
    ...group(state.hosts ? 'strip.models_download' : 'strip.models_asking', chosen, !state.hosts),
    ...group('strip.models_out', out, true),
  ];
}
