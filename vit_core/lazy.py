"""Values that are computed on first access, safely for threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from torch import Tensor

T = TypeVar("T")


class Lazy(Generic[T]):
    """A value that is computed on first access and whose inputs are then released. Safe to share between threads."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make: Callable[[], T] | None = make
        self._lock = threading.Lock()
        self._value: T

    def __call__(self) -> T:
        """The value.

        Raises: whatever making it raises; the next call tries again.
        """
        with self._lock:
            if self._make is not None:
                self._value = self._make()
                self._make = None
            return self._value

    # A lock and a function cannot be pickled: the value can.
    def __getstate__(self) -> T:
        return self()

    def __setstate__(self, value: T) -> None:
        self._make, self._lock, self._value = None, threading.Lock(), value


class LazyTensors(Mapping[str, Tensor]):
    """A mapping of tensors that is computed on first access."""

    def __init__(self, made: Callable[[], Mapping[str, Tensor]]) -> None:
        self._made = made

    def __getitem__(self, name: str) -> Tensor:
        return self._made()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made())

    def __len__(self) -> int:
        return len(self._made())
