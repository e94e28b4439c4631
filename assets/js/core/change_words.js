// What is switched off or moved, in words.

import { NOTHING, readChange } from './change.js';
import { state } from './state.js';
import { t } from './text.js';

/** Each thing that a change switches off, in words, by its kind: { residual: "Residual off in layers 3, 4" }. */
export function changeList(text) {
  const { change } = readChange(text);
  const named = Object.keys(NOTHING).filter((kind) =>
    typeof change[kind] === 'boolean' ? change[kind] : change[kind].length,
  );
  return Object.fromEntries(named.map((kind) => [kind, t(`change.${kind}`, { where: whereOf(change[kind]) })]));
}

/** All of it in one line. */
export const changeWords = (text) => Object.values(changeList(text)).join(' · ');

/** The name of a kind by itself. */
export const kindName = (kind) => t(`change.${kind}`, { where: '' }).trim();

function whereOf(layers) {
  if (layers === 'all') return t('change.all_layers');
  if (!Array.isArray(layers)) return '';
  const ofTranslator = layers.filter((layer) => typeof layer === 'string');
  if (ofTranslator.length) return inStacks(ofTranslator);
  const list = new Intl.ListFormat(state.lang, { type: 'unit' }).format(layers.map(String));
  return t(layers.length === 1 ? 'change.in_layer' : 'change.in_layers', { layer: list });
}

/** Layers of a translator, stack by stack: "in encoder layer 2, decoder layers 1, 3". */
function inStacks(layers) {
  const list = (items) => new Intl.ListFormat(state.lang, { type: 'unit' }).format(items);
  const each = ['encoder', 'decoder'].map((stack) => {
    const here = layers.filter(([letter]) => letter === stack[0]).map((layer) => layer.slice(1));
    return here.length ? t(`change.in_${stack}`, { layer: list(here) }) : '';
  });
  return list(each.filter(Boolean));
}
