// The choices of a model chooser: those on the server, those that can be downloaded, and those whose server cannot be reached from there.

import { h } from '../core/dom.js';
import { askReach, canBeHad } from '../core/reach.js';
import { on, state } from '../core/state.js';
import { t } from '../core/text.js';

/** Somebody comes to a chooser: what can be had is found out, and shown anew; not while its list may be open. */
export function asksReach(chooser, show) {
  for (const kind of ['pointerenter', 'focus']) chooser.addEventListener(kind, () => askReach());
  on('hosts', () => {
    if (document.activeElement === chooser) chooser.addEventListener('blur', show, { once: true });
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
