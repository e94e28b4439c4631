"""Run computations once for all visitors that wait for them, one at a time, and cancel them when nobody does."""

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
    """The queue that all computations on the server share, with their progress.

    Attributes:
        device: where the passes of its models run (vit_core.device.DEVICES), while it is there and has room.
        progress: how far each request is.
        running: the lock of forward passes: two cores run one pass after the other faster than two at once.
        loading: the lock of loading, since the store can only bound models that are loaded already.
    """

    def __init__(self, device: str = "cpu") -> None:
        self.device = device
        self.progress = Progress()
        self.running = FairLock()
        self._passes = ThreadPoolExecutor(1, "passes")
        self.loading = FairLock()

    def together(self, store: ByteStore[V], key: Hashable, request: str, compute: Callable[[], V]) -> V:
        """Compute a value once for all requests for it, which all get its progress.

        Raises:
            VisitorError: cancelled, if all of them were cancelled.
        """
        while True:
            self.progress.check(request)
            with self.progress.waiting(key, request):
                try:
                    return store.get_or_compute(key, compute, meanwhile=lambda: self.progress.check(request))
                except VisitorError as error:
                    if error.code != "cancelled":
                        raise
                    # The work was cancelled by others just as this request joined it: begin again.

    def passed(self, work: Hashable, compute: Callable[[], R]) -> R:
        """Run a forward pass when it is its turn. Results that are kept for long should be copied out of the heap in
        it.

        All passes run on one thread: each further thread would have its own worker threads, and its own arena of the
        heap, whose free memory the other passes could not use.

        Raises: as `turn` and `compute`.
        """
        with self.turn(self.running, work, "queue"):
            return self._passes.submit(compute).result()

    def turn(self, lock: FairLock, work: Hashable, stage: str) -> AbstractContextManager[None]:
        """Hold a lock, waiting for it as long as some request wants the work."""
        return lock.turn(lambda: self.progress.tell(work, stage))
