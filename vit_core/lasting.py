"""Keep tensors in memory maps of their own, whose pages go back to the system as soon as nothing refers to them.

One map of a trace's size is kept for the next trace, whose pages then need not be made.

A C library's heap can only shrink at its end: one long-lived tensor among the short-lived ones of a pass keeps all of
it. A process was measured at three times the size of everything that it kept.
"""

from __future__ import annotations

import mmap
import sys
import weakref
from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

Name = TypeVar("Name", bound=Hashable)
# Smaller tensors stay in the heap: a page more or less would be a large part of them.
SMALL = 1 << 16
# Linux's MADV_POPULATE_WRITE (5.14), which Python's mmap does not name: all pages at once, in half the time of one
# after the other. Large pages would take half of that again where some are free, and five times as long where the
# system first has to make room for them.
POPULATE = 23
# torch's own alignment, so that a product has the same last bits wherever its tensors lie.
ALIGNED = 64
# Private pages, where the system has a choice: shared ones are slower, and are counted differently.
OWN = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
# A map of this size or more that nothing refers to any more waits for the next of its size: where a store is full, one
# trace goes as another comes, and to make its pages takes as long as copying it. Larger ones are rare.
REUSED = range(8 << 20, 64 << 20)
_spare: deque[mmap.mmap] = deque(maxlen=1)


def room(nbytes: int) -> np.ndarray:
    """A map of so many bytes, uninitialised. Shapes: returns [nbytes] of uint8."""
    if nbytes < SMALL:
        return np.empty(nbytes, np.uint8)
    pages = _reused(nbytes)
    if pages is None:
        try:
            pages = mmap.mmap(-1, nbytes, **OWN)
        except OSError:  # the system limits the number of maps of a process
            return np.empty(nbytes, np.uint8)
        if sys.platform == "linux":
            with suppress(OSError):  # an older one: the pages come as they are written
                pages.madvise(POPULATE)
    found = np.frombuffer(pages, np.uint8)
    if nbytes in REUSED:
        weakref.finalize(found, _spare.append, pages).atexit = False
    return found


def _reused(nbytes: int) -> mmap.mmap | None:
    """The map that was left, if it has this size; of another size it goes."""
    if nbytes not in REUSED:
        return None
    with suppress(IndexError):  # there is none, or another thread was faster
        left = _spare.pop()
        if len(left) == nbytes:
            return left
    return None


def copied_together(tensors: Mapping[Name, Tensor]) -> dict[Name, Tensor]:
    """Copies of tensors with the same strides, all of them in one memory map."""
    starts, end = {}, 0
    for name, x in tensors.items():
        starts[name] = end
        end += -(-x.nbytes // ALIGNED) * ALIGNED
    block = torch.from_numpy(room(end))
    found = {}
    for name, x in tensors.items():
        strides = torch.empty_like(x, device="meta").stride()  # its own, where no gaps are between its numbers
        place = block[starts[name] : starts[name] + x.nbytes].view(x.dtype)
        found[name] = place.as_strided(x.shape, strides)
        if strides == x.stride():
            place.numpy()[:] = x.as_strided((x.numel(),), (1,)).numpy()  # as it lies there; on this thread alone
        else:
            found[name].numpy()[...] = x.numpy()
    return found


def alone(x: Tensor) -> Tensor:
    """A tensor with memory of its own: a copy if it is a view into a larger one."""
    return x if x.untyped_storage().nbytes() == x.nbytes else x.clone()


def held(tensors: Iterable[Tensor]) -> int:
    """Bytes of memory that tensors keep alive; memory that several share is counted once."""
    storages = [x.untyped_storage() for x in tensors]
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())
