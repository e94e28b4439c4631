"""Receive pictures from programs: decoded on arrival, kept as pixels only, and never written to disk.

Gradio would write an uploaded file into a folder. Its route is replaced here: the path that a client gets, and sends
back as its file, is the token of the picture in memory.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncGenerator
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.errors import VisitorError
from demo.photo import picture_file
from demo.programs.answers import PICTURE, answer_for
from demo.query.parameters import ParameterError
from demo.services import Services

PATH = "/gradio_api/upload"
# A client uploads one file for one parameter; a few more do no harm.
MOST_FILES = 8
# Bytes of a multipart body besides its files.
AROUND = 100_000
# An upload error is reported by the endpoint that is called with the file, since gradio_client shows no message of a
# failed upload. So the path contains the error.
REFUSED = re.compile(r"refused/(photo_[a-z_]+)/([0-9]+)")
NAME = re.compile(rf"example:[\w.-]+|[\w-]{{22}}|{REFUSED.pattern}", re.ASCII)
DATA = re.compile(r"data:[\w/+.-]*;base64,", re.ASCII)


def name_of(value: Any) -> str:
    """The name of a program's picture: a data: URL, a token, or the file object that Gradio's clients make of a path.

    Raises:
        ValueError: it is none of these.
    """
    name = value.get("path") if isinstance(value, dict) else value
    if not (isinstance(name, str) and (NAME.fullmatch(name) or DATA.match(name))):
        raise ValueError("no picture")
    return name


def token_of(services: Services, name: str) -> str:
    """The token of the picture with this name (`name_of`).

    Raises:
        VisitorError: the data is no picture.
    """
    if DATA.match(name):
        try:
            return services.photos.add_photo(base64.b64decode(name.partition(",")[2], validate=True))
        except binascii.Error as error:
            raise ParameterError("image", PICTURE, name) from error
    if refused := REFUSED.fullmatch(name):
        raise VisitorError(refused[1], limit=int(refused[2]))
    return name


def upload_route(services: Services) -> Route:
    """The route to which Gradio's clients upload files."""
    decoding = CapacityLimiter(picture_file.AT_ONCE)

    def named(data: bytes) -> str:
        try:
            return services.photos.add_photo(data)
        except VisitorError as error:
            return f"refused/{error.code}/{error.params.get('limit', 0)}"

    def no_files(why: str) -> Response:
        return JSONResponse({"error": f"files takes files as multipart/form-data: {why}"}, 400)

    async def upload(request: Request) -> Response:
        try:
            form = await _InMemory(request.headers, _at_most(request, picture_file.MAX_BYTES + AROUND)).parse()
        except MultiPartException as error:
            return no_files(error.message)
        except VisitorError as error:
            return JSONResponse({"error": answer_for(error)}, 413)
        files = [await file.read() for file in form.getlist("files") if isinstance(file, UploadFile)]
        if not files:
            return no_files("there is none")
        return JSONResponse([await run_sync(named, data, limiter=decoding) for data in files])

    return Route(PATH, upload, methods=["POST"])


class _InMemory(MultiPartParser):
    """A multipart parser that keeps files in memory; Starlette's own writes larger ones to disk."""

    spool_max_size = picture_file.MAX_BYTES + AROUND

    def __init__(self, headers: Any, stream: AsyncGenerator[bytes, None]) -> None:
        if not headers.get("content-type", "").startswith("multipart/form-data"):
            raise MultiPartException("this is another type")
        super().__init__(headers, stream, max_files=MOST_FILES, max_fields=MOST_FILES)


async def _at_most(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    told = 0
    async for piece in request.stream():
        told += len(piece)
        if told > limit:
            raise VisitorError("photo_too_large", limit=picture_file.MAX_BYTES // 1_000_000)
        yield piece
