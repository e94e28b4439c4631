"""Interleaved timing: every round runs each candidate once, so that a change of the machine's speed hits all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, its figure, and the limit the product sets (None: for comparison only)."""

    what: str
    figure: float
    unit: str
    limit: float | None = None

    def __str__(self) -> str:
        verdict = (
            "" if self.limit is None else f"  limit {self.limit:g}  {'ok' if self.figure <= self.limit else 'OVER'}"
        )
        return f"{self.what:<72} {self.figure:>9.3f} {self.unit:<5}{verdict}"


def interleaved(
    candidates: dict[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Seconds of each candidate per round, after two rounds that do not count; the order turns from round to round.

    Args:
        clock: time.process_time counts this process's work alone, whatever else the machine does; of one thread.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    names = list(candidates)
    for turn in range(rounds + 2):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            started = clock()
            candidates[name]()
            if turn >= 2:
                seconds[name].append(clock() - started)
    return seconds


def median_ratio(ours: list[float], peer: list[float]) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(ours, peer, strict=True))


def milliseconds(seconds: list[float]) -> float:
    return statistics.median(seconds) * 1000
