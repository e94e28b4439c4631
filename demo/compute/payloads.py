"""Finished bytes for the page: compressed once, kept while there is room, sent as they are."""

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
# Of less than a packet of the network packing makes no fewer packets; beyond this level it costs more than it saves.
WORTH_PACKING, LEVEL = 1400, 6


class Json:
    """JSON that is sent packed to whoever can unpack it: the page's words are a quarter of their size then."""

    def __init__(self, content: Any) -> None:
        self._plain = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        self._packed = gzip.compress(self._plain, LEVEL, mtime=0) if len(self._plain) > WORTH_PACKING else None

    def answer(self, request: Request) -> Response:
        """This for whoever asked."""
        headers = {"Vary": "Accept-Encoding"}
        if self._packed is None or not unpacks(request.headers):
            return Response(self._plain, media_type="application/json", headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(self._packed, media_type="application/json", headers=headers)


def unpacks(headers: Headers) -> bool:
    """Whether whoever sent these headers can unpack gzip."""
    return "gzip" in headers.get("accept-encoding", "")


def _kept(body: bytes) -> np.ndarray:
    """A finished payload, in memory of its own."""
    pages = room(len(body))
    pages[:] = np.frombuffer(body, np.uint8)
    return pages


class Payloads:
    """The finished payloads of all views, and pictures of photos."""

    def __init__(self, budget: int = USUAL.payloads) -> None:
        self.store: ByteStore[np.ndarray] = ByteStore(budget)

    def keeps(self, key: Hashable) -> bool:
        """Whether a view's bytes are at hand."""
        return key in self.store

    def answer(self, key: Hashable, compute: Callable[[], bytes]) -> Response:
        """A view's bytes as a response.

        Raises:
            VisitorError: bad_request with what there is, when the view has nothing at the asked index.
        """
        headers = {"Content-Encoding": "gzip", **FOR_AN_HOUR}
        return Response(self._body(key, compute), media_type="application/octet-stream", headers=headers)

    def picture(self, key: Hashable, compute: Callable[[], bytes], media: str) -> Response:
        """A picture's bytes, which are compressed as its kind of file does it."""
        return Response(self._body(key, compute), media_type=media, headers=FOR_AN_HOUR)

    def file(self, key: Hashable, compute: Callable[[], bytes], name: str, media: str) -> Response:
        """Bytes as they lie in a file, shown by a browser and kept under a name.

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
