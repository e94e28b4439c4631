"""Connections on which somebody speaks no HTTP, or does not come to speak: closed.

uvicorn 0.54 with h11 would end in an error itself, or wait for the end of a request's head for ever, and a process has
only so many connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Any

from h11 import LocalProtocolError
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

# Whoever has not sent the lines before a body within so long is no browser.
HEAD_SECONDS = 30.0


def close_quietly() -> None:
    """From now on, nothing is answered, and nothing logged, where the request has left no way to answer it.

    And where HEAD_SECONDS pass before a request has begun.
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


def _awaited(event: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """After what has happened to a connection, its time runs where no request has begun, and stops where one has."""

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


# Where a connection carries what closes it.
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
