"""How far a long piece of work is, for the page that waits for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Stage:
    """Where a request is: "queue", "load", "download" (bytes) or "layers"; total 0 means that the end is not known."""

    stage: str
    done: int = 0
    total: int = 0


class Progress:
    """The last known stage of the most recent requests, by the number the page gave them."""

    def __init__(self, capacity: int = 500) -> None:
        self._stages: OrderedDict[str, Stage] = OrderedDict()
        self._capacity = capacity
        self._lock = threading.Lock()

    def report(self, request: str, stage: str, done: int = 0, total: int = 0) -> None:
        """Note a stage; requests without a number (API calls) are nobody's to watch."""
        if not request:
            return
        with self._lock:
            self._stages[request] = Stage(stage, done, total)
            self._stages.move_to_end(request)
            while len(self._stages) > self._capacity:
                self._stages.popitem(last=False)

    def of(self, request: str) -> dict[str, str | int]:
        """The stage as the page reads it; an empty dict before the first report."""
        with self._lock:
            stage = self._stages.get(request)
        return {} if stage is None else asdict(stage)
