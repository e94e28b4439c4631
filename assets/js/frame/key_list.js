// The list of all keys, as they were declared (core/keys.js), the switch for those that are a single sign, and the doors to what stands beside the screens. Where
// there are only fingers the doors are all of it: the one way to tours and presenting from every screen.

import { listDialog, openDialog } from '../core/dialog.js';
import { h } from '../core/dom.js';
import { ALL } from '../core/glossary.js';
import { allKeys, pageKeys } from '../core/keys.js';
import { isRecorded } from '../core/recorded.js';
import { on, state, update } from '../core/state.js';
import { bindLabel, bindText, t } from '../core/text.js';
import { openPanel } from '../room/panel.js';
import { openTours } from '../tours/list.js';

const SIGNS = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  'Shift+Enter': '⇧ Enter',
};

/** The button that opens the list; with a keyboard "?" does, too. */
export function buildKeyList() {
  const single = h('input', {
    type: 'checkbox',
    role: 'switch',
    onchange: () => update({ letterKeys: single.checked }),
  });
  const lists = h('div.key-lists');
  /** A way out of the list. */
  const door = (key, act) =>
    h(
      'button.action',
      {
        type: 'button',
        'data-door': key,
        onclick: () => {
          dialog.close();
          act();
        },
      },
      bindText(h('span'), key),
    );
  const present = door('present.open', () => update({ presenting: true, slide: 0 }));
  const doors = h(
    'div.switches.doors',
    {},
    door('tours.open', openTours),
    isRecorded() ? null : door('room.title', openPanel),
    present,
    bindText(h('a.action.terms-door', { href: `#${ALL}` }), 'frame.terms'),
  );
  const dialog = listDialog(
    '',
    'keys.title',
    h(
      'div.of-keys',
      {},
      h('label.switch', {}, single, bindText(h('span'), 'keys.single')),
      bindText(h('p.note'), 'keys.single_note'),
      lists,
    ),
    doors,
    bindText(h('p.note'), 'keys.symbols'),
  );

  function open() {
    if (dialog.open) return;
    present.hidden = state.presenting;
    const { page, here } = allKeys();
    const list = (title, keys) => (keys.length ? [h('h3', {}, t(title)), h('ul.keys', {}, ...keys.map(row))] : []);
    lists.replaceChildren(...list('keys.here', here), ...list('keys.page', page));
    openDialog(dialog);
  }

  pageKeys({ keys: '?', says: 'keys.show', act: open });
  const show = () => {
    single.checked = state.letterKeys;
  };
  on('letterKeys', show);
  show();
  const button = h('button.action.key-button', { type: 'button', 'aria-haspopup': 'dialog', onclick: open }, '?');
  return bindLabel(button, 'aria-label', 'keys.open');
}

function row({ names, says, screens }) {
  const where = screens ? ` (${screens.map((screen) => t(`${screen}.title`)).join(', ')})` : '';
  return h(
    'li',
    {},
    h('span.names', {}, ...shown(names).map((name) => h('kbd', {}, name))),
    h('span', {}, t(says) + where),
  );
}

/** Many digits in a row are shown by the first and the last. */
function shown(names) {
  const digits = names.filter((name) => /^\d$/.test(name));
  if (digits.length > 2 && digits.length === names.length) return [`${digits[0]} – ${digits.at(-1)}`];
  return names.map((name) => SIGNS[name] ?? (name === 'Space' ? t('keys.space') : name));
}
