"""Read the body of a request as it comes, up to a limit."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from demo.errors import VisitorError


class Unread(ClientDisconnect):
    """Raised for a body that is not read to its end."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def unread(_: Request, error: Exception) -> Response:
    """The response to a body that was not read; if the sender has disconnected, nobody receives it."""
    status, sentence = (error.status, error.sentence) if isinstance(error, Unread) else (400, "the body broke off")
    return JSONResponse({"error": sentence}, status, headers={"Connection": "close"})


def announced(scope: Scope) -> int:
    """The announced length of a request's body, in bytes; 0 if it is not announced."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 15 else 0


async def whole(request: Request, limit: int, too_long: VisitorError) -> bytes:
    """Read a request's body. One that is too long is not kept, but read as far as its sender announced (which
    demo/serving/bodies.py bounds): a proxy that is answered while it still sends tells its visitor of a bad gateway
    instead. One without an announced length is read up to the limit.
    """
    most = announced(request.scope)
    data, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            data += chunk
        elif size >= most:
            raise too_long
        else:
            data.clear()
    return bytes(data)
