// The Translation screen.

import { booted } from '../core/boot.js';

export async function mount(root) {
  await booted;
}
