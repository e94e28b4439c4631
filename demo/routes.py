"""The page's data plane: plain GET and POST routes, mounted beside Gradio's own.

All the page asks for comes from here: the small description of a look, and its many numbers, compressed and cacheable.
A URL names photo, model, picture size and view, so that nothing has to be remembered per visitor and what has left
memory is computed again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from anyio import CapacityLimiter, Semaphore
from anyio.to_thread import run_sync
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from demo import photos
from demo.asked import FOLLOWED, Case, asked, cases_of
from demo.catalogue import paper_sizes
from demo.endpoints import photo_figure, photo_notebook, photo_view
from demo.errors import VisitorError
from demo.figure_routes import figure_route
from demo.gallery import ASSETS
from demo.lanes import Lanes, number_of, refusal
from demo.links import LONGEST, Links, from_the_room, squares
from demo.notebook_routes import notebook_route
from demo.page import ASSETS_VERSION, boot, look_facts
from demo.parameters import OneOf, ParameterError
from demo.payloads import Payloads
from demo.reach import Reach
from demo.recorded import Recorder, scene_of
from demo.registry import Query, Question, parse, words_of
from demo.room_routes import Waiting, room_routes
from demo.rooms import Rooms
from demo.sentence_routes import sentence_routes
from demo.services import FIRST, Services
from demo.serving.bodies import unread, whole
from demo.shell import CHARSET, one_file
from demo.texts import LANGUAGES, texts
from demo.tours import Tours
from demo.views import pictures
from vit_core import available

# Pages that are put together as files at the same time: each asks for a hundred answers and more.
PAGE_FILES = 2
FOR_EVER = "public, max-age=31536000, immutable"


def _of_photo(*, photo: str = "") -> None: ...


def _of_model(*, model: str = "") -> None: ...


def _of_link(*, link: str) -> None: ...


def _of_language(*, lang: Annotated[str, OneOf(LANGUAGES)] = LANGUAGES[0]) -> None: ...


# What the words of these routes are; a view declares its own.
PHOTO, MODEL, LANGUAGE, LINK = (words_of(one) for one in (_of_photo, _of_model, _of_language, _of_link))
PICTURES = {
    "seen": Case("The part of a photo that the model reads, as the model is given it.", (photo_view.parser,)),
    "read": Case("The same part as the very pixels that the model reads.", (photo_view.parser,)),
    "thumb": Case("A small picture of a photo.", (PHOTO,)),
    "whole": Case("A photo as the page shows it.", (PHOTO,)),
}


def data_plane(
    services: Services,
    payloads: Payloads | None = None,
    links: Links | None = None,
    tours: Tours | None = None,
    rooms: Rooms | None = None,
    waiting: Waiting | None = None,
) -> Mount:
    """Every route of the page's own under /microscope; `payloads` keeps finished payloads, `links` the short links.

    `waiting`: the phones that wait for something new of `rooms`.
    """
    guided = tours or Tours()
    payloads = payloads or Payloads()
    short = Links() if links is None else links
    reach = Reach()
    lanes = Lanes(services.progress)
    decoding = CapacityLimiter(photos.AT_ONCE)

    def is_ready(request: Request) -> bool:
        return services.keeps(photo_view.subject(request.query_params))

    def question_of(request: Request) -> Question:
        return photo_view.question(request.path_params["view"], request.query_params)

    @asked(cases=cases_of(photo_view), answers="application/octet-stream")
    def view(request: Request) -> Response:
        question = question_of(request)
        return payloads.answer(question, lambda: question.answer(services))

    @asked(cases=PICTURES, answers="image/jpeg")
    def picture(request: Request) -> Response:
        kind, query = request.path_params["kind"], request.query_params
        if kind not in PICTURES:
            raise ParameterError("kind", f"one of {', '.join(PICTURES)}", kind)
        photo = services.photo(_said(PHOTO, query)["photo"])
        look = photo_view.subject(query) if kind in ("read", "seen") else None

        def drawn() -> bytes:
            if look is None:
                return pictures.whole(photo.image, pictures.THUMB_SIDE if kind == "thumb" else pictures.SHOWN_SIDE)
            if kind == "read":
                return pictures.pixels(services.square(look), services.order(look))
            return pictures.cropped(photo.image, services.seen(look), services.order(look))

        media = "image/png" if kind == "read" else "image/jpeg"
        return payloads.picture((kind, photo.fingerprint, look), drawn, media)

    @asked(MODEL)
    def labels(request: Request) -> Response:
        """The names of a model's classes, in both languages."""
        model = services.model(_said(MODEL, request.query_params)["model"])
        return JSONResponse({language: list(names) for language, names in model.labels_by_language.items()})

    # These two take no thread: they answer however many wait.
    @asked(FOLLOWED)
    async def progress(request: Request) -> Response:
        """How far the request with this number is."""
        return JSONResponse(services.progress.of(number_of(request)))

    @asked(FOLLOWED)
    async def cancel(request: Request) -> Response:
        """Give up the request with this number."""
        services.progress.cancel(number_of(request))
        return JSONResponse({})

    @asked(photo_view.parser, FOLLOWED)
    def facts(request: Request) -> Response:
        """What a photo, a model and a picture size are together: computed if it is not kept."""
        look = services.complete(photo_view.subject(request.query_params), request=number_of(request))
        kept = services.keeps(look)
        # Whether it is computed now: the time of a pass is nothing that this visitor has waited for otherwise.
        return JSONResponse({**look_facts(services, look, number_of(request)), "now": not kept})

    @asked()
    def models(request: Request) -> Response:
        """Every model that the program knows."""
        return JSONResponse({"models": services.catalogue(), "whole": services.listed_whole, "papers": paper_sizes()})

    @asked()
    def reachable(request: Request) -> Response:
        """Which hosts of models that are not here can be reached."""
        return JSONResponse(reach.of(spec.server for spec in available() if spec.where == "download"))

    @asked(LANGUAGE)
    def words(request: Request) -> Response:
        """Every text of the page in one language."""
        return JSONResponse(texts(_said(LANGUAGE, request.query_params)["lang"]))

    @asked(LANGUAGE)
    def guides(request: Request) -> Response:
        """Every guided tour in one language, and what is wrong with files of the folder of tours."""
        found, wrong = guided.of(_said(LANGUAGE, request.query_params)["lang"])
        told = [{"code": error.code, "params": error.params} for error in wrong]
        return JSONResponse({"tours": [tour.told() for tour in found], "wrong": told})

    @asked()
    def start(request: Request) -> Response:
        """What the page needs once: models, examples, and a finished first look."""
        return JSONResponse(boot(services))

    @asked(takes="application/octet-stream")
    async def add_photo(request: Request) -> Response:
        """Send a picture file; the answer is its token."""
        data = await whole(request, photos.MAX_BYTES, photos.too_large())
        token = await run_sync(services.add_photo, data, limiter=decoding)
        return JSONResponse({"photo": token})

    @asked(takes="text/plain")
    async def shorten(request: Request) -> Response:
        """Keep the query of an address; the answer is its code, and until when it works (seconds since 1970)."""
        query = await whole(request, LONGEST, VisitorError("link_refused"))
        link = short.keep(query.decode("latin-1"))
        return JSONResponse({"code": link.code, "until": link.until})

    @asked(LINK, answers="image/svg+xml")
    def qr(request: Request) -> Response:
        """The squares (QR) of a link, for phones."""
        return Response(squares(_said(LINK, request.query_params)["link"]), media_type="image/svg+xml")

    @asked()
    def room(request: Request) -> Response:
        """Where others in the room find this page, for whoever sits at the computer that it runs on."""
        return JSONResponse({"pages": from_the_room(request)})

    making = Semaphore(PAGE_FILES)

    @asked(answers="text/html")
    async def page_file(request: Request) -> Response:
        """What an address of the page shows, with its query, as one HTML file; what does not fit is not in it."""
        query = request.url.query
        scene = await run_sync(scene_of, services, query)

        async def pieces() -> AsyncIterator[bytes]:
            async with making:
                async for piece in one_file(Recorder(services, mount, scene), query):
                    yield piece

        told = {"Content-Disposition": 'attachment; filename="attention-microscope.html"', "Cache-Control": "no-store"}
        return StreamingResponse(pieces(), media_type=f"text/html; charset={CHARSET['one_file']}", headers=told)

    static = [Mount(f"/static/{ASSETS_VERSION}/{kind}", _Immutable(directory=ASSETS / kind)) for kind in ("js", "css")]
    routes = [
        Route("/texts", lanes.of(words)),
        Route("/tours", lanes.of(guides)),
        Route("/boot", lanes.of(start, lambda _: services.keeps(FIRST))),
        Route("/photo", add_photo, methods=["POST"]),
        Route("/picture/{kind}", lanes.of(picture)),
        Route("/labels", lanes.of(labels)),
        Route("/progress", progress),
        Route("/cancel", cancel, methods=["POST"]),
        Route("/link", shorten, methods=["POST"]),
        Route("/qr", lanes.of(qr)),
        Route("/room", lanes.of(room)),
        Route("/page.html", page_file),
        Route("/facts", lanes.long(facts, is_ready)),
        Route("/models", lanes.of(models)),
        Route("/reach", lanes.of(reachable)),
        Route("/view/{view}", lanes.of(view, lambda asked: payloads.keeps(question_of(asked)) or is_ready(asked))),
        figure_route("/figure", photo_figure, services, payloads, lanes),
        notebook_route("/notebook.ipynb", photo_notebook, services, payloads, lanes, is_ready),
        *room_routes(Rooms() if rooms is None else rooms, Waiting() if waiting is None else waiting),
        *sentence_routes(services.sentences, payloads, lanes),
        *static,
    ]
    mount = Mount(
        "/microscope",
        app=Starlette(routes=routes, exception_handlers={VisitorError: _refused, ClientDisconnect: unread}),
    )
    return mount


class _Immutable(StaticFiles):
    """Files whose URL changes with their content (ASSETS_VERSION), so that browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = FOR_EVER
        return response


def _said(words: type[BaseModel], query: Query) -> dict[str, Any]:
    """The declared words of a query, whatever else it says for the browser's sake."""
    return dict(parse(words, {name: query[name] for name in words.model_fields if name in query}))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, VisitorError)
    return refusal(error)
