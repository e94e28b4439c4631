// A list that lies over the page in a dialog of the browser's own: it says what it is, and goes at a press on its button, beside it, or of Escape.

import { h } from './dom.js';
import { bindLabel, bindText } from './text.js';

/**
 * The dialog, not yet open (`openDialog`); once closed it is no part of the page any more.
 * @param {string} name classes of its own
 * @param {string} title key of its heading
 * @param {...(Node | null)} children
 */
export function listDialog(name, title, ...children) {
  return bindLabel(headedDialog(name, bindText(h('h2'), title), ...children), 'aria-label', title);
}

/**
 * The same under a heading that is no text of the page's; it is called what the heading says.
 * @param {string} name
 * @param {Element} heading
 * @param {...(Node | null)} children
 */
export function headedDialog(name, heading, ...children) {
  const close = h(
    'button.action',
    { type: 'button', onclick: () => dialog.close() },
    bindText(h('span'), 'keys.close_list'),
  );
  const dialog = h(
    `dialog.key-list${name}.am-mount`,
    {
      onclick: (event) => {
        if (event.target === dialog) dialog.close();
      },
      onclose: () => dialog.remove(),
    },
    h('div.key-list-head', {}, heading, close),
    ...children,
  );
  dialog.setAttribute('aria-label', heading.textContent);
  return dialog;
}

/** Open a dialog over the page; the focus goes in, and back to whoever opened it. */
export function openDialog(dialog) {
  document.body.append(dialog);
  dialog.showModal();
}
