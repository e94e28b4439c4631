"""The routes of rooms. They use no threads: each answer is ready, or is waited for in the event loop."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.errors import VisitorError
from demo.query.asked import JSON, asked
from demo.query.body import whole
from demo.room.rooms import Rooms

MOST_BYTES = 20_000
# A question has a few levels. JSON as deeply nested as Python can just parse could not be sent to a phone.
MOST_LEVELS = 16
# Proxies give up a request after a minute or less without any byte.
MOST_SECONDS = 25.0
Said = dict[str, Any]


class Waiting:
    """The requests that wait for a change of a room, in any event loop."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}
        self._lock = threading.Lock()
        self._over = False

    async def for_news(self, code: str, has_news: Callable[[], bool], seconds: float) -> None:
        """Wait for a change, but no longer than so many seconds."""
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        until = loop.time() + seconds
        mine = (loop, event)
        with self._lock:
            self._waiting.setdefault(code, set()).add(mine)
        try:
            while not (has_news() or self._over) and (left := until - loop.time()) > 0:
                try:
                    await asyncio.wait_for(event.wait(), left)
                except asyncio.TimeoutError:
                    return
                event.clear()
        finally:
            with self._lock:
                there = self._waiting[code]
                there.discard(mine)
                if not there:
                    del self._waiting[code]

    def wake(self, code: str) -> None:
        """Wake the requests that wait for this room."""
        with self._lock:
            waiting = list(self._waiting.get(code, ()))
        for loop, event in waiting:
            loop.call_soon_threadsafe(event.set)

    def end(self) -> None:
        """Wake all requests and let none wait from now on: the program is about to end."""
        self._over = True
        with self._lock:
            codes = list(self._waiting)
        for code in codes:
            self.wake(code)

    def __len__(self) -> int:
        with self._lock:
            return sum(map(len, self._waiting.values()))


def room_routes(rooms: Rooms, waiting: Waiting) -> list[Route]:
    """Every route of rooms. Requests are JSON in the body, so that no log on the way contains a code or a secret."""

    @asked(takes=JSON)
    async def open_room(_: Said, address: str) -> Said:
        """Open a room: its code, the secret of who opened it, and until when it is there (seconds since 1970)."""
        return rooms.open(address)

    @asked(takes=JSON)
    async def look(said: Said, address: str) -> Said:
        """What is new in a room, after at most `wait` seconds: for its lecturer (`host`) or a `member`, who joins."""
        code, host, seen = _text(said, "room"), said.get("host"), said.get("seen")
        of_host = host is not None

        def answer() -> Said:
            return (
                rooms.of_host(code, _text(said, "host"))
                if of_host
                else rooms.of_member(code, _text(said, "member"), address)
            )

        present = answer()
        if type(seen) is int and seen == present["version"]:
            await waiting.for_news(code, lambda: rooms.version(code, of_host=of_host) != seen, _seconds(said))
            present = answer()
        elif not of_host:
            waiting.wake(code)  # a phone may have joined
        return present

    @asked(takes=JSON)
    async def vote(said: Said, address: str) -> Said:
        """Vote on a room's present question; a later vote of the same browser takes its place."""
        code = _text(said, "room")
        rooms.vote(code, _text(said, "member"), _text(said, "question"), said.get("choice"), address)
        waiting.wake(code)
        return {}

    @asked(takes=JSON)
    async def show(said: Said, _: str) -> Said:
        """Tell a room where its lecturer's page is: the query of its address."""
        rooms.show(_text(said, "room"), _text(said, "host"), _text(said, "address"))
        waiting.wake(_text(said, "room"))
        return {}

    @asked(takes=JSON)
    async def ask(said: Said, _: str) -> Said:
        """Ask a room a question, or nothing any more; the same one keeps its votes unless it is asked again."""
        code, host = _text(said, "room"), _text(said, "host")
        rooms.ask(code, host, said.get("question"), again=said.get("again") is True)
        waiting.wake(code)
        return rooms.of_host(code, host)

    @asked(takes=JSON)
    async def reveal(said: Said, _: str) -> Said:
        """Close a room's present question: tell everybody what is right, and the tally."""
        code, host = _text(said, "room"), _text(said, "host")
        rooms.reveal(code, host, _text(said, "question"), said.get("right"), said.get("told"))
        waiting.wake(code)
        return rooms.of_host(code, host)

    @asked(takes=JSON)
    async def end(said: Said, _: str) -> Said:
        """End a room."""
        rooms.end(_text(said, "room"), _text(said, "host"))
        waiting.wake(_text(said, "room"))
        return {}

    answers = {"open": open_room, "look": look, "vote": vote, "show": show, "ask": ask, "reveal": reveal, "end": end}
    return [Route(f"/rooms/{name}", _answered(answer), methods=["POST"]) for name, answer in answers.items()]


def _answered(answer: Callable[[Said, str], Awaitable[Said]]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        data = await whole(request, MOST_BYTES, VisitorError("bad_request"))
        told = await answer(_read(data), request.client.host if request.client else "")
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    endpoint.asked = answer.asked  # type: ignore[attr-defined]
    return endpoint


def _read(data: bytes) -> Said:
    """Parse a body as strict JSON: Python also accepts NaN and lone surrogates, which could not be sent on."""
    try:
        said = json.loads(data or b"{}")
        json.dumps(said, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise VisitorError("bad_request") from error
    if not isinstance(said, dict) or _is_deeper(said, MOST_LEVELS):
        raise VisitorError("bad_request")
    return said


def _is_deeper(said: Any, levels: int) -> bool:
    """Whether lists and objects are nested more deeply than this."""
    level = [said]
    for _ in range(levels):
        inside = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [one for several in inside for one in several]
    return any(isinstance(one, dict | list) for one in level)


def _text(said: Said, name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise VisitorError("bad_request")
    return value


def _seconds(said: Said) -> float:
    wait = said.get("wait", 0)
    return float(min(MOST_SECONDS, max(0, wait))) if isinstance(wait, int | float) else 0.0
