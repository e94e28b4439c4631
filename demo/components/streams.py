"""The streams in which Gradio answers calls, where a program asks for one that is not there, or leaves too early."""

from __future__ import annotations

from typing import Any

from gradio.queueing import Queue
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOBODY = b'event: error\ndata: "event_id takes the number of a call that waits for its answer to be fetched"\n\n'


class Streams:
    """Ends a stream with a sentence where Gradio finds only after its beginning that there is nothing to tell."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except RuntimeError as error:  # "response already started"
            if not isinstance(error.__cause__, HTTPException):
                raise
            await send(_last())


def _last() -> Message:
    return {"type": "http.response.body", "body": NOBODY, "more_body": False}


def tells_only_who_listens(queue: Queue) -> None:
    """Have a queue tell nothing to who has gone: Gradio has forgotten them, and would look for them in vain."""
    send_message = queue.send_message

    def send(event: Any, message: Any) -> None:
        if event.session_hash in queue.pending_messages_per_session:
            send_message(event, message)

    queue.send_message = send  # type: ignore[method-assign, assignment]
