"""Read the body of a request as it comes, up to a limit."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from demo.errors import VisitorError


class Unread(ClientDisconnect):
    """A body that is not read to its end."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def unread(_: Request, error: Exception) -> Response:
    """What is answered where a body is not read; where its sender has gone before its end, nobody hears it."""
    status, sentence = (error.status, error.sentence) if isinstance(error, Unread) else (400, "the body broke off")
    return JSONResponse({"error": sentence}, status, headers={"Connection": "close"})


async def whole(request: Request, limit: int, too_long: VisitorError) -> bytes:
    """The request's body, given up as soon as it is too long."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            raise too_long
    return bytes(data)
