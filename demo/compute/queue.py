"""Computations that several visitors may wait for: run once, one at a time, and given up when nobody wants them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

from demo.compute.fair_lock import FairLock
from demo.compute.progress import Progress
from demo.compute.store import ByteStore, V
from demo.errors import VisitorError

R = TypeVar("R")


class ComputeQueue:
    """What everything that computes on the server shares: one progress, and one turn at the processor.

    Attributes:
        device: where the passes of its models run (vit_core.device.DEVICES), while it is there and has room.
        progress: how far each request is.
        running: held by a forward pass; two cores run one faster than two at once.
        loading: held while a model is loaded, since the store can bound only what is loaded already.
    """

    def __init__(self, device: str = "cpu") -> None:
        self.device = device
        self.progress = Progress()
        self.running = FairLock()
        self._passes = ThreadPoolExecutor(1, "passes")
        self.loading = FairLock()

    def together(self, store: ByteStore[V], key: Hashable, request: str, compute: Callable[[], V]) -> V:
        """A value computed once for all who ask, who all see how far it is.

        Raises:
            VisitorError: cancelled, when none of them wants it any more.
        """
        while True:
            self.progress.check(request)
            with self.progress.waiting(key, request):
                try:
                    return store.get_or_compute(key, compute, meanwhile=lambda: self.progress.check(request))
                except VisitorError as error:
                    if error.code != "cancelled":
                        raise
                    # Somebody else's work was given up in the moment in which this request joined it: begin anew.

    def passed(self, work: Hashable, compute: Callable[[], R]) -> R:
        """What passes compute, when it is their turn; what of it is kept long should leave their heap there.

        All of them run on one thread: each thread would bring helpers of its own for the other cores, and a heap in
        which what one pass let go is of no use to the next.

        Raises: as `turn` and `compute`.
        """
        with self.turn(self.running, work, "queue"):
            return self._passes.submit(compute).result()

    def turn(self, lock: FairLock, work: Hashable, stage: str) -> AbstractContextManager[None]:
        """Wait for one's turn as long as somebody wants the work."""
        return lock.turn(lambda: self.progress.tell(work, stage))
