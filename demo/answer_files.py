"""Answers that are files: never written to a disk, but computed when the program that was answered fetches them.

Gradio's clients fetch a file of an answer by its path. Such a path says here what the file holds, as every address of
the page's own does, and its route makes it from the trace that is kept, or computed once more.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from functools import partial
from pathlib import PurePosixPath

import numpy as np
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from demo.errors import VisitorError
from demo.lanes import STATUS
from demo.parameters import ParameterError
from demo.payloads import FOR_AN_HOUR
from demo.program_answers import answer_for
from demo.services import Look, Services

# Gradio's clients put this before the path of every file that they fetch.
FETCHED = "/gradio_api/file="
# Files of which a piece is computed at the same time.
AT_ONCE = 4


def attention_file(look: Look, layer: int) -> str:
    """The path of a layer's weights."""
    return f"attention/{look.photo}/{look.model}/{look.size}/layer{layer}.npy"


def name_of(path: str) -> str:
    """What a program calls the file of a path."""
    return PurePosixPath(path).name


def answer_files_route(services: Services) -> Route:
    """Where programs fetch the files of their answers."""
    lane = CapacityLimiter(AT_ONCE)

    async def fetch(request: Request) -> Response:
        asked = request.path_params
        look, layer = Look(asked["photo"], asked["model"], asked["size"]), asked["layer"]
        try:
            began, length, heads = await run_sync(_begun, services, look, layer, limiter=lane)
        except VisitorError as error:
            return JSONResponse({"error": answer_for(error)}, STATUS.get(error.code, 400))

        async def pieces() -> AsyncIterator[bytes]:
            # Head by head: a slow reader holds one of them, not the file and not the trace.
            yield began
            for head in range(heads):
                yield await run_sync(partial(_head, services, look, layer, head), limiter=lane)

        headers = {**FOR_AN_HOUR, "Content-Length": str(length), "Content-Disposition": "attachment"}
        return StreamingResponse(pieces(), media_type="application/octet-stream", headers=headers)

    return Route(FETCHED + "attention/{photo}/{model:path}/{size:int}/layer{layer:int}.npy", fetch)


def _begun(services: Services, look: Look, layer: int) -> tuple[bytes, int, int]:
    """The head of a .npy file with a layer's weights, the bytes of the whole file, and how many heads follow."""
    trace = services.trace(look)
    if layer >= trace.config.n_layers:
        raise ParameterError("layer", f"a whole number from 0 to {trace.config.n_layers - 1} for {look.model}", layer)
    shape = (trace.config.n_heads, *trace.pattern(layer, 0).shape)
    file = io.BytesIO()
    told = {"descr": np.lib.format.dtype_to_descr(np.dtype("<f4")), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, told)
    return file.getvalue(), len(file.getvalue()) + 4 * int(np.prod(shape)), trace.config.n_heads


def _head(services: Services, look: Look, layer: int, head: int) -> bytes:
    return services.trace(look).pattern(layer, head).numpy().astype("<f4").tobytes()
