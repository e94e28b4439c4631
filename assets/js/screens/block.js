// The Block screen.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { say } from '../core/text.js';

export async function mount(root) {
  await booted;
  root.append(say(h('h2'), 'block.heading'));
}
