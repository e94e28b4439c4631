"""Every request counted, timed and, where the operator wishes, written down as one line of JSON.

Nothing that a visitor typed, showed or was shown is in a line: no query, no text, no name of a photo, no address.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime, timezone

from starlette._utils import get_route_path
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.serving.metrics import Metrics

# What only operators and their machines ask for.
OPERATOR = ("/healthz", "/readyz", "/metrics")
ACCESS = logging.getLogger("microscope.access")
PAGE = "page"
OTHER = "other"
# Where a request carries its route, for the middleware further in.
ROUTE = "microscope.route"


def route_of(scope: Scope, own: Mount) -> str:
    """What a request asks for, as one of few words: an attacker's paths must not fill the memory that counts them.

    Of the page's own routes (`own`) it is the path with the names of its parameters, as in "/view/{view}".
    """
    found, inner = own.matches(scope)
    if found is Match.NONE:
        path = get_route_path(scope)
        return PAGE if path in ("", "/") else path if path in OPERATOR else "gradio" if _is_gradio(path) else OTHER
    inside = {**scope, **inner}
    for route in own.routes:
        if route.matches(inside)[0] is not Match.NONE:
            return "/static" if isinstance(route, Mount) else str(getattr(route, "path", OTHER))
    return OTHER


def _is_gradio(path: str) -> bool:
    return path.startswith(("/gradio_api/", "/assets/", "/static/", "/config", "/theme.css"))


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time (UTC), level, and what happened."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        told = {"time": at, "level": record.levelname.lower()}
        told |= record.msg if isinstance(record.msg, dict) else {"event": record.getMessage(), "from": record.name}
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


class Observed:
    """Counts and times every answer, and logs it."""

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
