// A file that this page has made or fetched goes to where the browser keeps files.

import { h } from '../core/dom.js';

export function save(blob, name) {
  const address = URL.createObjectURL(blob),
    link = h('a', { href: address, download: name });
  link.click();
  // The browser reads it after this moment.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
