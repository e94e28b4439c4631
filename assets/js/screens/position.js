// The Position screen: the photo as a jigsaw and what that does to the answer; below it what the position embeddings themselves look like.

import { takeable } from '../core/figure.js';
import { booted } from '../core/boot.js';
import { classNames, scoresOf } from '../core/class_names.js';
import { h } from '../core/dom.js';
import { seenPicture } from '../core/seen.js';
import { sameInput, trained } from '../core/photo_query.js';
import { on, state, update } from '../core/state.js';
import { bindText } from '../core/text.js';
import { asProblem, view } from '../core/wire.js';
import { Added } from '../position/added.js';
import { Jigsaw } from '../position/jigsaw.js';
import { Offsets } from '../position/offsets.js';
import { Places } from '../position/places.js';
import { Tables } from '../position/tables.js';

export async function mount(root) {
  await booted;
  const jigsaw = new Jigsaw(),
    tables = new Tables(),
    offsets = new Offsets(),
    added = new Added();
  const places = new Places((place) => tables.follow(place));
  const below = h('div.position-below', {}, places.element, tables.element, offsets.element, added.element);
  const notes = ['position.see', 'position.try', 'position.not'].map((key) => bindText(h('p.note'), key));
  root.append(
    h(
      'div.position-screen',
      {},
      h(
        'div.position-top',
        {},
        h(
          'div.position-left',
          {},
          bindText(h('h2'), 'position.heading'),
          jigsaw.prefix,
          takeable(h('div.board-figure', {}, jigsaw.board.element), () => ({ order: [...jigsaw.order] }), {
            title: 'position.heading',
            at: jigsaw.switches,
          }),
          jigsaw.switches,
          jigsaw.told,
          h('div.notes', {}, ...notes),
        ),
        jigsaw.right,
      ),
      below,
    ),
  );

  /** Fetch what a photo query needs, then draw; the old board and the old figures stay, dimmed, until the new ones are there. */
  let visited = null,
    drawnAs = null;
  async function visit() {
    const { photoQuery } = state;
    if (state.screen !== 'position' || !photoQuery || visited === photoQuery) return;
    const onlyChanged = sameInput(visited, photoQuery) && jigsaw.here && drawnAs === state.asPixels;
    drawnAs = state.asPixels;
    visited = photoQuery;
    const abandoned = () => state.photoQuery !== photoQuery;
    delete root.dataset.complete;
    if (!onlyChanged) root.dataset.waiting = below.dataset.waiting = '';
    try {
      if (onlyChanged) {
        added.follow(photoQuery);
        await jigsaw.take(photoQuery);
      } else {
        const image = new Image();
        image.src = seenPicture(trained(photoQuery)); // the board lays the patches itself
        const [names] = await Promise.all([classNames(photoQuery), image.decode()]);
        if (abandoned()) return;
        delete root.dataset.waiting;
        await jigsaw.setPhotoQuery(photoQuery, image, names);
        await showEmbeddings(photoQuery, () => !sameInput(state.photoQuery, photoQuery));
      }
      if (abandoned()) return;
      if (added.has(photoQuery)) delete below.dataset.waiting;
      if (scoresOf(photoQuery)) {
        jigsaw.comparing(true);
        await jigsaw.compare();
      }
      if (!abandoned()) root.dataset.complete = 'true';
    } catch (error) {
      if (abandoned()) return;
      visited = null;
      update({ problem: asProblem(error) });
    } finally {
      if (!abandoned()) jigsaw.comparing(false);
    }
  }

  /** The figures of the embeddings themselves: of the model and the size alone, but for the last one. */
  async function showEmbeddings(photoQuery, abandoned) {
    const anyPhoto = { photo: '', model: photoQuery.model, size: photoQuery.size },
      asTrained = photoQuery.grid === photoQuery.rows && photoQuery.grid === photoQuery.cols;
    const [here, native, both, embedding] = await Promise.all([
      view('similarity', anyPhoto),
      view('similarity', anyPhoto, asTrained ? {} : { native: 1 }),
      view('tables', anyPhoto),
      view('embedding', trained(photoQuery)),
    ]);
    if (abandoned()) return;
    // All at once: the tables follow the places, and a place of one size means nothing in another's table.
    places.load(photoQuery, native, here);
    tables.load(photoQuery, both, places.place);
    offsets.load(photoQuery, both);
    added.load(state.photoQuery, embedding); // whose pass may have become another one meanwhile
    places.draw();
    delete below.dataset.waiting; // whatever the pass has become meanwhile
  }

  on('photoQuery screen', visit);
  /** Another patch is held, here or meanwhile on another screen. */
  function follow() {
    if (state.screen !== 'position' || !jigsaw.here) return;
    jigsaw.showHeld();
    jigsaw.ask();
    places.draw();
  }

  on('query screen', follow);
  on('layer head', () => jigsaw.follow.draw());
  on('lang', () => {
    if (!jigsaw.here) return;
    jigsaw.tell();
    jigsaw.draw();
    for (const part of [places, tables, offsets, added]) part.speak();
    places.draw();
  });
  // A canvas cannot be drawn while its screen is away: what changed meanwhile is drawn on coming back.
  on('theme screen', () => {
    if (state.screen !== 'position' || !jigsaw.here) return;
    jigsaw.board.repaint();
    places.recolour();
    tables.recolour();
    offsets.draw();
    added.draw();
  });
  visit();
}
