"""What visitors cost who come together, each with an own photo, on the cores that send and serve them.

The page asks for what lies below the heads of Attention once somebody scrolls there: a visitor who stays at the top is
measured for the limit, one who scrolls to the end beside it.

BEFORE=<folder of another checkout> measures that as well, in the same run.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import vit_core
from demo.photo.picture_file import decode
from demo.photo.query import FIRST
from tests.benchmarks.timing import Row
from tests.support.visitors import BELOW, REQUESTS, Server, Visitor, checkouts, first_look, own_photo, served

CLASS, ALONE, CROWD, PASSES = 30, 12, 200, 25


def run() -> list[Row]:
    """Rows of a class's time and of where a visitor's goes, and of a crowd's answers."""
    rows = []
    for name, folder in checkouts():
        with served(folder) as server:
            first = first_look(server)
            _class(server, first, range(CLASS), scrolls=True)  # what is loaded or grown once
            found = [*_shares(server, first), *_crowd(server, first)]
        rows += [Row(f"{name}{row.what}", row.figure, row.unit, row.limit) for row in found]
    return rows


def _class(server: Server, first: dict[str, Any], numbers: range, *, scrolls: bool) -> tuple[list[float], float]:
    """Seconds that each of some visitors waited who came at once, and the server's processor time for all of them."""
    visitors = [Visitor(server, number) for number in numbers]
    began, cpu = time.perf_counter(), server.cpu()

    def visit(visitor: Visitor) -> float:
        visitor.visit(first, scrolls=scrolls)
        visitor.leave()
        return time.perf_counter() - began

    with ThreadPoolExecutor(len(visitors)) as pool:
        return sorted(pool.map(visit, visitors)), server.cpu() - cpu


def _passes() -> list[tuple[float, float]]:
    """Seconds and processor seconds of passes, with nothing beside them."""
    model = vit_core.load(FIRST.model)
    images = [decode(own_photo(10_000 + number)).image for number in range(4)]
    found = []
    for number in range(PASSES + 3):
        began, cpu = time.perf_counter(), time.process_time()
        vit_core.trace_image(model, images[number % len(images)], size=FIRST.size)
        found.append((time.perf_counter() - began, time.process_time() - cpu))
    return found[3:]


def _shares(server: Server, first: dict[str, Any]) -> list[Row]:
    """Classes of visitors beside as many passes, measured before and after; and where a visitor's time goes."""
    earlier = _passes()
    stays = _class(server, first, range(100, 100 + CLASS), scrolls=False)
    scrolls = _class(server, first, range(140, 140 + CLASS), scrolls=True)
    wall, own = (statistics.median(times) for times in zip(*earlier, *_passes(), strict=True))
    shares = [Row(f"one visitor: {what}", ms, "ms") for what, ms in _where(server, first).items()]
    return [
        Row("a pass of ViT-S/14: processor time", own * 1000, "ms"),
        *shares,
        *_beside(stays, wall, own, "who does not scroll", limits=(1.3, 1.6)),
        *_beside(scrolls, wall, own, "who scrolls to the end", limits=(None, None)),
    ]


def _beside(
    measured: tuple[list[float], float], wall: float, own: float, who: str, limits: tuple[float | None, float | None]
) -> list[Row]:
    """A class beside its passes, each of `wall` seconds and `own` seconds of processor time."""
    waited, cpu = measured
    worst = waited[int(0.95 * len(waited))]
    return [
        Row(f"{who}, {CLASS} at once: the server's processor time a visitor", cpu / CLASS * 1000, "ms"),
        Row(f"{who}: processor time a visitor / of a pass", cpu / CLASS / own, "x", limits[0]),
        Row(f"{who}, {CLASS} at once: 95 of 100 have all after", worst, "s"),
        Row(f"{who}: the same / the time of {CLASS} passes", worst / (CLASS * wall), "x", limits[1]),
        Row(f"{who}, {CLASS} at once: visitors a second", CLASS / waited[-1], ""),
    ]


def _where(server: Server, first: dict[str, Any]) -> dict[str, float]:
    """Milliseconds of processor time that a visitor's requests take the server, each asked by itself; those of one who
    scrolls last.
    """
    spent: dict[str, float] = {}
    visitors = [Visitor(server, number) for number in range(200, 200 + ALONE)]
    mark = server.cpu()

    def note(what: str) -> None:
        nonlocal mark
        now = server.cpu()
        spent[what], mark = (now - mark) / ALONE * 1000, now

    photo_queries = [visitor.photo_query(first) for visitor in visitors]
    note("the photo: decoded, kept")
    for place, (path, words) in enumerate((*REQUESTS, *BELOW)):
        for visitor, photo_query in zip(visitors, photo_queries, strict=True):
            visitor.leave()  # the server closes what was quiet for some seconds; another connection is opened
            visitor.ask(path, **photo_query, **words)
        what = f"{path} of one token" if "query" in words else path
        note(what if place else f"{what}, with the pass")
    for visitor in visitors:
        visitor.leave()
        for _ in range(1 + len(REQUESTS) + len(BELOW)):
            visitor.ask("progress", request="none")
    note("as many requests that ask for nothing (in what is above)")
    for visitor in visitors:
        visitor.leave()
    return spent


def _crowd(server: Server, first: dict[str, Any]) -> list[Row]:
    """Two hundred who come at once: each has heads in the end, or is told when to come again."""
    visitors = [Visitor(server, number) for number in range(1000, 1000 + CROWD)]

    def come(visitor: Visitor) -> str:
        try:
            sent = visitor.tries("photo", visitor.file)
            if sent.status == 200:
                sent = visitor.tries("view/layer", **visitor.named(sent, first), layer=8)
            if sent.status == 429:
                return "refused" if sent.headers.get("retry-after", "").isdigit() else "dropped"
            return "answered" if sent.status == 200 else "dropped"
        except OSError:
            return "dropped"
        finally:
            visitor.leave()

    began = time.perf_counter()
    with ThreadPoolExecutor(CROWD) as pool:
        came = list(pool.map(come, visitors))
    seconds = time.perf_counter() - began
    return [
        Row(f"{CROWD} at once: answered", came.count("answered"), ""),
        Row(f"{CROWD} at once: refused with Retry-After", came.count("refused"), ""),
        Row(f"{CROWD} at once: dropped", came.count("dropped"), "", 0),
        Row(f"{CROWD} at once: the last has heads after", seconds, "s"),
    ]
