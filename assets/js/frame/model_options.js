// The choices of a model chooser: those on the server, those that can be downloaded, and those whose server cannot be reached from there.

import { h } from '../core/dom.js';
import { askReach, canBeHad } from '../core/reach.js';
import { on, state } from '../core/state.js';
import { t } from '../core/text.js';

/** Whether a chooser's list is open; of browsers that do not tell, whether it may be. */
const isOpen = (chooser) =>
  CSS.supports('selector(:open)') ? chooser.matches(':open') : document.activeElement === chooser;

/** Somebody comes to a chooser: what can be had is found out, and shown anew; not while its list is open. */
export function asksReach(chooser, show) {
  for (const kind of ['pointerenter', 'focus']) chooser.addEventListener(kind, () => askReach());
  on('hosts', () => {
    if (isOpen(chooser)) chooser.addEventListener('blur', show, { once: true });
    else show();
  });
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
    out = away.filter((model) => canBeHad(model) === false);
  return [
    ...group(
      'strip.models_here',
      models.filter(({ here }) => here),
    ),
    ...group(
      state.hosts ? 'strip.models_download' : 'strip.models_away',
      away.filter((model) => !out.includes(model)),
    ),
    ...group('strip.models_out', out, true),
  ];
}
