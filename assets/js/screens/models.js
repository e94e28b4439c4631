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
import { Sizes } from '../models/sizes.js';

export async function mount(root) {
  await booted;
  const catalogue = new Catalogue(),
    sizes = new Sizes(),
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

  /** The list is asked for again with every look and sentence: a model that was loaded is here from then on. */
  async function visit() {
    const { look, sentence } = state;
    if (state.screen !== 'models' || !look) return;
    checks.show();
    compare.show();
    if (listing?.look === look && listing.sentence === sentence) return;
    listing = { look, sentence };
    try {
      const { models, whole, papers } = await json('models');
      if (state.look !== look) return;
      catalogue.load(models, whole);
      compare.load(models);
      sizes.load(
        [look, sentence].map((shown) => models.find(({ name }) => name === shown?.model)),
        papers,
      );
      askReach(); // the list does not wait for the answer
    } catch (error) {
      if (state.look === look) {
        listing = null;
        update({ problem: asProblem(error) });
      }
    }
  }

  on('look sentence screen', visit);
  on('wanted', () => catalogue.drawWork());
  on('layer', () => {
    if (state.screen === 'models' && state.look) {
      compare.showLayer();
      checks.controls();
    }
  });
  on('secondModel secondSize', () => {
    if (state.screen === 'models' && state.look) compare.ask();
  });
  on('hosts', () => compare.controls());
  on('family hosts', () => catalogue.draw());
  on('checked', () => {
    if (state.screen === 'models' && state.look) checks.show();
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
