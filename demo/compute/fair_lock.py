"""A fair lock: threads get it in the order in which they asked for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from demo.compute.store import POLL_SECONDS


class FairLock:
    """A lock that goes to the thread that has waited longest.

    Python's own lock goes to any waiting thread, and one that polls meanwhile whether its work is still wanted would
    lose its place each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @contextmanager
    def turn(self, meanwhile: Callable[[], None]) -> Iterator[None]:
        """Wait for the lock and hold it.

        Args:
            meanwhile: called now and then while waiting; an exception that it raises ends the waiting.
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
