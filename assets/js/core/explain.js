// Any number of a trace can be asked for: whoever can explain it listens for `microscope:explain` on the document.

/** Ask how a number came to be: its trace name (vit_core/names.py), its full index, and the change under which it was computed. */
export function explain(name, index, change = '') {
  document.dispatchEvent(new CustomEvent('microscope:explain', { detail: { name, index, change } }));
}
