"""Thread pools for requests: those that wait for a computation never delay those whose answer is ready."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import wraps

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from demo.compute.progress import Progress
from demo.errors import VisitorError, as_json
from demo.query.parameters import ParameterError

# Threads of a pool; a waiting one costs next to nothing. If none is free, a request waits in the event loop, in order.
AT_ONCE = 64
# Figures that are drawn as files at the same time. Each takes seconds, and they are drawn one after the other; so
# requests for them wait in the event loop and take no threads from those that wait for a pass.
DRAWN_AT_ONCE = 2
# Proxies give up an answer after a minute or less without any byte.
QUIET_SECONDS = 15.0
STATUS = {"photo_gone": 410, "photo_too_large": 413, "too_many": 429}
Endpoint = Callable[[Request], Response]


class RequestThreads:
    """Three thread pools besides the server's own, which answers pages and files."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        # For ready answers, and for those that wait for their turn at the processor or for a download.
        self._ready, self._waiting = CapacityLimiter(AT_ONCE), CapacityLimiter(AT_ONCE)
        self._drawing = CapacityLimiter(DRAWN_AT_ONCE)

    def of(
        self, endpoint: Endpoint, is_ready: Callable[[Request], bool] = lambda _: True
    ) -> Callable[[Request], Awaitable[Response]]:
        """Wrap an endpoint so that each request runs in the pool of ready or of waiting requests."""
        return self._between(endpoint, is_ready, self._waiting)

    def drawn(
        self, endpoint: Endpoint, is_ready: Callable[[Request], bool]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The same for an endpoint that draws a file if none is ready."""
        return self._between(endpoint, is_ready, self._drawing)

    def _between(
        self, endpoint: Endpoint, is_ready: Callable[[Request], bool], otherwise: CapacityLimiter
    ) -> Callable[[Request], Awaitable[Response]]:
        @wraps(endpoint)
        async def answer(request: Request) -> Response:
            require_single_values(request)
            if is_ready(request):
                return await run_sync(endpoint, request, limiter=self._ready)
            # It may wait for a thread: without any progress the page would think that it is lost.
            self._progress.report(number_of(request), "queue")
            return await run_sync(endpoint, request, limiter=otherwise)

        return answer

    def long(self, endpoint: Endpoint, is_ready: Callable[[Request], bool]) -> Callable[[Request], Awaitable[Response]]:
        """The same for an endpoint that answers in JSON and may take minutes, so that no proxy gives it up."""
        answer = self.of(endpoint, is_ready)

        @wraps(endpoint)
        async def patient(request: Request) -> Response:
            work = asyncio.ensure_future(answer(request))
            work.add_done_callback(
                lambda done: done.exception()
            )  # if the client disconnects first, nobody reads its exception
            done, _ = await asyncio.wait({work}, timeout=QUIET_SECONDS)
            return await work if done else StreamingResponse(_spaces_until(work), media_type="application/json")

        return patient


async def _spaces_until(work: asyncio.Future[Response]) -> AsyncIterator[bytes]:
    """Send spaces, with which JSON may begin, then the answer. The status is sent already, so that an error is told in
    the body.
    """
    while not work.done():
        yield b" "
        await asyncio.wait({work}, timeout=QUIET_SECONDS)
    try:
        response = await work
    except VisitorError as error:
        response = refusal(error)
    except Exception:
        logging.getLogger(__name__).exception("an answer failed that had begun")
        response = refusal(VisitorError("other"))
    yield bytes(response.body)


def refusal(error: VisitorError) -> Response:
    """The response for an error: the code of a sentence that the page has, and its parameters."""
    # A browser may cache a 410, and would still report the photo as gone after it was sent again.
    told, headers = {"error": error.code, "params": as_json(error.params)}, {"Cache-Control": "no-store"}
    return JSONResponse(told, status_code=STATUS.get(error.code, 400), headers=headers)


def require_single_values(request: Request) -> None:
    """Check that every query parameter has a single value: of two, one would silently be ignored.

    Raises:
        ParameterError: for the first parameter that is repeated.
    """
    query = request.query_params
    for word in query:
        if len(said := query.getlist(word)) > 1:
            raise ParameterError(word, "one value", said)


def number_of(request: Request) -> str:
    """The id by which a page follows its request's progress and cancels it; "" for none.

    Raises:
        ParameterError: as `require_single_values`.
    """
    require_single_values(request)
    return request.query_params.get("request", "")[:40]
