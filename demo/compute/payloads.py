"""Finished bytes for the page: compressed once, kept while there is room, sent as they are."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import numpy as np
from starlette.responses import Response

from demo.compute.bounds import USUAL
from demo.compute.store import ByteStore
from demo.errors import VisitorError
from vit_core.lasting import room

FOR_AN_HOUR = {"Cache-Control": "private, max-age=3600"}


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
