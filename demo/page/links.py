"""Short links: a code for the query of an address, kept for some days, and its QR code for phones.

A code looks random, so that nobody can guess or enumerate codes, and no route lists them. Links are kept in memory
only, up to MOST_BYTES; the least recently used ones leave first.
"""

from __future__ import annotations

import base64
import hmac
import io
import ipaddress
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import segno
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from demo.compute.store import ByteStore
from demo.errors import VisitorError
from demo.page.host_addresses import named_page, room_pages

# The parameter of a code in an address of the page, also known to early.js and assets/js/frame/sharing.js.
WORD = "s"
SECONDS_KEPT = 7 * 24 * 3600.0
MOST_BYTES = 8_000_000
# The longest query: a Korean sentence of the largest length, with nine characters for each letter, and everything else
# that can be chosen.
LONGEST = 12_000
# Bytes of a link's entry besides its text.
OVERHEAD = 400
CODE_BYTES = 9
# 45 × 45 modules hold 154 characters at the lowest level of error correction, which is enough for a clean screen;
# assets/js/core/links.js has the same limit.
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
    """Queries by their codes, bounded and expiring.

    A code is derived from the query with a key that only this process knows: the same query has the same code, and no
    code can be derived from other queries and codes.
    """

    def __init__(self, now: Callable[[], float] = time.time, budget: int = MOST_BYTES) -> None:
        self._now, self._key = now, secrets.token_bytes(32)
        self._links: ByteStore[Link] = ByteStore(budget)

    @property
    def nbytes(self) -> int:
        return self._links.nbytes

    def __len__(self) -> int:
        return len(self._links)

    def keep(self, query: str) -> Link:
        """Make a link of a query, valid for SECONDS_KEPT from now on; the same query keeps its code.

        Raises:
            VisitorError: link_refused, for what is no query or too long a one.
        """
        query = query.removeprefix("?")
        if not query or len(query) > LONGEST or not (query.isascii() and query.isprintable()) or " " in query:
            raise VisitorError("link_refused")
        digest = hmac.digest(self._key, query.encode(), "sha256")
        code = base64.urlsafe_b64encode(digest[:CODE_BYTES]).decode()
        link = Link(code, query, self._now() + SECONDS_KEPT)
        self._links.put(code, link)
        return link

    def query(self, code: str) -> str | None:
        """The query of a code; None if it is unknown or has expired."""
        link = self._links.get(code)
        if link is not None and link.until < self._now():
            self._links.discard(code)
            return None
        return None if link is None else link.query


class ShortLinks:
    """Middleware that redirects an address with a code to the full address, wherever the page is served or framed.

    The redirect contains only the query, relative to the requested address. An expired code stays in the address, and
    the page says so.
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
    """The addresses of this page for others on the network, for a visitor who uses an address that only this computer
    can reach.

    Empty for all other visitors, and if the program listens on loopback only, which is tried out. An address that the
    operator has set is given to everybody: inside a container it cannot be told who is on this computer.
    """
    if named := named_page():
        return [named]
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
