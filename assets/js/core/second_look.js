// The same photo through a second model, beside the first: which one, and its facts.

import { textOf, whole } from './address.js';
import { withChange } from './look.js';
import { declare, state } from './state.js';
import { factsAt, keepFacts, request } from './wire.js';

declare({
  // Null until a visitor chose one: then it is the screen's own choice.
  secondModel: { word: 'second', ...textOf(200), otherwise: null },
  secondSize: { word: 'size2', ...whole, otherwise: 0 }, // 0 is the model's own
});

/** The question for the look beside the one on screen. */
export const secondQuestion = (model = state.secondModel, size = state.secondSize) => ({
  photo: state.look.photo,
  model,
  size,
});

/** Its facts with the same switched off, asked for where nobody has yet. */
export async function secondLook(question = secondQuestion()) {
  const known = factsAt('facts', question);
  if (known) return withChange(known);
  const found = await (await request(`facts?${new URLSearchParams(question)}`)).json();
  keepFacts('facts', [question], found);
  return withChange(found);
}
