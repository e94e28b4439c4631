"""Resident memory of the whole process, and the most that it is promised to take."""

from __future__ import annotations

from collections.abc import Mapping

from demo.compute.bounds import BESIDE
from demo.compute.heap import resident
from demo.compute.store import ByteStore


class Memory:
    """Resident memory now, once warm, and at most.

    Promised is what the program took when it was warm without what its stores held then, with what they hold now, and a
    part of both for what is needed for a moment.
    """

    def __init__(self, stores: Mapping[str, ByteStore]) -> None:
        self._stores = stores
        self._program = self._start = 0

    def _held(self) -> int:
        return sum(store.nbytes for store in self._stores.values())

    def begin(self) -> None:
        """The program is warm."""
        self._start = resident()
        self._program = self._start - self._held()

    def amounts(self) -> dict[str, float]:
        """Bytes by what they are; none where the system does not say, or before the program is warm."""
        if not self._start:
            return {}
        most = (self._program + self._held()) * (1 + BESIDE)
        bounds = (self._program + sum(store.budget for store in self._stores.values())) * (1 + BESIDE)
        return {"now": resident(), "when warm": self._start, "promised now": most, "promised ever": bounds}
