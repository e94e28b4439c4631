"""Count, time and, if the operator wishes, log every request as one line of JSON.

A line contains nothing that a visitor typed, sent or saw: no query, no text, no name of a photo, no address.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime, timezone

from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.serving.metrics import Metrics
from demo.serving.open_routes import ROUTE, route_of

ACCESS = logging.getLogger("microscope.access")


class JsonLines(logging.Formatter):
    """A log formatter for lines of JSON: time (UTC), level, and event."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        told = {"time": at, "level": record.levelname.lower()}
        told |= record.msg if isinstance(record.msg, dict) else {"event": record.getMessage(), "from": record.name}
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


class Observed:
    """Middleware that counts, times and logs every response."""

    def __init__(self, app: ASGIApp, own: Mount, metrics: Metrics) -> None:
        self._app = app
        self._own = own
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, sent = time.monotonic(), 500, 0
        route = route_of(scope, self._own)

        async def watch(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app({**scope, ROUTE: route}, receive, watch)
        finally:
            seconds = time.monotonic() - began
            self._metrics.answered(route, scope["method"], status, seconds, sent)
            if ACCESS.isEnabledFor(logging.INFO):
                what = {"method": scope["method"], "route": route, "status": status}
                ACCESS.info({"event": "answered", **what, "ms": round(1000 * seconds, 1), "bytes": sent})
