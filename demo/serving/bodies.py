"""Refuse request bodies that are too large or too slow."""

from __future__ import annotations

import asyncio
import time

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.photo.picture_file import MAX_BYTES
from demo.query.body import Unread, announced, unread

# The largest body: a photo in a data: URL, which takes four characters for three bytes, and the rest of the request.
MOST_BYTES = MAX_BYTES * 4 // 3 + 200_000
# The longest pause and the longest total time of a body: even a phone in a lecture hall sends 20 MB in it (at 0.5
# Mbit/s).
QUIET_SECONDS = 30.0
WHOLE_SECONDS = 320.0


TOO_LARGE = (413, f"a body takes at most {MOST_BYTES // 1_000_000} MB")
TOO_SLOW = (408, f"a body is given up when nothing of it comes for {QUIET_SECONDS:.0f} s")


class Bodies:
    """Middleware that reads no body which is too large or too slow, and tells the sender so if it is still
    connected.
    """

    def __init__(self, app: ASGIApp, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._app = app
        self._quiet = quiet_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if announced(scope) > MOST_BYTES:
            await unread(Request(scope), Unread(*TOO_LARGE))(scope, receive, send)
            return
        told, whole, until = 0, False, time.monotonic() + WHOLE_SECONDS

        async def read() -> Message:
            nonlocal told, whole
            if whole:  # later messages only tell that the client has disconnected
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), min(self._quiet, max(0.0, until - time.monotonic())))
            except asyncio.TimeoutError as error:
                raise Unread(*TOO_SLOW) from error
            told, whole = told + len(message.get("body", b"")), not message.get("more_body")
            if told > MOST_BYTES:
                raise Unread(*TOO_LARGE)
            return message

        await self._app(scope, read, send)
