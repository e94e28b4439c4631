"""How many processors a thread computes with, once torch is there; processors.py tells why it is one by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

import torch
from threadpoolctl import LibController, ThreadpoolController

from demo.compute import processors

R = TypeVar("R")

# The most passes side by side, each of which needs memory of its own.
MOST = 8


def count() -> int:
    """How many processors a pass may have."""
    return processors.reserved() or torch.get_num_threads()


def side_by_side() -> int:
    """How many passes may run at once: where no processors were reserved each takes all of them, and one is enough."""
    return min(MOST, processors.reserved()) or 1


def with_processors(number: int, compute: Callable[[], R]) -> R:
    """Compute something in this thread with so many processors, where they were reserved."""
    if processors.reserved():
        torch.get_num_threads()  # what torch sets in a thread once, it sets now
        for library in _openmp():
            library.set_num_threads(number)
    return compute()


@cache
def _openmp() -> list[LibController]:
    return list(ThreadpoolController().select(user_api="openmp").lib_controllers)
