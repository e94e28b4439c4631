// The photo as a picker of the patch that is held: what is held is shown, and what is pointed at for as long as it is.

import { bindLabel } from '../core/text.js';
import { state, update } from '../core/state.js';
import { makePicker } from './picker.js';

/** Put a picker of `axis` over the picture `seen` into a box. */
export function layPatchPicker(box, axis, seen) {
  const picker = /** @type {any} */ (
    makePicker(axis, seen, {
      held: () => state.query,
      preview: (token) => picker.show({ query: token ?? state.query, key: null, hidden: new Set() }),
      hold: (query) => update({ query }),
    })
  );
  picker.seen = seen;
  bindLabel(picker.surface, 'aria-label', 'attention.picker');
  box.replaceChildren(picker.element);
  return picker;
}
