// The Models screen: every model there is, how large they are, two of them side by side, and whether the numbers add up.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { askReach } from '../core/reach.js';
import { on, state, update } from '../core/state.js';
import { bindText } from '../core/text.js';
import { asProblem, request } from '../core/wire.js';
import { Catalogue } from '../models/catalogue.js';
import { Checks } from '../models/checks.js';
import { Compare } from '../models/compare.js';
import { SizesToScale } from '../models/sizes.js';

export async function mount(root) {
  await booted;
  const catalogue = new Catalogue(),
    sizes = new SizesToScale(),
    compare = new Compare(),
    checks = new Checks();
  let listing = null;
  root.append(
    h(
      'div.models',
      {},
      bindText(h('h2'), 'models.heading'),
      h('div.notes', {}, ...['see', 'try', 'not'].map((key) => bindText(h('p.note'), `models.${key}`))),
      catalogue.element,
      sizes.element,
      compare.element,
      checks.element,
    ),
  );

  const json = async (path) => (await request(path)).json();

  /** The list is asked for again with every photo and sentence: a model that was loaded is here from then on. */
  async function visit() {
    const { photoQuery, sentence } = state;
    if (state.screen !== 'models' || !photoQuery) return;
    checks.show();
    compare.show();
    if (listing?.photoQuery === photoQuery && listing.sentence === sentence) return;
    listing = { photoQuery, sentence };
    try {
      const { models, whole, papers } = await json('models');
      if (state.photoQuery !== photoQuery) return;
      catalogue.load(models, whole);
      compare.load(models);
      sizes.load(
        [photoQuery, sentence].map((shown) => models.find(({ name }) => name === shown?.model)),
        papers,
      );
      askReach(); // the list does not wait for the answer
    } catch (error) {
      if (state.photoQuery === photoQuery) {
        listing = null;
        update({ problem: asProblem(error) });
      }
    }
  }

  on('photoQuery sentence screen', visit);
  on('wanted', () => catalogue.drawWork());
  on('layer', () => {
    if (state.screen === 'models' && state.photoQuery) {
      compare.showLayer();
      checks.controls();
    }
  });
  on('secondModel secondSize', () => {
    if (state.screen === 'models' && state.photoQuery) compare.ask();
  });
  on('hosts', () => compare.controls());
  on('family hosts', () => catalogue.draw());
  on('checked', () => {
    if (state.screen === 'models' && state.photoQuery) checks.show();
  });
  on('query head secondHead theme', () => {
    if (state.screen === 'models') compare.repaint();
  });
  on('lang', () => {
    catalogue.draw();
    sizes.draw();
    compare.speak();
    checks.speak();
  });
  visit();
}
