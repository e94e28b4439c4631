// What only a server does, on a page without one: its controls are switched off, and say so beside them.

import { h } from './dom.js';
import { isRecorded } from './recorded.js';
import { bindText } from './text.js';

/**
 * Controls as they are; on a page without a server switched off, with the reason behind the last one.
 * @param {...HTMLElement} controls
 * @returns {HTMLElement[]}
 */
export function needsServer(...controls) {
  return isRecorded()
    ? [...switchedOff(...controls), bindText(h('span.needs-server'), 'recorded.needs_server')]
    : controls;
}

/**
 * The same without words, where they stand near enough already.
 * @param {...HTMLElement} controls
 */
export function switchedOff(...controls) {
  if (isRecorded())
    for (const control of controls) {
      control.inert = true;
      control.dataset.switchedOff = '';
    }
  return controls;
}
