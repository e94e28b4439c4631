"""Handle Gradio's event streams when a program asks for one that does not exist, or disconnects too early."""

from __future__ import annotations

from collections import deque
from typing import Any

from gradio.queueing import Queue
from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CALL, DATA = "/gradio_api/call/", "/gradio_api/queue/data"
# Gradio keeps only the last 2000 answers that were not fetched.
MOST_NUMBERS = 3000
# Seconds between two polls of a queue. Gradio polls a thousand times a second, which takes a twentieth of a core even
# without visitors.
BETWEEN_LOOKS = 0.02
NOBODY = {
    "event_id": "event_id takes the number of a call whose answer has not been fetched yet",
    "session_hash": "session_hash takes that of a call whose answer has not been fetched yet",
}


class Streams:
    """Middleware that refuses a stream which would stay empty. Gradio itself notices only after the stream has begun,
    which is an error.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # Calls whose answer was sent completely. Gradio removes them from its own lists a moment later.
        self._told: deque[str] = deque(maxlen=MOST_NUMBERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks = scope["type"] == "http" and scope["method"] == "GET"
        number = _number(scope) if asks else ""
        missing = "event_id" if number in self._told else _missing(scope) if asks else ""
        if missing:
            await JSONResponse({"error": NOBODY[missing]}, 404)(scope, receive, send)
            return

        async def noted(message: Message) -> None:
            if number and message["type"] == "http.response.body" and not message.get("more_body"):
                self._told.append(number)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except RuntimeError as error:  # it existed, and two clients listened to it
            if not isinstance(error.__cause__, HTTPException):
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _number(scope: Scope) -> str:
    """The id of the call whose answer a request asks for; "" for other requests."""
    path = get_route_path(scope).rstrip("/")
    return path.rpartition("/")[2] if path.startswith(CALL) else ""


def _missing(scope: Scope) -> str:
    """The id by which a request names a stream that does not exist; "" if it exists, and for other requests."""
    path = get_route_path(scope).rstrip("/")
    if not path.startswith((CALL, DATA)):
        return ""
    queue: Queue = scope["app"].get_blocks()._queue
    listening = queue.pending_messages_per_session
    if path == DATA:
        asked = Request(scope).query_params.get("session_hash")
        return "" if asked is None or asked in listening else "session_hash"
    number = _number(scope)
    event = queue.event_ids_to_events.get(number)
    # Only until it was sent; a second request would wait forever.
    waits = any(number in ids for ids in queue.pending_event_ids_session.values())
    return "" if waits or (event is not None and event.session_hash in listening) else "event_id"


def tells_only_who_listens(queue: Queue) -> None:
    """Make a queue drop messages for clients that have disconnected: Gradio has deleted their streams and would fail to
    find them.

    It would also keep the ids of their calls for ever.
    """
    send_message = queue.send_message

    def send(event: Any, message: Any) -> None:
        if event.session_hash in queue.pending_messages_per_session:
            send_message(event, message)
        if len(queue.pending_event_ids_session) > MOST_NUMBERS:
            for gone in queue.pending_event_ids_session.keys() - queue.pending_messages_per_session.keys():
                queue.pending_event_ids_session.pop(gone, None)

    queue.send_message = send  # type: ignore[method-assign, assignment]


def names_every_session(queue: Queue) -> None:
    """Make a queue treat an empty session id as none: Gradio would store its calls under one key and answer under
    another.
    """
    push = queue.push

    async def push_named(body: Any, request: Any, username: Any) -> Any:
        body.session_hash = body.session_hash or None
        return await push(body=body, request=request, username=username)

    queue.push = push_named  # type: ignore[method-assign]


def looks_less_often(queue: Queue) -> None:
    """Make a queue poll for calls and their messages only a few times a second."""
    queue.sleep_when_free = queue.progress_update_sleep_when_free = BETWEEN_LOOKS
