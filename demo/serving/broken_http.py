"""Close connections that send no valid HTTP, or nothing at all.

uvicorn 0.54 with h11 would raise an error itself, or wait for the end of a request's header for ever, and the number of
connections is limited.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Any

from h11 import LocalProtocolError
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

# The longest time for sending the header of a request, in seconds.
HEAD_SECONDS = 30.0


def close_quietly() -> None:
    """From now on, neither answer nor log a request that cannot be answered.

    Also close a connection if HEAD_SECONDS pass before a request has begun.
    """
    if not hasattr(H11Protocol.send_400_response, "__wrapped__"):
        H11Protocol.send_400_response = _refusing(H11Protocol.send_400_response)  # type: ignore[method-assign, assignment]
        RequestResponseCycle.send = _sending(RequestResponseCycle.send)  # type: ignore[method-assign, assignment]
        H11Protocol.connection_made = _awaited(H11Protocol.connection_made)  # type: ignore[method-assign, assignment]
        H11Protocol.data_received = _awaited(H11Protocol.data_received)  # type: ignore[method-assign, assignment]
        H11Protocol.connection_lost = _forgotten(H11Protocol.connection_lost)  # type: ignore[method-assign, assignment]


def _refusing(send_400_response: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    @wraps(send_400_response)
    def refuse(self: Any, sentence: str) -> None:
        try:
            send_400_response(self, sentence)
        except LocalProtocolError:  # a response had begun, or it was to a HEAD request
            self.transport.close()

    return refuse


def _sending(send: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    @wraps(send)
    async def sending(self: Any, message: Any) -> None:
        try:
            await send(self, message)
        except LocalProtocolError:  # invalid data followed the request, and the connection is lost
            self.disconnected = True
            self.transport.close()

    return sending


def _awaited(event: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """After each event of a connection, start its timer if no request has begun, and stop it if one has."""

    @wraps(event)
    def happened(self: Any, what: Any) -> None:
        event(self, what)
        if self.cycle is not None and not self.cycle.response_complete:
            _stop(self)
        elif getattr(self, CLOCK, None) is None:
            setattr(self, CLOCK, asyncio.get_running_loop().call_later(HEAD_SECONDS, _close, self))

    return happened


def _forgotten(connection_lost: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    @wraps(connection_lost)
    def lost(self: Any, error: Any) -> None:
        _stop(self)
        connection_lost(self, error)

    return lost


# The attribute of a connection that holds its timer.
CLOCK = "microscope_clock"


def _stop(connection: Any) -> None:
    clock = getattr(connection, CLOCK, None)
    if clock is not None:
        clock.cancel()
        setattr(connection, CLOCK, None)


def _close(connection: Any) -> None:
    setattr(connection, CLOCK, None)
    if connection.cycle is None or connection.cycle.response_complete:
        connection.transport.close()
