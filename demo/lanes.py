"""Whose threads answer a request: those who wait for something to be computed never hold up those who do not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from demo.progress import Progress

# Threads of a lane; a waiting one costs next to nothing. Whoever finds none free waits in the event loop, in order.
AT_ONCE = 64


class Lanes:
    """Two sets of threads beside the server's own, which answers pages and files."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        # For what is computed already, and for what has to wait for its turn at the processor or for a download.
        self._ready, self._waiting = CapacityLimiter(AT_ONCE), CapacityLimiter(AT_ONCE)

    def of(
        self, endpoint: Callable[[Request], Response], is_ready: Callable[[Request], bool] = lambda _: True
    ) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint, answered in the lane its request belongs to."""

        async def answer(request: Request) -> Response:
            if is_ready(request):
                return await run_sync(endpoint, request, limiter=self._ready)
            # It may wait before it has a thread: without any sign of its work the page would call it lost.
            self._progress.report(number_of(request), "queue")
            return await run_sync(endpoint, request, limiter=self._waiting)

        return answer


def number_of(request: Request) -> str:
    """The number by which a page asks how far its request is, and gives it up; "" for none."""
    return request.query_params.get("request", "")[:40]
