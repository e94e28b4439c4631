// The choices of a model chooser: those on the server, then those that have to be downloaded.

import { h } from '../core/dom.js';
import { t } from '../core/text.js';

export function modelOptions(models) {
  const group = (key, chosen) =>
    chosen.length
      ? [h('optgroup', { label: t(key) }, ...chosen.map(({ name }) => h('option', { value: name }, name)))]
      : [];
  return [
    ...group(
      'strip.models_here',
      models.filter(({ here }) => here),
    ),
    ...group(
      'strip.models_download',
      models.filter(({ here }) => !here),
    ),
  ];
}
