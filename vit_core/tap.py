"""Watch and edit a forward pass through one explicit argument, without hooks.

The model calls `tap(name, x)` on the line that computes a quantity and goes on with what comes
back. A tap belongs to one call, so two threads that share one model cannot see each other's numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from torch import Tensor


class Tap(Protocol):
    """A function that receives a named quantity and returns the tensor with which the model goes on (of the same
    shape).
    """

    def __call__(self, name: str, x: Tensor) -> Tensor: ...


def null_tap(name: str, x: Tensor) -> Tensor:
    """The tap of an unwatched forward pass: returns x as it is."""
    return x


class RecordTap:
    """Keeps the named quantities for which `keep(name)` is true.

    Nothing is copied: the model never works in place, so what is kept stays what it was.

    Raises:
        RuntimeError: a name came twice in one pass, which would make the record ambiguous.
    """

    def __init__(self, keep: Callable[[str], bool], then: Tap = null_tap) -> None:
        self.tensors: dict[str, Tensor] = {}
        self._keep = keep
        self._then = then
        self._seen: set[str] = set()

    def __call__(self, name: str, x: Tensor) -> Tensor:
        x = self._then(name, x)
        if name in self._seen:
            raise RuntimeError(f"{name} was tapped twice in one forward pass")
        self._seen.add(name)
        if self._keep(name):
            self.tensors[name] = x.detach() if x.requires_grad else x
        return x


class EditTap:
    """Replaces named quantities: `EditTap({"blocks.3.attn.pattern": mute_head_2})`.

    `unused` lists the names that never came, so that a misspelt name is not mistaken for an edit without effect.
    """

    def __init__(self, edits: Mapping[str, Callable[[Tensor], Tensor]]) -> None:
        self._edits = dict(edits)
        self.unused = set(edits)

    def __call__(self, name: str, x: Tensor) -> Tensor:
        edit = self._edits.get(name)
        if edit is None:
            return x
        self.unused.discard(name)
        edited = edit(x)
        if not isinstance(edited, Tensor):
            raise TypeError(f"the edit of {name} gave back a value of the type {type(edited).__name__}, no tensor")
        if edited.shape != x.shape:
            raise ValueError(f"the edit of {name} changed its shape from {tuple(x.shape)} to {tuple(edited.shape)}")
        return edited
