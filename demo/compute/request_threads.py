"""Thread pools for requests: those that wait for a computation never hold up those whose answer is ready."""

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

# Threads of a lane; a waiting one costs next to nothing. Whoever finds none free waits in the event loop, in order.
AT_ONCE = 64
# Figures that are made as files at the same time. They take seconds of a processor each and one after the other, so
# whoever asks for one waits in the event loop and takes no thread from those who wait for a pass.
DRAWN_AT_ONCE = 2
# Proxies give up an answer of which nothing has come for a minute or less.
QUIET_SECONDS = 15.0
STATUS = {"photo_gone": 410, "photo_too_large": 413, "too_many": 429}
Endpoint = Callable[[Request], Response]


class RequestThreads:
    """Three sets of threads beside the server's own, which answers pages and files."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        # For what is computed already, and for what has to wait for its turn at the processor or for a download.
        self._ready, self._waiting = CapacityLimiter(AT_ONCE), CapacityLimiter(AT_ONCE)
        self._drawing = CapacityLimiter(DRAWN_AT_ONCE)

    def of(
        self, endpoint: Endpoint, is_ready: Callable[[Request], bool] = lambda _: True
    ) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint, answered in the lane its request belongs to."""
        return self._between(endpoint, is_ready, self._waiting)

    def drawn(
        self, endpoint: Endpoint, is_ready: Callable[[Request], bool]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The same for an endpoint that draws a file where none is ready."""
        return self._between(endpoint, is_ready, self._drawing)

    def _between(
        self, endpoint: Endpoint, is_ready: Callable[[Request], bool], otherwise: CapacityLimiter
    ) -> Callable[[Request], Awaitable[Response]]:
        @wraps(endpoint)
        async def answer(request: Request) -> Response:
            require_single_values(request)
            if is_ready(request):
                return await run_sync(endpoint, request, limiter=self._ready)
            # It may wait before it has a thread: without any sign of its work the page would call it lost.
            self._progress.report(number_of(request), "queue")
            return await run_sync(endpoint, request, limiter=otherwise)

        return answer

    def long(self, endpoint: Endpoint, is_ready: Callable[[Request], bool]) -> Callable[[Request], Awaitable[Response]]:
        """The same for an endpoint that answers in JSON and may take minutes: no proxy on the way gives it up."""
        answer = self.of(endpoint, is_ready)

        @wraps(endpoint)
        async def patient(request: Request) -> Response:
            work = asyncio.ensure_future(answer(request))
            work.add_done_callback(lambda done: done.exception())  # whoever goes away before that leaves it unread
            done, _ = await asyncio.wait({work}, timeout=QUIET_SECONDS)
            return await work if done else StreamingResponse(_spaces_until(work), media_type="application/json")

        return patient


async def _spaces_until(work: asyncio.Future[Response]) -> AsyncIterator[bytes]:
    """Spaces, which JSON may begin with, then the answer; its status is out already, so a refusal is told in it."""
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
    """What a visitor is answered instead: the code of a sentence that the page has, and what it names."""
    # A browser may keep a 410, and would go on refusing what has been sent again since.
    told, headers = {"error": error.code, "params": as_json(error.params)}, {"Cache-Control": "no-store"}
    return JSONResponse(told, status_code=STATUS.get(error.code, 400), headers=headers)


def require_single_values(request: Request) -> None:
    """A word of a query says one thing: of two, one would be taken in silence.

    Raises:
        ParameterError: for the first word that is there again.
    """
    query = request.query_params
    for word in query:
        if len(said := query.getlist(word)) > 1:
            raise ParameterError(word, "one value", said)


def number_of(request: Request) -> str:
    """The number by which a page asks how far its request is, and gives it up; "" for none.

    Raises:
        ParameterError: as `require_single_values`.
    """
    require_single_values(request)
    return request.query_params.get("request", "")[:40]
