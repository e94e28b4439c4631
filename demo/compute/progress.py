"""Progress and cancelling of long computations, for all pages that wait for the same one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from demo.errors import VisitorError


@dataclass(frozen=True)
class Stage:
    """Where a request is: "queue", "load", "download" (bytes) or "layers"; total 0 means that the end is not known."""

    stage: str
    done: int = 0
    total: int = 0


class Progress:
    """The last known stage of the most recent requests, by the number the page gave them, and which were cancelled.

    A request without a number (an API call) is nobody's to watch and nobody's to cancel.
    """

    def __init__(self, capacity: int = 500) -> None:
        self._stages: OrderedDict[str, Stage] = OrderedDict()
        self._cancelled: OrderedDict[str, None] = OrderedDict()
        self._waiting: dict[Hashable, list[str]] = {}
        self._capacity = capacity
        self._lock = threading.Lock()

    def report(self, request: str, stage: str, done: int = 0, total: int = 0) -> None:
        """Note the stage of one request."""
        if not request:
            return
        with self._lock:
            self._stages[request] = Stage(stage, done, total)
            self._forget_oldest(self._stages, request)

    def of(self, request: str) -> dict[str, str | int]:
        """The stage as the page reads it; an empty dict before the first report."""
        with self._lock:
            stage = self._stages.get(request)
        return {} if stage is None else asdict(stage)

    # -- giving up

    def cancel(self, request: str) -> None:
        """Note that nobody waits for this request any more; it may not even have arrived yet."""
        if not request:
            return
        with self._lock:
            self._cancelled[request] = None
            self._forget_oldest(self._cancelled, request)

    def check(self, request: str) -> None:
        """Go on only with a request that is still wanted.

        Raises:
            VisitorError: cancelled.
        """
        with self._lock:
            if request in self._cancelled:
                raise VisitorError("cancelled")

    # -- work that several requests wait for

    @contextmanager
    def waiting(self, work: Hashable, request: str) -> Iterator[None]:
        """While inside, this request is told how far the work is, and keeps it going."""
        with self._lock:
            self._waiting.setdefault(work, []).append(request)
        try:
            yield
        finally:
            with self._lock:
                self._waiting[work].remove(request)
                if not self._waiting[work]:
                    del self._waiting[work]

    def counts(self) -> dict[str, int]:
        """Pieces of work that somebody waits for, and requests that wait for them."""
        with self._lock:
            return {"pieces": len(self._waiting), "requests": sum(map(len, self._waiting.values()))}

    def tell(self, work: Hashable, stage: str, *amounts: int) -> None:
        """Note the stage of all who wait for a piece of work.

        Raises:
            VisitorError: cancelled, when every one of them has given up.
        """
        with self._lock:
            requests = list(self._waiting.get(work, ()))
            unwanted = requests and all(request in self._cancelled for request in requests)
        if unwanted:
            raise VisitorError("cancelled")
        for request in requests:
            self.report(request, stage, *amounts)

    def _forget_oldest(self, table: OrderedDict[str, Stage] | OrderedDict[str, None], newest: str) -> None:
        table.move_to_end(newest)
        while len(table) > self._capacity:
            table.popitem(last=False)
