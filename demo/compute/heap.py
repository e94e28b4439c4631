"""Bound the C library's heap: few arenas, free memory given back, and no buffers per thread.

Long-lived data lies outside of it (vit_core.lasting). Temporary memory of passes and views stays in an arena for the
next one; glibc by default makes an arena for every few threads, and each grew to the largest need that it had seen.
Only glibc is configured: elsewhere nothing changes, and the banner says so.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from pathlib import Path

# Parameters of mallopt (malloc.h).
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
# One arena for each of two cores, so that threads seldom wait for each other.
HEAPS = 2
# The largest threshold that glibc takes: temporary memory of a pass comes from the heap, since new pages have to be
# zeroed first, which would take a fifth of a pass's time.
FROM_HEAP = 32 << 20
# Free bytes at the end of a heap before they are given back: with less, thirty visitors take no less memory.
FREE_AT_END = 96 << 20
# Seconds between two checks, and the free bytes from which on memory is given back.
SECONDS, WORTH = 2.0, 32_000_000


def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    return library if hasattr(library, "gnu_get_libc_version") else None


def is_chosen() -> bool:
    """Whether the operator has configured the heap (mallopt(3)), which is then left alone."""
    tuned = "glibc.malloc" in os.environ.get("GLIBC_TUNABLES", "")
    return tuned or any(name.startswith("MALLOC_") for name in os.environ)


def is_bounded() -> bool:
    """Whether the heap of this C library can be bounded."""
    return _glibc() is not None


def bound() -> None:
    """Bound the heap from now on; to be called before anything large, such as torch, is loaded."""
    # MKL keeps buffers for each thread that ever multiplied: some 300 MB with a thread for each of thirty visitors,
    # which no store counts. It reads this variable once, before its first product.
    os.environ.setdefault("MKL_DISABLE_FAST_MM", "1")
    library = _glibc()
    if library is None or is_chosen():
        return
    for option, value in ((ARENA_MAX, HEAPS), (MMAP_THRESHOLD, FROM_HEAP), (TRIM_THRESHOLD, FREE_AT_END)):
        library.mallopt(option, value)


def resident() -> int:
    """Resident bytes of this process; 0 where the system does not say (Linux does)."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class HeapTrimmer(threading.Thread):
    """A thread that gives free memory of the heap back to the system, some time after it was used."""

    def __init__(self) -> None:
        super().__init__(name="tidy", daemon=True)
        self._library, self._after = _glibc(), 0

    def run(self) -> None:
        while self._library is not None:
            self.look()
            threading.Event().wait(SECONDS)

    def look(self) -> bool:
        """Give free memory back if there may be enough of it, and return whether it was tried."""
        assert self._library is not None
        if resident() < self._after + WORTH:
            return False
        self._library.malloc_trim(0)
        self._after = resident()
        return True
