"""Turns at something that only one may use at a time, in the order in which they were asked for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from demo.compute.store import POLL_SECONDS


class FairLock:
    """A lock that goes to whoever has waited longest.

    Python's own goes to whoever is quickest when it is let go, and whoever looks meanwhile whether the work is still
    wanted would begin to wait anew each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @contextmanager
    def turn(self, meanwhile: Callable[[], None]) -> Iterator[None]:
        """Hold it, once it is one's turn.

        Args:
            meanwhile: called now and then while waiting; what it raises gives the turn up.
        """
        mine = threading.Event()
        with self._lock:
            if self._taken:
                self._waiting.append(mine)
            else:
                self._taken = True
                mine.set()
        try:
            while not mine.wait(POLL_SECONDS):
                meanwhile()
            yield
        finally:
            self._leave(mine)

    def _leave(self, mine: threading.Event) -> None:
        with self._lock:
            if not mine.is_set():
                self._waiting.remove(mine)
            elif self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
