"""Rate limits: how much one visitor, and one address, may request from the server.

A page identifies its visitor by a random id (assets/js/core/wire.js), since a class behind one address is many
visitors. Ids can be invented, so an address is limited, too, but far above what a class needs.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette._utils import get_route_path
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.compute.request_threads import refusal
from demo.errors import VisitorError
from demo.query.body import announced
from demo.serving.metrics import Metrics
from demo.serving.open_routes import GRADIO, OPERATOR, PAGE, ROUTE

HEADER = "x-visitor"
# An address has the limits of this many visitors: a class of sixty, all active at once, stays below a third of it.
VISITORS_AN_ADDRESS = 200
# Routes without a limit: files, and those for operators.
FREE = frozenset({"/static", "/progress", "/cancel", PAGE, *OPERATOR})
# Routes that may need a forward pass of their own, or as much work.
PASSES = frozenset({"/facts", "/sentence/facts", "/page.html", "/figure/{figure}", "/sentence/figure/{figure}"})
# Routes by which programs request a pass, which waits in Gradio's queue after the response.
JOBS = ("/gradio_api/call/", "/gradio_api/queue/join")
# The most waiting passes of one visitor, and of an address: clients without an id share the address's, which leaves
# half of the queue to others.
MOST_WAITING = 64
WAITING_FROM_AN_ADDRESS = 32
MOST_KNOWN = 20_000


@dataclass(frozen=True)
class VisitorLimits:
    """The limits of one visitor.

    Attributes:
        requests: a second, on average; `burst` at once.
        uploaded: bytes a minute, on average and at once.
        passes: simultaneous requests that may need a forward pass or a drawing.
    """

    requests: float = 30.0
    burst: int = 600
    uploaded: int = 120_000_000
    passes: int = 8

    def times(self, visitors: int) -> VisitorLimits:
        """The limits of so many visitors together."""
        return VisitorLimits(
            self.requests * visitors, self.burst * visitors, self.uploaded * visitors, self.passes * visitors
        )


class Account:
    """The state of a visitor's limits: two token buckets, and the running passes."""

    def __init__(self, limits: VisitorLimits, now: float) -> None:
        self._limits = limits
        self._requests, self._bytes, self._then = float(limits.burst), float(limits.uploaded), now
        self.passes = 0

    def _fill(self, now: float) -> None:
        limits, passed = self._limits, now - self._then
        self._then = now
        self._requests = min(limits.burst, self._requests + passed * limits.requests)
        self._bytes = min(limits.uploaded, self._bytes + passed * limits.uploaded / 60)

    def wait(self, size: int, passes: int, now: float) -> tuple[str, float]:
        """The limit that a request of so many bytes would exceed, and the seconds to wait; ("", 0.0) for none."""
        self._fill(now)
        limits = self._limits
        if self._requests < 1:
            return "requests", (1 - self._requests) / limits.requests
        if size > self._bytes and self._bytes < limits.uploaded:
            return "bytes", (min(size, limits.uploaded) - self._bytes) * 60 / limits.uploaded
        if self.passes + passes > limits.passes:
            return "passes", 1.0
        return "", 0.0

    def take(self, size: int, passes: int) -> None:
        self._requests -= 1
        self.take_bytes(size)
        self.passes += passes

    def take_bytes(self, size: int) -> None:
        self._bytes -= size


class Limited:
    """Middleware that refuses, with a sentence and Retry-After, requests beyond the limits of a visitor or an address.

    It is inside `Observed`, which has found out the route.
    """

    def __init__(
        self, app: ASGIApp, metrics: Metrics, limits: VisitorLimits, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._visitor = limits
        self._address = self._visitor.times(VISITORS_AN_ADDRESS)
        self._now = now
        self._accounts: OrderedDict[str, Account] = OrderedDict()
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope[ROUTE] in FREE:
            await self._app(scope, receive, send)
            return
        size, passes = announced(scope), int(scope[ROUTE] in PASSES)
        accounts, limit, seconds = self._asked(scope, size, passes)
        if not limit and _is_job(scope) and not self._may_wait(scope):
            self._done(accounts, passes)
            limit, seconds = "passes", 1.0
        if limit:
            self._metrics.limited(limit)
            response = refusal(VisitorError("too_many", seconds=math.ceil(seconds)))
            response.headers["Retry-After"] = str(math.ceil(seconds))
            await response(scope, receive, send)
            return

        told = 0

        async def count() -> Message:
            """Bytes beyond the announced length are counted as they arrive."""
            nonlocal told
            message = await receive()
            told += len(message.get("body", b""))
            if told > size:
                self._also(accounts, told - size)
                told = size
            return message

        try:
            await self._app(scope, count, send)
        finally:
            self._done(accounts, passes)

    def _asked(self, scope: Scope, size: int, passes: int) -> tuple[list[Account], str, float]:
        """The accounts of a request, the limit that it exceeds, and for how long."""
        now, (address, visitor) = self._now(), who(Request(scope))
        with self._lock:
            accounts = [self._account(f"address {address}", self._address, now)]
            if visitor:
                accounts.append(self._account(f"visitor {address} {visitor}", self._visitor, now))
            for account in accounts:
                limit, seconds = account.wait(size, passes, now)
                if limit:
                    return accounts, limit, seconds
            for account in accounts:
                account.take(size, passes)
        return accounts, "", 0.0

    def _may_wait(self, scope: Scope) -> bool:
        """Whether one more pass of this visitor may wait in Gradio's queue."""
        asking, waiting = who(Request(scope)), waiting_in_queue(scope["app"])
        of_theirs = sum(one == asking for one in waiting)
        most = self._visitor.passes if asking[1] else WAITING_FROM_AN_ADDRESS
        return len(waiting) < MOST_WAITING and of_theirs < most

    def _account(self, name: str, limits: VisitorLimits, now: float) -> Account:
        account = self._accounts.pop(name, None) or Account(limits, now)
        self._accounts[name] = account
        while len(self._accounts) > MOST_KNOWN:
            self._accounts.popitem(last=False)
        return account

    def _also(self, accounts: list[Account], size: int) -> None:
        with self._lock:
            for account in accounts:
                account.take_bytes(size)

    def _done(self, accounts: list[Account], passes: int) -> None:
        with self._lock:
            for account in accounts:
                account.passes -= passes


def who(request: Request) -> tuple[str, str]:
    """The address a request comes from, and the visitor's id, "" for none."""
    return request.client.host if request.client else "", request.headers.get(HEADER, "")[:40]


def waiting_in_queue(app: Any) -> list[tuple[str, str]]:
    """The visitors whose passes wait in the queue of a Gradio app, one entry for each pass."""
    queues = app.get_blocks()._queue.event_queue_per_concurrency_id.values()
    return [who(event.request) for queue in queues for event in queue.queue if event.request is not None]


def _is_job(scope: Scope) -> bool:
    return scope[ROUTE] == GRADIO and scope["method"] == "POST" and get_route_path(scope).startswith(JOBS)
