"""Rooms: who may do what there, that nobody is told how others voted before the lecturer reveals it, and the bounds."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.errors import VisitorError
from demo.room import rooms as module
from demo.room import wrong_codes
from demo.room.rooms import Rooms
from demo.room.routes import MOST_SECONDS, Waiting, _seconds
from demo.routes import data_plane
from demo.services import Services
from tests.support.waiting import until

QUESTION: dict[str, Any] = {
    "called": "which_class",
    "choices": [{"en": "cat", "ko": "고양이"}, {"en": "dog", "ko": "개"}],
}


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def member(number: int) -> str:
    return f"member-{number:010}"


class Lesson:
    """A room with its lecturer, on a clock of the test's."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.rooms = Rooms(self.clock)
        told = self.rooms.open()
        self.code, self.host = told["room"], told["host"]

    def ask(self, question: dict[str, Any] | None = QUESTION, *, again: bool = False) -> str:
        self.rooms.ask(self.code, self.host, question, again=again)
        return self.told()["question"] or ""

    def told(self) -> dict[str, Any]:
        return self.rooms.of_host(self.code, self.host)

    def phone(self, number: int) -> dict[str, Any]:
        return self.rooms.of_member(self.code, member(number))

    def vote(self, number: int, question: str, choice: Any) -> None:
        self.rooms.vote(self.code, member(number), question, choice)


@pytest.fixture
def lesson() -> Lesson:
    return Lesson()


def refused(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises(VisitorError) as error:
        act()
    assert error.value.code == code


def test_a_browser_has_one_vote_and_a_later_one_takes_its_place(lesson: Lesson) -> None:
    asked = lesson.ask()
    for number, choice in ((1, 0), (2, 1), (1, 1), (3, 0)):
        lesson.vote(number, asked, choice)
    assert (lesson.told()["answered"], lesson.told()["members"]) == (3, 3)
    assert [lesson.phone(number)["mine"] for number in (1, 2, 3, 4)] == [1, 1, 0, None]
    lesson.rooms.reveal(lesson.code, lesson.host, asked, 0, {"en": {}})
    shown = {"right": 0, "told": {"en": {}}, "tally": [1, 2]}
    assert lesson.told()["shown"] == lesson.phone(9)["shown"] == shown
    refused("vote_closed", lambda: lesson.vote(1, asked, 0))
    lesson.rooms.reveal(lesson.code, lesson.host, asked, 1, {})
    assert lesson.told()["shown"] == shown, "what was revealed stays"


def test_nothing_that_is_told_before_it_is_revealed_depends_on_what_was_chosen() -> None:
    """Two classes that voted differently, in the same order: every answer but a phone's own vote is the same."""

    def answers(choices: list[int]) -> list[Any]:
        lesson, said = Lesson(), []
        asked = lesson.ask()
        for number, choice in enumerate(choices):
            lesson.vote(number, asked, choice)
            said += [lesson.told(), {**lesson.phone(number), "mine": None}, lesson.phone(99), lesson.rooms.counts()]
        lesson.rooms.show(lesson.code, lesson.host, "v=5")
        lesson.ask(QUESTION)
        said += [lesson.told(), lesson.phone(98)]
        lesson.ask(None)
        said += [lesson.told(), lesson.phone(97)]
        return said

    assert answers([0, 0, 0, 1, 1]) == answers([1, 1, 1, 1, 0])


def test_a_question_keeps_its_votes_while_others_are_asked_until_it_is_asked_again(lesson: Lesson) -> None:
    asked = lesson.ask()
    lesson.vote(1, asked, 1)
    other = lesson.ask({**QUESTION, "called": "how_sure"})
    assert other != asked and lesson.phone(1)["mine"] is None
    refused("vote_closed", lambda: lesson.vote(2, asked, 0))
    refused("vote_closed", lambda: lesson.rooms.reveal(lesson.code, lesson.host, asked, 0, {}))
    assert lesson.ask() == asked and lesson.phone(1)["mine"] == 1
    assert lesson.ask(again=True) == asked and lesson.phone(1)["mine"] is None
    lesson.ask(None)
    assert lesson.phone(1)["question"] is None


def test_phones_hear_of_what_is_said_and_the_lecturer_of_votes_as_well(lesson: Lesson) -> None:
    asked = lesson.ask()
    phone, host = (lesson.rooms.version(lesson.code, of_host=of_host) for of_host in (False, True))
    lesson.vote(1, asked, 1)
    lesson.rooms.show(lesson.code, lesson.host, "")
    lesson.ask()
    assert lesson.rooms.version(lesson.code, of_host=False) == phone, "nothing new for them"
    assert lesson.rooms.version(lesson.code, of_host=True) > host
    lesson.rooms.show(lesson.code, lesson.host, "v=5&screen=block")
    assert lesson.phone(1)["address"] == lesson.told()["address"] == "v=5&screen=block"
    assert lesson.rooms.version(lesson.code, of_host=False) > phone
    lesson.clock.now += module.SECONDS_HERE + 1
    assert lesson.told()["members"] == 0, "who has not been heard of has gone"


def test_a_room_ends_after_two_hours_or_when_its_lecturer_says_so(lesson: Lesson) -> None:
    assert lesson.told()["until"] == lesson.clock.now + 7200
    lesson.clock.now += 7199
    lesson.phone(1)
    lesson.clock.now += 1
    refused("room_gone", lambda: lesson.phone(1))
    refused("room_gone", lesson.told)
    assert lesson.rooms.version(lesson.code, of_host=False) == 0
    other = Lesson()
    refused("room_not_yours", lambda: other.rooms.end(other.code, "somebody"))
    other.rooms.end(other.code, other.host)
    refused("room_gone", other.told)


def test_only_who_opened_the_room_asks_shows_and_reveals(lesson: Lesson) -> None:
    asked = lesson.ask()
    for host in ("", "x", lesson.code, lesson.host[:-1]):
        for act in (
            lambda host=host: lesson.rooms.ask(lesson.code, host, None),
            lambda host=host: lesson.rooms.show(lesson.code, host, "v=5"),
            lambda host=host: lesson.rooms.reveal(lesson.code, host, asked, 0, {}),
            lambda host=host: lesson.rooms.of_host(lesson.code, host),
        ):
            refused("room_not_yours", act)
    assert lesson.host not in json.dumps([lesson.told(), lesson.phone(1), lesson.rooms.counts()])


def test_codes_are_long_and_guessing_is_slow_but_holds_up_nobody_who_is_there(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ROOMS", 301)
    codes = {lesson.rooms.open(f"{number}")["room"] for number in range(300)}
    assert len(codes) == 300 and all(len(code) == 10 for code in codes)
    # 50 bits: every sign turns up, at every place.
    assert set("".join(codes)) == set(module.SIGNS) and all(len({code[at] for code in codes}) > 24 for at in range(10))
    lesson.rooms.of_member(lesson.code, member(1), "198.51.100.7")
    guess = lambda: lesson.rooms.of_member("0" * 10, member(1), "198.51.100.7")  # noqa: E731
    for _ in range(wrong_codes.WRONG_AT_ONCE):
        refused("room_gone", guess)
    refused("too_many", guess)
    refused("too_many", lambda: lesson.rooms.of_member(lesson.code, member(2), "198.51.100.7"))
    lesson.rooms.of_member(lesson.code, member(1), "198.51.100.7")
    lesson.rooms.of_member(lesson.code, member(2), "198.51.100.8")
    lesson.clock.now += 1
    refused("room_gone", guess)
    refused("room_gone", guess)
    refused("too_many", guess)


def test_memory_is_bounded(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(module.MOST_MEMBERS):
        lesson.phone(number)
    refused("room_full", lambda: lesson.phone(module.MOST_MEMBERS))
    asked = [lesson.ask({**QUESTION, "held": number}) for number in range(100)]
    assert len(set(asked)) == 100
    [room] = lesson.rooms._rooms.values()
    assert len(room.rounds) == module.MOST_QUESTIONS
    monkeypatch.setattr(wrong_codes, "MOST_ADDRESSES", 20)
    for number in range(50):
        refused("room_gone", lambda n=number: lesson.rooms.of_member("nobody", member(1), f"10.0.0.{n}"))
    assert len(lesson.rooms._wrong_codes) == 20
    for _ in range(module.MOST_OF_AN_ADDRESS):
        lesson.rooms.open("198.51.100.7")
    refused("rooms_full", lambda: lesson.rooms.open("198.51.100.7"))
    for number in range(module.MOST_ROOMS - module.MOST_OF_AN_ADDRESS - 1):
        lesson.rooms.open(f"10.0.0.{number}")
    refused("rooms_full", lesson.rooms.open)
    lesson.clock.now += module.SECONDS_IDLE
    lesson.phone(1)
    lesson.rooms.open()
    lesson.rooms.open("198.51.100.7")
    assert len(lesson.rooms._rooms) == module.MOST_ROOMS
    assert lesson.told()["question"], "one in which nobody was gave way"


def test_in_a_full_room_who_left_without_a_vote_gives_the_place(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_MEMBERS", 4)
    asked = lesson.ask()
    lesson.vote(0, asked, 1)
    for number in (1, 2, 3):
        lesson.phone(number)
        lesson.clock.now += 1
    lesson.clock.now += module.SECONDS_HERE
    lesson.phone(3)
    changed = lesson.rooms.version(lesson.code, of_host=True)
    lesson.vote(4, asked, 0)
    assert lesson.rooms.version(lesson.code, of_host=True) > changed and lesson.told()["members"] == 2
    lesson.phone(5)
    [room] = lesson.rooms._rooms.values()
    assert [*room.members] == [member(number) for number in (0, 3, 4, 5)], "who was heard of longest ago goes first"
    refused("room_full", lambda: lesson.phone(1))
    lesson.ask({**QUESTION, "called": "how_sure"})
    lesson.clock.now += module.SECONDS_HERE + 1
    lesson.phone(1)
    lesson.phone(2)
    refused("room_full", lambda: lesson.phone(6))
    assert [*room.members] == [member(number) for number in (0, 4, 1, 2)], (
        "who has voted in an earlier one keeps the place"
    )
    lesson.ask()
    assert [lesson.phone(number)["mine"] for number in (0, 4, 1, 2)] == [1, 0, None, None]


def test_an_address_of_ipv6_is_counted_with_all_of_its_line(lesson: Lesson) -> None:
    for number in range(module.MOST_OF_AN_ADDRESS):
        lesson.rooms.open(f"2001:db8::{number:x}")
    refused("rooms_full", lambda: lesson.rooms.open("2001:db8::ffff:1:2:3"))
    lesson.rooms.open("2001:db8:0:1::1")
    for number in range(wrong_codes.WRONG_AT_ONCE):
        address = f"2001:db8::{number:x}"
        refused("room_gone", lambda address=address: lesson.rooms.of_member("0" * 10, member(1), address))
    refused("too_many", lambda: lesson.rooms.of_member("0" * 10, member(1), "2001:db8::f:0:0:1"))
    refused("room_gone", lambda: lesson.rooms.of_member("0" * 10, member(1), "2001:db8:0:1::1"))
    lines = {"::1": "::/64", "::ffff:10.0.0.1": "10.0.0.1", "10.0.0.1": "10.0.0.1", "fe80::1%eth0": "fe80::/64"}
    assert {address: wrong_codes.network_of(address) for address in lines} == lines
    assert [wrong_codes.network_of(name) for name in ("", "testclient")] == ["", "testclient"]


@pytest.mark.parametrize(
    "question",
    [
        [], "x", {}, {"called": "x"}, {"called": 1, "choices": [1, 2]}, {"called": "x", "choices": [1]},
        {"called": "x", "choices": [1] * 9}, {"called": "x", "choices": [1, "y" * 9000]},
        *({"called": "x", "choices": [{"en": "a"}, choice]} for choice in (
            None, [], "en", {}, {"ko": "a"}, {"en": 1}, {"en": "a", "ko": None}, {"en": "a", "more": 1},
            {"en": "a", "patch": "1"}, {"en": "a", "patch": -1}, {"en": "a", "patch": True},
        )),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(lesson: Lesson, question: Any) -> None:
    refused("bad_request", lambda: lesson.rooms.ask(lesson.code, lesson.host, question))


def test_what_is_no_vote_is_refused(lesson: Lesson) -> None:
    asked = lesson.ask()
    for choice in (-1, 2, 255, True, 0.0, "0", None, [0]):
        refused("bad_request", lambda choice=choice: lesson.vote(1, asked, choice))
    for name in ("", "short", "x" * 41, "spaces are no word "):
        refused("bad_request", lambda name=name: lesson.rooms.vote(lesson.code, name, asked, 0))
    for address in ("a b", "a\r\nb", "ä", "x" * 12_001):
        refused("bad_request", lambda address=address: lesson.rooms.show(lesson.code, lesson.host, address))
    refused("bad_request", lambda: lesson.rooms.reveal(lesson.code, lesson.host, asked, 2, {}))
    refused("bad_request", lambda: lesson.rooms.reveal(lesson.code, lesson.host, asked, 0, "x" * 4000))
    assert (lesson.told()["answered"], lesson.told()["shown"]) == (0, None)


# -- the routes


class Client:
    """Asks the routes of rooms as the page does."""

    def __init__(self, services: Services) -> None:
        self.waiting = Waiting()
        self._client = TestClient(Starlette(routes=[data_plane(services, waiting=self.waiting)]))

    def ask(self, name: str, **said: Any) -> Any:
        return self._client.post(f"/microscope/rooms/{name}", json=said)

    def told(self, name: str, **said: Any) -> Any:
        answer = self.ask(name, **said)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
        return answer.json()


@pytest.fixture
def client(services: Services) -> Client:
    return Client(services)


def test_a_lesson_by_the_routes(client: Client) -> None:
    opened = client.told("open")
    room, host = ({name: opened[name] for name in names} for names in (("room",), ("room", "host")))
    client.told("show", **host, address="v=5&screen=decision")
    asked = client.told("ask", **host, question=QUESTION)["question"]
    phones = [{**room, "member": member(number)} for number in range(3)]
    joined = client.told("look", **phones[0])
    assert joined["question"] == {**QUESTION, "id": asked} and joined["address"] == "v=5&screen=decision"
    for phone in phones:
        assert client.told("vote", **phone, question=asked, choice=1) == {}
    assert client.told("look", **host)["answered"] == 3
    shown = client.told("reveal", **host, question=asked, right=1, told={"en": {"name": "cat"}})["shown"]
    assert shown["tally"] == [0, 3] and client.told("look", **phones[2])["shown"] == shown
    closed = client.ask("vote", **phones[0], question=asked, choice=0)
    assert (closed.status_code, closed.json()["error"]) == (400, "vote_closed")
    client.told("end", **host)
    assert client.ask("look", **phones[0]).json()["error"] == "room_gone"


def test_nobody_waits_longer_than_a_proxy_would() -> None:
    for wait, seconds in ((0.2, 0.2), (-1, 0), (10**400, MOST_SECONDS), (True, 1), ("9", 0), (None, 0)):
        assert _seconds({"wait": wait}) == seconds


def test_who_waits_is_told_at_once_and_who_hears_nothing_new_after_a_while(client: Client) -> None:
    opened = client.told("open")
    phone = {"room": opened["room"], "member": member(1)}
    version = client.told("look", **phone)["version"]
    began = time.monotonic()
    assert client.told("look", **phone, seen=version, wait=0.2)["version"] == version
    assert time.monotonic() - began >= 0.2
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(client.told, "look", **phone, seen=version, wait=20)
        until(lambda: len(client.waiting) == 1)
        client.told("show", room=opened["room"], host=opened["host"], address="v=5")
        assert waits.result(10)["address"] == "v=5"
        assert time.monotonic() - began < 15
        waits = pool.submit(client.told, "look", **phone, seen=version + 1, wait=20)
        until(lambda: len(client.waiting) == 1)
        client.waiting.end()
        assert waits.result(10)["version"] == version + 1, "whoever waits is let go when the program ends"
    assert len(client.waiting) == 0


def test_waiting_is_no_work() -> None:
    """Sixty that wait look once whether there is something new, and once more when they are woken."""
    looked = 0

    def nothing_new() -> bool:
        nonlocal looked
        looked += 1
        return False

    async def wait() -> None:
        waiting = Waiting()
        await asyncio.gather(*(waiting.for_news("room", nothing_new, 0.3) for _ in range(60)))
        assert len(waiting) == 0

    asyncio.run(wait())
    assert looked == 60


@pytest.mark.parametrize(
    "body",
    [b"x", b"[]", b'{"room":', b'{"room": NaN}', b'{"room": "\\ud800"}', b"[" * 19_000, b'{"room": 1}', b" " * 20_001],
)
@pytest.mark.parametrize("name", ["look", "vote", "show", "ask", "reveal", "end"])
def test_what_is_not_understood_is_refused(name: str, body: bytes, client: Client) -> None:
    answer = client._client.post(f"/microscope/rooms/{name}", content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


def test_nothing_is_nested_so_deeply_that_it_could_not_be_told_again(client: Client) -> None:
    """Just below the depth at which Python reads nothing any more, it read what it could not write."""
    opened = client.told("open")
    host, phone = ({name: opened[name] for name in names} for names in (("room", "host"), ("room",)))
    phone |= {"member": member(1)}
    asked = client.told("ask", **host, question=QUESTION)["question"]
    for depth in (20, 900, *range(940, 1000)):
        nested = "[" * depth + "]" * depth
        told = json.dumps({**host, "question": {**QUESTION, "key": 0}}).replace('"key": 0', f'"key": {nested}')
        assert client._client.post("/microscope/rooms/ask", content=told).json()["error"] == "bad_request"
        told = json.dumps({**host, "question": asked, "right": 0, "told": 0}).replace('"told": 0', f'"told": {nested}')
        assert client._client.post("/microscope/rooms/reveal", content=told).json()["error"] == "bad_request"
    assert client.told("look", **phone)["question"]["id"] == asked


def test_no_route_lists_rooms(client: Client) -> None:
    client.told("open")
    assert client._client.get("/microscope/rooms/open").status_code == 405
    assert client._client.get("/microscope/rooms").status_code == 404
