"""Progress and cancellation of long computations, for all pages that wait for the same one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from demo.errors import VisitorError


@dataclass(frozen=True)
class Stage:
    """The stage of a request: "queue", "load", "download" (in bytes) or "layers"; total 0 means that the end is
    unknown.
    """

    stage: str
    done: int = 0
    total: int = 0


class Progress:
    """The last known stage of the most recent requests, by the id that the page gave them, and the cancelled ones.

    A request without an id (an API call) can be neither watched nor cancelled.
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
        """The stage as JSON; an empty dict before the first report."""
        with self._lock:
            stage = self._stages.get(request)
        return {} if stage is None else asdict(stage)

    # -- giving up

    def cancel(self, request: str) -> None:
        """Cancel a request, which may not even have arrived yet."""
        if not request:
            return
        with self._lock:
            self._cancelled[request] = None
            self._forget_oldest(self._cancelled, request)

    def check(self, request: str) -> None:
        """Raise if a request was cancelled.

        Raises:
            VisitorError: cancelled.
        """
        with self._lock:
            if request in self._cancelled:
                raise VisitorError("cancelled")

    # -- work that several requests wait for

    @contextmanager
    def waiting(self, work: Hashable, request: str) -> Iterator[None]:
        """Register a request as waiting for a piece of work: it gets the work's progress and keeps it going."""
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
        """The number of pieces of work that requests wait for, and of these requests."""
        with self._lock:
            return {"pieces": len(self._waiting), "requests": sum(map(len, self._waiting.values()))}

    def tell(self, work: Hashable, stage: str, *amounts: int) -> None:
        """Set the stage of all requests that wait for a piece of work.

        Raises:
            VisitorError: cancelled, if all of them were cancelled.
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
