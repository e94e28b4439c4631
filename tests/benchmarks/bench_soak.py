"""Resident memory under thirty visitors with ever-new photos and sentences, beside what was promised: flat, and within it.

Promised is what the program took when it was warm, what its stores say to hold at that moment beyond what they held
then, and 15 %. SOAK_SECONDS says how long (600 by itself); SOAK_MEMORY=2G has the program stay within that;
BEFORE=<folder of another checkout> measures that as well.
"""

from __future__ import annotations

import itertools
import os
import statistics
import threading
import time
from typing import Any

from demo.compute import bounds
from tests.benchmarks.timing import Row
from tests.support.visitors import Server, Visitor, checkouts, first_look, held, own_sentence, served

VISITORS, EVERY, QUIET = 30, 2.0, 45.0
PROMISE = 1.15
SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
MEMORY = os.environ.get("SOAK_MEMORY", "")


def run() -> list[Row]:
    """Rows of memory beside the promise, while visitors come and after they left."""
    rows = []
    for name, folder in checkouts():
        with served(folder, "--no-limits", *(["--memory", MEMORY] if MEMORY else [])) as server:
            found = _soak(server)
        rows += [Row(f"{name}{row.what}", row.figure, row.unit, row.limit) for row in found]
    return rows


def _soak(server: Server) -> list[Row]:
    first = first_look(server)
    told = server.told()
    start, held_at_start = told["process_resident_memory_bytes"], held(told)
    ended, numbers, visits = threading.Event(), itertools.count(), itertools.count()
    failed: list[BaseException] = []

    def come() -> None:
        try:
            while not ended.is_set():
                _one(server, first, next(numbers))
                next(visits)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=come) for _ in range(VISITORS)]
    for thread in threads:
        thread.start()
    began, readings = time.monotonic(), []
    while time.monotonic() - began < SECONDS and not failed:
        readings.append(_read(server, start, held_at_start))
        time.sleep(EVERY)
    ended.set()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    time.sleep(QUIET)
    after = _read(server, start, held_at_start)
    taken = [now for now, _, _ in readings]
    beyond = [now - most / PROMISE for now, most, _ in readings]
    third = len(readings) // 3
    within = [Row(f"most memory / {MEMORY}", max(taken) / bounds.read(MEMORY), "x", 1.0)] if MEMORY else []
    return [
        *within,
        Row(f"visits of {VISITORS} who come again and again, {SECONDS:.0f} s", next(visits), ""),
        Row("resident memory when warm", start / 1e6, "MB"),
        Row("resident memory at the end", taken[-1] / 1e6, "MB"),
        Row("what the stores say to hold at the end", readings[-1][2] / 1e6, "MB"),
        Row("most memory / promised at that moment", max(now / most for now, most, _ in readings), "x", 1.0),
        Row("growth beyond the stores, last third against the second", _growth(beyond, third) / 1e6, "MB", 60),
        Row(f"resident memory {QUIET:.0f} s after the last left", after[0] / 1e6, "MB"),
        Row("the same / promised", after[0] / after[1], "x", 1.0),
    ]


def _one(server: Server, first: dict[str, Any], number: int) -> None:
    """One visitor: an own photo, and every fourth time a sentence as well."""
    visitor = Visitor(server, number)
    visitor.visit(first)
    if number % 4 == 0:
        visitor.ask("sentence/facts", text=own_sentence(number))
    visitor.leave()


def _read(server: Server, start: float, held_at_start: float) -> tuple[float, float, float]:
    """Bytes that are taken, promised, and held by the stores."""
    told = server.told()
    kept = held(told)
    return told["process_resident_memory_bytes"], (start - held_at_start + kept) * PROMISE, kept


def _growth(beyond: list[float], third: int) -> float:
    """How much the middle of the last third lies above that of the second."""
    return statistics.median(beyond[2 * third :]) - statistics.median(beyond[third : 2 * third])
