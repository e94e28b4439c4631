"""Run computations once for all visitors that wait for them, one at a time, and cancel them when nobody does."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

from demo.compute import pass_threads
from demo.compute.fair_lock import FairLock, Share
from demo.compute.progress import Progress
from demo.compute.store import ByteStore, V
from demo.errors import VisitorError

R = TypeVar("R")


class ComputeQueue:
    """The queue that all computations on the server share, with their progress.

    Attributes:
        device: where the passes of its models run (vit_core.device.DEVICES), while it is there and has room.
        progress: how far each request is.
        running: the lock of forward passes: of one alone with all processors, or of several with one each.
        loading: the lock of loading, since the store can only bound models that are loaded already.
    """

    def __init__(self, device: str = "cpu") -> None:
        self.device = device
        self.progress = Progress()
        lanes = pass_threads.side_by_side() if device == "cpu" else 1
        self.running = FairLock(lanes, pass_threads.count())
        # A thread for each lane: only that of the first ever computes with several processors (processors).
        self._passes = [ThreadPoolExecutor(1, f"passes{lane}") for lane in range(lanes)]
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

        Raises: as `turn` and `compute`.
        """
        with self.turn(self.running, work, "queue") as share:
            run = self._passes[share.lane].submit(pass_threads.with_processors, share.processors, compute)
            return run.result()

    def fill(self, run: Callable[[], None]) -> None:
        """Run something that calls `passed` in all lanes at once; where passes never run side by side, not at all."""
        lanes = len(self._passes)
        if lanes > 1:
            # One more, since the first to come has all processors.
            with ThreadPoolExecutor(lanes + 1) as together:
                for _ in together.map(lambda _: run(), range(lanes + 1)):
                    pass

    def turn(self, lock: FairLock, work: Hashable, stage: str) -> AbstractContextManager[Share]:
        """Hold a lock, waiting for it as long as some request wants the work."""
        return lock.turn(lambda: self.progress.tell(work, stage))
