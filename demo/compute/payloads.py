"""Finished responses: compressed once, kept while there is room, sent as they are."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from demo.compute.bounds import USUAL
from demo.compute.store import ByteStore
from demo.errors import VisitorError
from vit_core.lasting import room

FOR_AN_HOUR = {"Cache-Control": "private, max-age=3600"}
# The smallest size that is compressed (below it the number of network packets stays the same), and the level of
# compression (a higher one takes more time than it saves).
WORTH_PACKING, LEVEL = 1400, 6


class Json:
    """JSON that is sent compressed to clients that accept gzip: the page's texts shrink to a quarter."""

    def __init__(self, content: Any) -> None:
        self._plain = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        self._packed = gzip.compress(self._plain, LEVEL, mtime=0) if len(self._plain) > WORTH_PACKING else None

    def answer(self, request: Request) -> Response:
        """The response to a request."""
        headers = {"Vary": "Accept-Encoding"}
        if self._packed is None or not unpacks(request.headers):
            return Response(self._plain, media_type="application/json", headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(self._packed, media_type="application/json", headers=headers)


def unpacks(headers: Headers) -> bool:
    """Whether the client that sent these headers accepts gzip."""
    return "gzip" in headers.get("accept-encoding", "")


def _kept(body: bytes) -> np.ndarray:
    """A copy of a finished payload in memory of its own."""
    pages = room(len(body))
    pages[:] = np.frombuffer(body, np.uint8)
    return pages


class Payloads:
    """The store of the finished payloads of all views, and of pictures of photos."""

    def __init__(self, budget: int = USUAL.payloads) -> None:
        self.store: ByteStore[np.ndarray] = ByteStore(budget)

    def keeps(self, key: Hashable) -> bool:
        """Whether a view's bytes are in the store."""
        return key in self.store

    def answer(self, key: Hashable, compute: Callable[[], bytes]) -> Response:
        """A view's bytes as a response.

        Raises:
            VisitorError: bad_request, with the valid range, if the view has nothing at the requested index.
        """
        headers = {"Content-Encoding": "gzip", **FOR_AN_HOUR}
        return Response(self._body(key, compute), media_type="application/octet-stream", headers=headers)

    def picture(self, key: Hashable, compute: Callable[[], bytes], media: str) -> Response:
        """A picture's bytes as a response, not compressed any further."""
        return Response(self._body(key, compute), media_type=media, headers=FOR_AN_HOUR)

    def file(self, key: Hashable, compute: Callable[[], bytes], name: str, media: str) -> Response:
        """The bytes of a file as a response: a browser shows it, and saves it under a name.

        Raises:
            VisitorError: as `answer`.
        """
        headers = {"Content-Disposition": f'inline; filename="{name}"', **FOR_AN_HOUR}
        return Response(self._body(key, compute), media_type=media, headers=headers)

    def _body(self, key: Hashable, compute: Callable[[], bytes]) -> bytes:
        try:
            return self.store.get_or_compute(key, lambda: _kept(compute())).tobytes()
        except IndexError as error:
            raise VisitorError("bad_request", reason=str(error)) from error
