"""A least-recently-used store that is bounded in bytes and computes a missing value once for all threads that wait."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


V = TypeVar("V", bound=Sized)
# Seconds after which a waiting thread checks again whether its request is still wanted.
POLL_SECONDS = 0.2


class ByteStore(Generic[V]):
    """A store of values up to `budget` bytes; the least recently used ones are evicted first.

    The last value that was put in always stays, even if it alone is larger than the budget: somebody is using it.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._values: OrderedDict[Hashable, V] = OrderedDict()
        self._pending: dict[Hashable, Future[V]] = {}
        self._nbytes = 0
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes held now; above the budget only while a single value is larger than that."""
        with self._lock:
            return self._nbytes

    def values(self) -> list[V]:
        """Everything that is kept now."""
        with self._lock:
            return list(self._values.values())

    def __len__(self) -> int:
        with self._lock:
            return len(self._values)

    def __contains__(self, key: Hashable) -> bool:
        with self._lock:
            return key in self._values

    def get(self, key: Hashable) -> V | None:
        """The value, now the most recently used; None if it is not in the store."""
        with self._lock:
            return self._touch(key)

    def put(self, key: Hashable, value: V) -> None:
        """Put a value in, and evict the oldest ones until the budget holds."""
        nbytes = value.nbytes
        with self._lock:
            self._insert(key, value, nbytes)

    def discard(self, key: Hashable) -> None:
        """Remove a value, if it is in the store."""
        with self._lock:
            value = self._values.pop(key, None)
            self._nbytes -= 0 if value is None else value.nbytes

    def get_or_compute(
        self, key: Hashable, compute: Callable[[], V], *, meanwhile: Callable[[], None] = lambda: None
    ) -> V:
        """Get a value, or compute it: once, however many threads ask at the same time.

        Args:
            meanwhile: called again and again while another thread computes; it may raise to stop waiting.

        Raises: whatever `compute` or the value's `nbytes` raises, in every thread that waited; the next call tries
            again.
        """
        with self._lock:
            value = self._touch(key)
            if value is not None:
                return value
            pending = self._pending.get(key)
            mine = pending is None
            if pending is None:
                pending = self._pending[key] = Future()
        if not mine:
            while not wait([pending], POLL_SECONDS).done:
                meanwhile()
            return pending.result()
        try:
            value = compute()
            nbytes = value.nbytes  # this may take time for a translation, so it is done without the lock
        except BaseException as error:
            with self._lock:
                del self._pending[key]
            pending.set_exception(error)
            raise
        with self._lock:
            self._insert(key, value, nbytes)
            del self._pending[key]
        pending.set_result(value)
        return value

    def _touch(self, key: Hashable) -> V | None:
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def _insert(self, key: Hashable, value: V, nbytes: int) -> None:
        old = self._values.pop(key, None)
        self._nbytes += nbytes - (old.nbytes if old is not None else 0)
        self._values[key] = value
        while self._nbytes > self.budget and len(self._values) > 1:
            _, oldest = self._values.popitem(last=False)
            self._nbytes -= oldest.nbytes
