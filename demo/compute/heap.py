"""The C library's heap: few of them, what lies free in them given back, and no thread's own buffers kept in them.

What is kept long lies outside (vit_core.lasting). What passes and views need for a moment stays in a heap for the next
one; with a heap for every few threads, as glibc makes them by itself, each was as large as the largest moment it had
seen. Only glibc is asked: elsewhere nothing is changed, and the banner says so.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from pathlib import Path

# Of mallopt (malloc.h).
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
# One for each of two cores: who computes seldom meets another at it.
HEAPS = 2
# Up to the largest that glibc takes, what a pass needs for a moment comes from the heap: pages that are new to a
# process have to be emptied first, which would cost a pass a fifth of its time.
FROM_HEAP = 32 << 20
# So much may lie free at the end of a heap until it is given back: more than one pass needs.
FREE_AT_END = 256 << 20
# So often it is looked whether what is free is worth giving back, and so much has to be.
SECONDS, WORTH = 2.0, 32_000_000


def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    return library if hasattr(library, "gnu_get_libc_version") else None


def is_chosen() -> bool:
    """Whether the operator has said how the heap is to be (mallopt(3)), which then stands."""
    tuned = "glibc.malloc" in os.environ.get("GLIBC_TUNABLES", "")
    return tuned or any(name.startswith("MALLOC_") for name in os.environ)


def is_bounded() -> bool:
    """Whether this C library lets its heap be bounded."""
    return _glibc() is not None


def bound() -> None:
    """Few heaps, from now on; to be called before anything large is there, torch among it."""
    # MKL keeps the buffers of its products for each thread that ever multiplied: with a thread for each of thirty
    # visitors some 300 MB, which no store knows of. It asks this variable once, before its first product.
    os.environ.setdefault("MKL_DISABLE_FAST_MM", "1")
    library = _glibc()
    if library is None or is_chosen():
        return
    for option, value in ((ARENA_MAX, HEAPS), (MMAP_THRESHOLD, FROM_HEAP), (TRIM_THRESHOLD, FREE_AT_END)):
        library.mallopt(option, value)


def resident() -> int:
    """Bytes of this process that are in memory; 0 where the system does not say (Linux does)."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class HeapTrimmer(threading.Thread):
    """Gives back what lies free in the heaps, some time after it was used."""

    def __init__(self) -> None:
        super().__init__(name="tidy", daemon=True)
        self._library, self._after = _glibc(), 0

    def run(self) -> None:
        while self._library is not None:
            self.look()
            threading.Event().wait(SECONDS)

    def look(self) -> bool:
        """Give back what is free if there may be enough of it; whether that was so."""
        assert self._library is not None
        if resident() < self._after + WORTH:
            return False
        self._library.malloc_trim(0)
        self._after = resident()
        return True
