"""Short links: a code for the query of an address, kept for some days, and the squares (QR) that a phone reads.

A code is random, so that nobody can guess one or count on from it, and no route lists them. What a link says is kept in
memory alone: at most MOST_BYTES of it, of which those leave first that were asked for longest ago.
"""

from __future__ import annotations

import io
import ipaddress
import secrets
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import segno
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from demo.errors import VisitorError
from demo.serving.banner import room_pages

# The word of a code in an address of the page: early.js and assets/js/frame/sharing.js know it too.
WORD = "s"
SECONDS_KEPT = 7 * 24 * 3600.0
MOST_BYTES = 8_000_000
# An address with the longest sentence in Korean, each letter of it nine signs, and everything else that can be chosen.
LONGEST = 12_000
# Beside its text a link costs its two entries.
OVERHEAD = 400
CODE_BYTES = 9
# 45 × 45 modules: at the level of a clean screen 154 signs fit in, which assets/js/take/squares.js knows too.
MOST_SQUARES = 45


@dataclass(frozen=True)
class Link:
    """A kept query with its code; `until`: seconds since 1970."""

    code: str
    query: str
    until: float

    @property
    def nbytes(self) -> int:
        return len(self.query.encode()) + OVERHEAD


class Links:
    """Queries by their codes, bounded and expiring."""

    def __init__(self, now: Callable[[], float] = time.time, budget: int = MOST_BYTES) -> None:
        self._now, self._budget = now, budget
        self._links: OrderedDict[str, Link] = OrderedDict()
        self._codes: dict[str, str] = {}
        self._nbytes = 0
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        with self._lock:
            return self._nbytes

    def __len__(self) -> int:
        with self._lock:
            return len(self._links)

    def keep(self, query: str) -> Link:
        """A link of this query that works for SECONDS_KEPT from now on; the same query keeps its code.

        Raises:
            VisitorError: link_refused, for what is no query or too long a one.
        """
        query = query.removeprefix("?")
        if not query or len(query) > LONGEST or not (query.isascii() and query.isprintable()) or " " in query:
            raise VisitorError("link_refused")
        with self._lock:
            code = self._codes.get(query) or secrets.token_urlsafe(CODE_BYTES)
            self._forget(code)
            link = Link(code, query, self._now() + SECONDS_KEPT)
            self._links[code], self._codes[query] = link, code
            self._nbytes += link.nbytes
            while self._nbytes > self._budget and len(self._links) > 1:
                self._forget(next(iter(self._links)))
        return link

    def query(self, code: str) -> str | None:
        """What a code stands for; None where it never did or has expired."""
        with self._lock:
            link = self._links.get(code)
            if link is None:
                return None
            if link.until < self._now():
                self._forget(code)
                return None
            self._links.move_to_end(code)
            return link.query

    def _forget(self, code: str) -> None:
        link = self._links.pop(code, None)
        if link is not None:
            del self._codes[link.query]
            self._nbytes -= link.nbytes


class ShortLinks:
    """Leads who comes to the page with a code to the full address, wherever the page was found and whoever frames it.

    The answer names nothing but the query, which is relative to the address that was asked for. A code that stands for
    nothing any more is left in the address: the page says so.
    """

    def __init__(self, app: ASGIApp, links: Links) -> None:
        self._app, self._links = app, links

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == scope.get("root_path", "") + "/":
            [code] = parse_qs(scope["query_string"].decode("latin-1")).get(WORD, [""])[:1]
            query = self._links.query(code) if code else None
            if query is not None:
                there = RedirectResponse(f"?{query}", 302, {"Cache-Control": "no-store"})
                await there(scope, receive, send)
                return
        await self._app(scope, receive, send)


def squares(link: str) -> bytes:
    """The QR code of a link as SVG, at most 45 × 45 modules and a margin of four, black on white.

    Raises:
        VisitorError: link_refused, for what does not fit.
    """
    try:
        code = segno.make(link.encode(), error="l", micro=False, boost_error=True)
    except segno.DataOverflowError as error:
        raise VisitorError("link_refused") from error
    if code.symbol_size(border=0)[0] > MOST_SQUARES:
        raise VisitorError("link_refused")
    out = io.BytesIO()
    code.save(out, kind="svg", xmldecl=False, omitsize=True, border=4, dark="#000", light="#fff")
    return out.getvalue()


def from_the_room(request: Request) -> list[str]:
    """Where others in the room find this page, for somebody who looks at it by an address of this computer alone.

    Empty for everybody else, and where the program listens to this computer alone: that is tried.
    """
    server, client = request.scope.get("server"), request.client
    if not server or not client or not (_is_here(client.host) and _is_here(URL(str(request.url)).hostname or "")):
        return []
    return [page for page in room_pages(server[1]) if _answers(page)]


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _answers(page: str) -> bool:
    there = urlsplit(page)
    try:
        socket.create_connection((there.hostname or "", there.port or 80), 0.5).close()
    except OSError:
        return False
    return True
