// The short way down: from any number of a token to where the token begins, its patch or its word.

import { h } from '../core/dom.js';
import { t } from '../core/text.js';
import { about } from './quantities.js';

/** Nothing lies below these but pixels and what was learned. */
const BEGINNINGS = ['patches', 'words', 'position', 'pixels'];
const STREAM_KINDS = /^(tokens|ln|resid|attn_|cross_|mlp_)/;

/** A button for each token that a number belongs to. `open({ name, index })` goes there. */
export function beginnings({ name, index, subject }, open) {
  const of = about(name, subject);
  if (of.learned || BEGINNINGS.includes(of.kind) || index.includes(null)) return [];
  // Numbers of the stream have the same place from the first layer to the last; those of a head or of the MLP's inside have their own.
  const dim = STREAM_KINDS.test(of.kind) ? index.at(-1) : 0;
  const found = of.axes
    .flatMap((axis, i) => (axis === 'token' || axis === 'key' ? [subject.beginning(of, axis, index[i], dim)] : []))
    .filter(Boolean);
  const apart = found.filter((one, i) => i === found.findIndex(({ text }) => text === one.text));
  return apart.length
    ? [
        h('span.note', {}, t('calculator.beginning')),
        ...apart.map((one) => h('button.beginning', { type: 'button', onclick: () => open(one) }, one.text)),
      ]
    : [];
}
