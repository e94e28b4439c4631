// The same photo a second time, beside the first: through which model, at which size, and its facts.

import { withPhotoChange } from './photo_query.js';
import { state } from './state.js';
import { factsAt, keepFacts, requestJson } from './wire.js';

/** What is wanted beside the photo query on screen: what was chosen, else another model that is everywhere, as links do not name it, else the same at about half its size. */
export function secondQuestion() {
  const { photo, model, size, sizes } = state.photoQuery,
    { secondModel, secondSize } = state;
  if (secondModel && !(secondModel === model && secondSize === size))
    return { photo, model: secondModel, size: secondSize };
  const other = secondModel ? null : state.boot.models.find(({ name, bundled }) => bundled && name !== model);
  if (other) return { photo, model: other.name, size: 0 };
  const near = sizes
    .filter((other) => other !== size)
    .reduce((best, other) => (Math.abs(other - size / 2) < Math.abs(best - size / 2) ? other : best), Infinity);
  return { photo, model, size: Number.isFinite(near) ? near : size };
}

/** Its facts, with the same switched off. They come from `answer(question)`, which fetches them where nobody has yet. */
export async function secondPhotoQuery(answer = fetched) {
  const question = secondQuestion(),
    known = factsAt('facts', question) ?? (await answer(question));
  if (!known) return null;
  keepFacts('facts', [question], known);
  return withPhotoChange(known);
}

const fetched = (question) => requestJson(`facts?${new URLSearchParams(question)}`);
