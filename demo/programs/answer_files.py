"""Serve answers that are files: they are never written to disk, but computed when the program fetches them.

Gradio's clients fetch a file of an answer by its path. Here the path names the content, like every address of the page,
and the route makes the file from the trace in memory, or computes that again.
"""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator
from pathlib import PurePosixPath

import numpy as np
from anyio import CapacityLimiter, Semaphore, fail_after
from anyio.to_thread import run_sync
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from demo.compute.payloads import FOR_AN_HOUR
from demo.compute.request_threads import STATUS
from demo.errors import VisitorError
from demo.photo.query import PhotoQuery
from demo.programs.answers import answer_for
from demo.query.parameters import ParameterError
from demo.services import Services
from vit_core import Trace

# The prefix that Gradio's clients put before the path of every file.
FETCHED = "/gradio_api/file="
# The most files sent at the same time: each holds its trace, so that none breaks off when a photo is evicted.
AT_ONCE = 4
# The longest time for reading one, in seconds, so that others get their turn.
LONGEST_S = 300.0

log = logging.getLogger(__name__)


def attention_file(photo_query: PhotoQuery, layer: int) -> str:
    """The path of a layer's weights."""
    return f"attention/{photo_query.photo}/{photo_query.model}/{photo_query.size}/layer{layer}.npy"


def name_of(path: str) -> str:
    """The file name for a path."""
    return PurePosixPath(path).name


def answer_files_route(services: Services) -> Route:
    """The route by which programs fetch the files of their answers."""
    path = FETCHED + "attention/{photo}/{model:path}/{size:int}/layer{layer:int}.npy"
    return Route(path, AnswerFiles(services), methods=["GET"])


class AnswerFiles:
    """Sends a layer's weights head by head, so that a slow client holds the trace and one head, never the whole
    file.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lane, self._room = CapacityLimiter(AT_ONCE), Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["path_params"]
        photo_query, layer = PhotoQuery(asked["photo"], asked["model"], asked["size"]), asked["layer"]
        async with self._room:
            try:
                with fail_after(LONGEST_S):
                    await (await self._response(photo_query, layer))(scope, receive, send)
            except TimeoutError:
                log.warning("a file of an answer was not read within %d s and was broken off", LONGEST_S)

    async def _response(self, photo_query: PhotoQuery, layer: int) -> Response:
        try:
            trace = await run_sync(_trace, self._services, photo_query, layer, limiter=self._lane)
        except VisitorError as error:
            return JSONResponse({"error": answer_for(error)}, STATUS.get(error.code, 400))
        head, length = _header(trace, layer)

        async def pieces() -> AsyncIterator[bytes]:
            yield head
            for index in range(trace.config.n_heads):
                yield await run_sync(_weights, trace, layer, index, limiter=self._lane)

        told = {**FOR_AN_HOUR, "Content-Length": str(length), "Content-Disposition": "attachment"}
        return StreamingResponse(pieces(), media_type="application/octet-stream", headers=told)


def _trace(services: Services, photo_query: PhotoQuery, layer: int) -> Trace:
    trace = services.photos.trace(photo_query)
    if layer >= trace.config.n_layers:
        raise ParameterError(
            "layer", f"a whole number from 0 to {trace.config.n_layers - 1} for {photo_query.model}", layer
        )
    return trace


def _header(trace: Trace, layer: int) -> tuple[bytes, int]:
    """The head of a .npy file with a layer's weights, and the bytes of the whole file."""
    shape = (trace.config.n_heads, *trace.pattern(layer, 0).shape)
    file = io.BytesIO()
    told = {"descr": np.lib.format.dtype_to_descr(np.dtype("<f4")), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, told)
    return file.getvalue(), len(file.getvalue()) + 4 * int(np.prod(shape))


def _weights(trace: Trace, layer: int, head: int) -> bytes:
    return trace.pattern(layer, head).numpy().astype("<f4").tobytes()
