"""Giving up: whoever cancels is released, whoever still waits gets the answer, and nothing is broken afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import vit_core
from demo.compute.progress import Progress
from demo.errors import VisitorError
from demo.photo.facts import photo_facts
from demo.photo.query import FIRST, PhotoQuery
from demo.services import Services
from tests.support.pictures import as_file, picture
from tests.support.waiting import SECONDS, until


def cancelled(call: Callable[[], Any]) -> None:
    with pytest.raises(VisitorError) as caught:
        call()
    assert caught.value.code == "cancelled"


class Download:
    """A download of 100 steps that waits for `step()` before each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.started = 0
        self.done = 0
        self._may = threading.Semaphore(0)
        load = vit_core.load

        def slow(name: Any, *, progress: Any, **options: Any) -> Any:
            self.started += 1
            for self.done in range(1, 101):
                assert self._may.acquire(timeout=SECONDS)
                progress(self.done, 100)
            return load(name)

        monkeypatch.setattr(vit_core, "load", slow)

    def step(self, n: int = 1) -> None:
        self._may.release(n)


@pytest.fixture
def download(monkeypatch: pytest.MonkeyPatch) -> Download:
    return Download(monkeypatch)


# ---- the book-keeping


def test_work_goes_on_while_one_of_those_who_wait_wants_it() -> None:
    progress = Progress()
    with progress.waiting("work", "a"), progress.waiting("work", "b"):
        progress.tell("work", "download", 1, 2)
        assert progress.of("a") == progress.of("b") == {"stage": "download", "done": 1, "total": 2}
        progress.cancel("a")
        progress.tell("work", "download", 2, 2)
        progress.cancel("b")
        cancelled(lambda: progress.tell("work", "download", 2, 2))
        with progress.waiting("work", ""):  # a program's request: nobody can cancel it
            progress.tell("work", "load")
    progress.tell("work", "load")  # nobody waits: as when the page is warmed up
    progress.cancel("")
    progress.check("")
    cancelled(lambda: progress.check("a"))


def test_the_book_of_cancelled_requests_is_bounded() -> None:
    progress = Progress(capacity=3)
    for number in "abcde":
        progress.cancel(number)
    progress.check("a")
    cancelled(lambda: progress.check("e"))
    assert progress._waiting == {}


# ---- downloads


def test_a_cancelled_download_stops_and_the_next_one_begins_anew(services: Services, download: Download) -> None:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(services.photos.model, "tiny", request="a")
        download.step(3)
        until(lambda: services.progress.of("a").get("done") == 3)
        services.progress.cancel("a")
        download.step()
        cancelled(lambda: asked.result(SECONDS))
        assert download.done == 4
        download.step(100)
        assert pool.submit(services.photos.model, "tiny", request="b").result(SECONDS).name
    assert download.started == 2


def test_one_visitors_cancel_does_not_fail_the_others_request(services: Services, download: Download) -> None:
    """Whether it is the one whose thread does the work or one who waits for it."""
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(services.photos.model, "tiny", request="first")
        download.step()
        until(lambda: services.progress.of("first").get("done") == 1)
        second, third = (pool.submit(services.photos.model, "tiny", request=name) for name in ("second", "third"))
        until(lambda: len(services.progress._waiting.get("tiny", ())) == 3)
        services.progress.cancel("first")
        services.progress.cancel("third")
        cancelled(lambda: third.result(SECONDS))  # released at once, long before the download is through
        assert download.done <= 2
        download.step(99)
        assert second.result(SECONDS) is first.result(SECONDS)
    assert download.started == 1
    assert services.progress.of("second") == {"stage": "download", "done": 100, "total": 100}


def test_all_who_wait_see_how_far_the_download_is(services: Services, download: Download) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(services.photos.model, "tiny", request=name) for name in ("a", "b")]
        until(lambda: len(services.progress._waiting.get("tiny", ())) == 2)
        download.step(7)
        for name in ("a", "b"):
            until(lambda name=name: services.progress.of(name) == {"stage": "download", "done": 7, "total": 100})
        download.step(93)
        assert both[0].result(SECONDS) is both[1].result(SECONDS)


def test_who_joins_work_that_is_just_given_up_gets_it_all_the_same(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, calls = vit_core.load, []
    joined = threading.Event()

    def given_up_the_first_time(name: Any, *, progress: Any, **options: Any) -> Any:
        calls.append(name)
        if len(calls) == 1:
            assert joined.wait(SECONDS)
            raise VisitorError("cancelled")
        return load(name)

    monkeypatch.setattr(vit_core, "load", given_up_the_first_time)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(services.photos.model, "tiny", request="first")
        until(lambda: len(calls) == 1)
        second = pool.submit(services.photos.model, "tiny", request="second")
        until(lambda: len(services.progress._waiting.get("tiny", ())) == 2)
        services.progress.cancel("first")
        joined.set()
        cancelled(lambda: first.result(SECONDS))
        assert second.result(SECONDS).name
    assert len(calls) == 2


def test_a_load_that_waits_for_its_turn_can_be_given_up(services: Services, download: Download) -> None:
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(services.photos.model, "tiny", request="first")
        until(lambda: download.started == 1)
        waiting = pool.submit(services.photos.model, "headless", request="waiting")
        until(lambda: "headless" in services.progress._waiting)
        services.progress.cancel("waiting")
        cancelled(lambda: waiting.result(SECONDS))
        assert download.started == 1
        download.step(100)
        assert first.result(SECONDS).name


# ---- forward passes


def test_a_forward_pass_is_given_up_between_two_layers(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    trace_image = vit_core.trace_image

    def watched(*args: Any, watch: Any, **kwargs: Any) -> Any:
        def noting(name: str, x: Any) -> Any:
            seen.append(name)
            if name == "blocks.0.resid_mid":
                services.progress.cancel("a")
            return watch(name, x)

        return trace_image(*args, watch=noting, **kwargs)

    monkeypatch.setattr(vit_core, "trace_image", watched)
    photo_query = PhotoQuery(services.photos.add_photo(as_file(picture(1))), "tiny", 32)
    cancelled(lambda: services.photos.trace(photo_query, request="a"))
    assert seen[-1] == "blocks.0.resid_post", "it went on computing"
    assert services.photos.trace(photo_query, request="b").logits is not None
    assert services.photos.trace(photo_query).logits is not None


def test_a_pass_that_waits_for_its_turn_can_be_given_up(services: Services) -> None:
    services.photos.model("tiny")
    photo_query = PhotoQuery(services.photos.add_photo(as_file(picture(1))), "tiny", 32)
    with ThreadPoolExecutor(1) as pool, services.queue.running.turn(lambda: None):
        waiting = pool.submit(services.photos.trace, photo_query, request="a")
        until(lambda: services.progress.of("a").get("stage") == "queue")
        services.progress.cancel("a")
        cancelled(lambda: waiting.result(SECONDS))
    assert services.photos.trace(photo_query).logits is not None


def test_a_request_that_was_cancelled_before_it_arrived_computes_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vit_core, "load", lambda *args, **kwargs: pytest.fail("it was loaded"))
    services.progress.cancel("early")
    cancelled(lambda: photo_facts(services.photos, PhotoQuery(FIRST.photo, "tiny", 0), "early"))
