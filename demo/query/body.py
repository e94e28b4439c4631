"""Read the body of a request as it comes, up to a limit."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

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


async def whole(request: Request, limit: int, too_long: VisitorError) -> bytes:
    """Read a request's body, but stop as soon as it is too long."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            raise too_long
    return bytes(data)
