"""Turns in the order of asking: for one at a time, or for several of them with a processor each."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from demo.compute.store import POLL_SECONDS


@dataclass(frozen=True)
class Share:
    """What a turn has.

    Attributes:
        lane: the number of its place; one turn at a time has it.
        processors: how many processors it may use.
    """

    lane: int
    processors: int


class FairLock:
    """A lock that goes to the thread that has waited longest.

    Python's own lock goes to any waiting thread, and one that polls meanwhile whether its work is still wanted would
    lose its place each time.

    With several lanes, whoever asks while nobody else does has the lock alone, in the first lane, with all processors;
    where others wait, as many have it as there are lanes, with one processor each. Two passes side by side take less
    than one after the other with two processors, whose halves wait for each other; one with two is there the soonest.
    """

    def __init__(self, lanes: int = 1, processors: int = 1) -> None:
        self._lanes, self._processors = range(lanes), processors
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._shares: dict[threading.Event, Share] = {}

    @contextmanager
    def turn(self, meanwhile: Callable[[], None]) -> Iterator[Share]:
        """Wait for the lock and hold it.

        Args:
            meanwhile: called now and then while waiting; an exception that it raises ends the waiting.
        """
        mine = threading.Event()
        with self._lock:
            self._waiting.append(mine)
            self._admit()
        try:
            while not mine.wait(POLL_SECONDS):
                meanwhile()
            yield self._shares[mine]
        finally:
            self._leave(mine)

    def _leave(self, mine: threading.Event) -> None:
        with self._lock:
            if mine.is_set():
                del self._shares[mine]
            else:
                self._waiting.remove(mine)
            self._admit()

    def _admit(self) -> None:
        alone = not self._shares and len(self._waiting) == 1
        part = self._processors if alone or len(self._lanes) == 1 else 1
        while self._waiting:
            shares = self._shares.values()
            free = set(self._lanes).difference(share.lane for share in shares)
            if not free or sum(share.processors for share in shares) + part > self._processors:
                return
            mine = self._waiting.popleft()
            self._shares[mine] = Share(min(free), part)
            mine.set()
