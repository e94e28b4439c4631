"""A full house: while many wait for their own photos, whoever needs nothing computed is answered at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from demo.compute import request_threads
from demo.photo.query import FIRST
from demo.services import Services
from tests.support.pictures import as_file, picture
from tests.support.server import RunningApp
from tests.support.waiting import SECONDS, until

VISITORS = 60
# What "at once" means on a busy machine with two cores; a pass is held for much longer.
AT_ONCE = 3.0


class House:
    """Visitors who each ask for a photo of their own, and a forward pass that does not begin before `release`."""

    def __init__(self, url: str, services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
        self.services = services
        self._may = threading.Event()
        self._pool = ThreadPoolExecutor(2 * VISITORS)
        everybody = httpx.Limits(max_connections=None)
        self._http = httpx.Client(base_url=url, verify=False, timeout=4 * SECONDS, limits=everybody)
        run = services.photos._run

        def held(*args: Any) -> Any:
            assert self._may.wait(4 * SECONDS)
            return run(*args)

        monkeypatch.setattr(services.photos, "_run", held)

    def get(self, path: str, **said: Any) -> httpx.Response:
        return self._http.get(f"microscope/{path}", params=said)

    def arrive(self) -> list[Any]:
        """Every visitor's two answers, which are not there yet: the facts, and the heads asked for along with them."""
        photos = [self.services.photos.add_photo(as_file(picture(1000 + i))) for i in range(VISITORS)]
        photo_queries = [{"photo": photo, "model": "tiny", "size": 32} for photo in photos]
        asked = [
            self._pool.submit(self.get, "facts", request=f"v-{i}", **photo_query)
            for i, photo_query in enumerate(photo_queries)
        ]
        asked += [self._pool.submit(self.get, "view/layer", layer=0, **photo_query) for photo_query in photo_queries]
        until(lambda: all(self.services.progress.of(f"v-{i}") for i in range(VISITORS)))
        return asked

    def release(self) -> None:
        self._may.set()
        self._pool.shutdown()
        self._http.close()


@pytest.fixture
def house(served: RunningApp, bundled: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    full = House(served.url, bundled, monkeypatch)
    yield full
    full.release()


def test_sixty_waiting_visitors_hold_up_nobody_who_needs_nothing_computed(
    house: House, served: RunningApp, bundled: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled.photos.trace(FIRST)
    first = {"photo": FIRST.photo, "model": FIRST.model, "size": FIRST.size}
    waiting = house.arrive()
    with httpx.Client(base_url=served.url, verify=False, timeout=AT_ONCE) as http:
        assert http.get("microscope/progress?request=v-59").json()["stage"] == "queue"
        for path, said in {
            "": {},
            "microscope/boot": {},
            "microscope/facts": first,
            "microscope/view/layer": {**first, "layer": 1},
            "microscope/picture/thumb": first,
        }.items():
            assert http.get(path, params=said).status_code == 200, path
        monkeypatch.setattr(
            bundled.photos, "keeps", lambda photo_query: False
        )  # a trace that left, its bytes still here
        assert http.get("microscope/view/layer", params={**first, "layer": 1}).status_code == 200
        assert http.post("microscope/photo", content=as_file(picture(2))).status_code == 200
        assert http.post("microscope/cancel?request=v-59").status_code == 200
    assert not any(answer.done() for answer in waiting)
    house.release()
    answers = [answer.result() for answer in waiting[: VISITORS - 1]]
    assert {answer.status_code for answer in answers} == {200}


def test_an_answer_that_takes_long_shows_a_sign_of_life_and_says_at_last_what_it_would_have_said(
    house: House, served: RunningApp, bundled: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_threads, "QUIET_SECONDS", 0.05)
    photo = bundled.photos.add_photo(as_file(picture(3)))
    photo_query = {"photo": photo, "model": "tiny", "size": 32}
    with (
        httpx.Client(base_url=served.url, verify=False, timeout=SECONDS) as http,
        http.stream("GET", "microscope/facts", params={**photo_query, "request": "well"}) as well,
        http.stream("GET", "microscope/facts", params={**photo_query, "request": "given up"}) as given_up,
    ):
        told = [answer.iter_bytes() for answer in (well, given_up)]
        assert [next(chunks) for chunks in told] == [b" ", b" "]
        http.post("microscope/cancel", params={"request": "given up"}).raise_for_status()
        refused = json.loads(b"".join(told[1]))
        house.release()
        facts = json.loads(b"".join(told[0]))
    assert facts == {**http_facts(served, photo_query), "now": True}
    assert refused == {"error": "cancelled", "params": {}}


def http_facts(served: RunningApp, photo_query: dict[str, Any]) -> Any:
    """The same facts, asked when there is nothing to wait for."""
    answer = httpx.get(f"{served.url}microscope/facts", params=photo_query, verify=False)
    assert answer.text.startswith("{")
    return answer.json()
