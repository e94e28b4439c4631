"""Wait for another thread."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 30.0  # longer than anything takes, even on a busy machine


def until(holds: Callable[[], bool]) -> None:
    """Wait until this holds."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"not within {SECONDS:g} s"
        time.sleep(0.005)
