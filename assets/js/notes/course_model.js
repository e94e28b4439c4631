// The notes have a model of their own: whoever comes to them reads the photo through it, and whoever leaves goes on with the model from before.

import { requestPhoto } from '../core/photo_query.js';
import { on, remember, state, update } from '../core/state.js';

/** The course's model, and the side of its picture: 3 × 3 patches of 16 pixels. */
export const COURSE = 'vit-course-48',
  SIDE = 48;

/** Whether a photo query is the notes': ten tokens of the course's model. */
export const isCourse = (photoQuery) => photoQuery?.model === COURSE && photoQuery.size === SIDE;

/** Look through the course's model. The entry of the history that this screen has is renamed: Back leads out of the notes. */
export async function takeCourse() {
  await leaving; // who has come back before the other model was there
  if (state.screen !== 'notes') return;
  const { photoQuery, layer, head, query, modelBefore } = state;
  if (!photoQuery || isCourse(photoQuery)) return;
  // The notes follow a photo from its pixels on: what is summed up in their 29th sentence enters the first layer.
  if (!modelBefore)
    update(
      { modelBefore: [photoQuery.model, photoQuery.size, layer, head, query].join(' '), layer: 0, head: 0 },
      { quietly: true },
    );
  await requestPhoto({ model: COURSE, size: SIDE }, { quietly: true });
}

/** Go on with what was looked through before, whatever photo it is by now. */
async function giveBack() {
  const [model, ...numbers] = state.modelBefore.split(' '),
    [size, layer, head, query] = numbers.map(Number);
  update({ modelBefore: '' }, { quietly: true });
  const { photoQuery: here } = state;
  // Another one that was chosen on the notes is gone on with.
  if (here && !isCourse(here) && !(here.model === model && here.size === size)) return;
  if (model === COURSE && size === SIDE) return;
  await requestPhoto({ model, size }, { quietly: true });
  const { photoQuery } = state;
  if (
    photoQuery?.model === model &&
    photoQuery.size === size &&
    layer < photoQuery.layers &&
    head < photoQuery.heads &&
    query < photoQuery.tokens
  )
    update({ layer, head, query }, { quietly: true });
}

let there = false,
  leaving = Promise.resolve();
on('screen photoQuery', () => {
  const entered = state.screen === 'notes' && !there;
  if (state.screen !== 'notes') {
    there = false;
    if (state.modelBefore) leaving = giveBack();
  } else if (entered && state.photoQuery) {
    there = true; // who chooses another model there is asked, not overruled
    const { photoQuery, modelBefore } = state;
    // An address that says what was looked through before the notes says what is looked through on them, unless that was still to come.
    if (!modelBefore || modelBefore.startsWith(`${photoQuery.model} ${photoQuery.size} `)) takeCourse();
  }
});
// A visitor who comes back without an address begins with what was chosen, not with what the notes need.
on('model modelBefore', () => {
  if (state.modelBefore) remember('model', state.modelBefore.split(' ')[0]);
});
