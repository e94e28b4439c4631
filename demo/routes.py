"""The page's data plane: plain GET and POST routes, mounted beside Gradio's own.

The page requests everything from here: each journey's facts and views (demo.photo.routes, demo.sentence.routes), files
to download (demo.takeaway.routes), and texts, tours, models, links, rooms and the page as a file.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from functools import cache
from typing import Annotated

from anyio import Semaphore, fail_after
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from demo.boot import boot
from demo.catalogue import paper_sizes
from demo.compute.payloads import Json, Payloads
from demo.compute.request_threads import RequestThreads, number_of, refusal, require_single_values
from demo.errors import VisitorError
from demo.offline.recorded import Recorder
from demo.offline.scene import scene_of
from demo.offline.shell import CHARSET, one_file
from demo.page.gallery import ASSETS
from demo.page.head import ASSETS_VERSION
from demo.page.links import LONGEST, Links, from_the_room, squares
from demo.page.reachable_hosts import ReachableHosts
from demo.page.texts import LANGUAGES, texts
from demo.page.tours import Tours
from demo.photo.query import FIRST
from demo.photo.routes import photo_routes
from demo.query.asked import FOLLOWED, asked
from demo.query.body import unread, whole
from demo.query.parameters import OneOf
from demo.query.registry import declared_values, query_model
from demo.room.rooms import Rooms
from demo.room.routes import Waiting, room_routes
from demo.sentence.routes import sentence_routes
from demo.services import Services
from demo.takeaway.routes import takeaway_routes
from vit_core import available

# The most pages that are written as files at the same time: each needs a hundred responses or more.
PAGE_FILES = 2
# The longest time for reading one, in seconds, so that others get their turn: 15 MB at 0.5 Mbit/s.
LONGEST_S = 300.0
log = logging.getLogger(__name__)
FOR_EVER = "public, max-age=31536000, immutable"


def _of_link(*, link: str) -> None: ...


def _of_language(*, lang: Annotated[str, OneOf(LANGUAGES)] = LANGUAGES[0]) -> None: ...


# The query parameters of these routes; a view declares its own.
LANGUAGE, LINK = (query_model(one) for one in (_of_language, _of_link))


@cache
def _words_in(language: str) -> Json:
    return Json(texts(language))


def data_plane(
    services: Services,
    payloads: Payloads | None = None,
    links: Links | None = None,
    tours: Tours | None = None,
    rooms: Rooms | None = None,
    waiting: Waiting | None = None,
) -> Mount:
    """Every route of the page's own under /microscope; `payloads` keeps finished payloads, `links` the short links.

    `waiting`: the requests of phones that wait for a change in `rooms`.
    """
    guided = tours or Tours()
    payloads = payloads or Payloads(services.limits.payloads)
    short = Links() if links is None else links
    reach = ReachableHosts()
    threads = RequestThreads(services.progress)

    # These two use no threads, so that they answer however many requests wait.
    @asked(FOLLOWED)
    async def progress(request: Request) -> Response:
        """The progress of the request with this id."""
        return JSONResponse(services.progress.of(number_of(request)))

    @asked(FOLLOWED)
    async def cancel(request: Request) -> Response:
        """Cancel the request with this id."""
        services.progress.cancel(number_of(request))
        return JSONResponse({})

    @asked()
    def models(request: Request) -> Response:
        """Every model that the program knows."""
        return Json({"models": services.catalogue(), "whole": services.listed_whole, "papers": paper_sizes()}).answer(
            request
        )

    @asked()
    def reachable(request: Request) -> Response:
        """Which hosts of models that are not here can be reached."""
        return JSONResponse(reach.of(spec.server for spec in available() if spec.where == "download"))

    @asked(LANGUAGE)
    def words(request: Request) -> Response:
        """Every text of the page in one language."""
        return _words_in(declared_values(LANGUAGE, request.query_params)["lang"]).answer(request)

    @asked(LANGUAGE)
    def guides(request: Request) -> Response:
        """Every guided tour in one language, and the errors of files in the folder of tours."""
        found, wrong = guided.of(declared_values(LANGUAGE, request.query_params)["lang"])
        told = [{"code": error.code, "params": error.params} for error in wrong]
        return Json({"tours": [tour.as_json() for tour in found], "wrong": told}).answer(request)

    @asked()
    def start(request: Request) -> Response:
        """What the page needs once: models, examples, and the facts of the first photo."""
        return Json(boot(services)).answer(request)

    @asked(takes="text/plain")
    async def shorten(request: Request) -> Response:
        """Keep the query of an address; the answer is its code, and until when it works (seconds since 1970)."""
        query = await whole(request, LONGEST, VisitorError("link_refused"))
        link = short.keep(query.decode("latin-1"))
        return JSONResponse({"code": link.code, "until": link.until})

    @asked(LINK, answers="image/svg+xml")
    def qr(request: Request) -> Response:
        """The QR code of a link, for phones."""
        return Response(squares(declared_values(LINK, request.query_params)["link"]), media_type="image/svg+xml")

    @asked()
    def room(request: Request) -> Response:
        """The addresses of this page for others on the network, for a visitor on the computer that runs it."""
        return JSONResponse({"pages": from_the_room(request)})

    making = Semaphore(PAGE_FILES)

    @asked(answers="text/html")
    async def page_file(request: Request) -> Response:
        """The page at an address, given its query, as one HTML file; what does not fit is left out."""
        require_single_values(request)
        query = request.url.query
        scene = await run_sync(scene_of, services, query)

        async def pieces() -> AsyncIterator[bytes]:
            async for piece in one_file(Recorder(services, mount, scene), query):
                yield piece

        told = {"Content-Disposition": 'attachment; filename="attention-microscope.html"', "Cache-Control": "no-store"}
        media = f"text/html; charset={CHARSET['one_file']}"
        return _InTime(pieces(), making, media_type=media, headers=told)

    static = [Mount(f"/static/{ASSETS_VERSION}/{kind}", _Immutable(directory=ASSETS / kind)) for kind in ("js", "css")]
    routes = [
        Route("/texts", threads.of(words)),
        Route("/tours", threads.of(guides)),
        Route("/boot", threads.of(start, lambda _: services.photos.keeps(FIRST))),
        Route("/progress", progress),
        Route("/cancel", cancel, methods=["POST"]),
        Route("/link", shorten, methods=["POST"]),
        Route("/qr", threads.of(qr)),
        Route("/room", threads.of(room)),
        Route("/page.html", page_file),
        Route("/models", threads.of(models)),
        Route("/reach", threads.of(reachable)),
        *photo_routes(services.photos, payloads, threads),
        *room_routes(Rooms() if rooms is None else rooms, Waiting() if waiting is None else waiting),
        *sentence_routes(services.sentences, payloads, threads),
        *takeaway_routes(services.photos, services.sentences, payloads, threads),
        *static,
    ]
    mount = Mount(
        "/microscope",
        app=Starlette(routes=routes, exception_handlers={VisitorError: _refused, ClientDisconnect: unread}),
    )
    return mount


class _InTime(StreamingResponse):
    """A response that takes one of a few places while it is read, but for no longer than LONGEST_S."""

    def __init__(
        self, pieces: AsyncIterator[bytes], places: Semaphore, *, media_type: str, headers: dict[str, str]
    ) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._places:
            try:
                with fail_after(LONGEST_S):
                    await super().__call__(scope, receive, send)
            except TimeoutError:
                log.warning("a page as a file was not read within %d s and was broken off", LONGEST_S)


class _Immutable(StaticFiles):
    """Files whose URL changes with their content (ASSETS_VERSION), so that browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = FOR_EVER
        return response


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, VisitorError)
    return refusal(error)
