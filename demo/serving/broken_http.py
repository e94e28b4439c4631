"""Close connections that send no valid HTTP, on which uvicorn 0.54 with h11 would raise an error itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from h11 import LocalProtocolError
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle


def close_quietly() -> None:
    """From now on, nothing is answered, and nothing logged, where the request has left no way to answer it."""
    if not hasattr(H11Protocol.send_400_response, "__wrapped__"):
        H11Protocol.send_400_response = _refusing(H11Protocol.send_400_response)  # type: ignore[method-assign, assignment]
        RequestResponseCycle.send = _sending(RequestResponseCycle.send)  # type: ignore[method-assign, assignment]


def _refusing(send_400_response: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    @wraps(send_400_response)
    def refuse(self: Any, sentence: str) -> None:
        try:
            send_400_response(self, sentence)
        except LocalProtocolError:  # an answer had begun, or was to a HEAD
            self.transport.close()

    return refuse


def _sending(send: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    @wraps(send)
    async def sending(self: Any, message: Any) -> None:
        try:
            await send(self, message)
        except LocalProtocolError:  # what followed the request was none, and the connection is lost
            self.disconnected = True
            self.transport.close()

    return sending
