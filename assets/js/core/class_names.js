// Class names in the page's language, fetched once per model.

import { state } from './state.js';
import { t } from './text.js';
import { request } from './wire.js';

const cache = new Map();

/** Every class name of a photo query's model by language, or every name of the numbers it answers with: { en: [...], ko: [...] }. */
export function classNames({ model, numbers }) {
  if (!cache.has(model)) {
    const names = request(`labels?${new URLSearchParams({ model })}`)
      .then((response) => response.json())
      .then((byLanguage) => ({ ...byLanguage, nameless: numbers ? 'decision.output' : 'decision.class_number' }));
    names.catch(() => cache.delete(model));
    cache.set(model, names);
  }
  return cache.get(model);
}

/** How many scores a head gives: of classes, or numbers that name none. */
export const scoresOf = (facts) => facts.classes || facts.numbers;

/** The name of a class in the page's language, else in English, else its number. */
export const nameOf = (names, index) => names[state.lang]?.[index] || names.en?.[index] || t(names.nameless, { index });

/** The English name where the page shows another one; '' otherwise. */
export function englishOf(names, index) {
  const english = names.en?.[index] || '';
  return english === nameOf(names, index) ? '' : english;
}
