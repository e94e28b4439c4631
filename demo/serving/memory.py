"""Resident memory of the whole process, and its expected maximum."""

from __future__ import annotations

from collections.abc import Mapping

from demo.compute.bounds import BESIDE
from demo.compute.heap import resident
from demo.compute.store import ByteStore


class Memory:
    """Resident memory now, once warm, and at most.

    The maximum is the memory of the warm program without its stores, plus what the stores hold now, plus a share of
    both for temporary memory.
    """

    def __init__(self, stores: Mapping[str, ByteStore]) -> None:
        self._stores = stores
        self._program = self._start = 0

    def _held(self) -> int:
        return sum(store.nbytes for store in self._stores.values())

    def begin(self) -> None:
        """Note that the program is warm."""
        self._start = resident()
        self._program = self._start - self._held()

    def amounts(self) -> dict[str, float]:
        """The amounts in bytes by name; empty where the system does not tell, or before the program is warm."""
        if not self._start:
            return {}
        most = (self._program + self._held()) * (1 + BESIDE)
        bounds = (self._program + sum(store.budget for store in self._stores.values())) * (1 + BESIDE)
        return {"now": resident(), "when warm": self._start, "promised now": most, "promised ever": bounds}
