"""The page's data plane: plain GET and POST routes, mounted beside Gradio's own.

All the page asks for comes from here: the small description of a look, and its many numbers, compressed and cacheable.
A URL names photo, model, picture size and view, so that nothing has to be remembered per visitor and what has left
memory is computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from demo import photos
from demo.catalogue import paper_sizes
from demo.changes import in_order
from demo.errors import VisitorError
from demo.gallery import ASSETS
from demo.lanes import Lanes, number_of, refusal
from demo.page import ASSETS_VERSION, boot, look_facts
from demo.payloads import FOR_AN_HOUR, Payloads
from demo.queries import Query, number, numbers
from demo.reach import Reach
from demo.sentence_routes import sentence_routes
from demo.services import FIRST, Look, Services
from demo.views import attention, block, calculator, checks, decision, patches, pictures, position
from vit_core import available
from vit_core.provenance import layer_of

FOR_EVER = "public, max-age=31536000, immutable"
View = Callable[[Services, Look, Query], bytes]

VIEWS: dict[str, View] = {
    "layer": lambda s, look, q: attention.layer(s.trace(look), number(q, "layer")),
    "atlas": lambda s, look, q: attention.atlas(s.trace(look), number(q, "query") if "query" in q else None),
    "depth": lambda s, look, q: attention.depth(s.trace(look)),
    "embedding": lambda s, look, q: patches.embedding(s.trace(look), s.check(look), s.photo(look.photo).image.size),
    "filters": lambda s, look, q: patches.filters(s.check(look)),
    "products": lambda s, look, q: patches.products(
        s.trace(look), s.check(look), number(q, "patch"), number(q, "unit")
    ),
    "block": lambda s, look, q: _block(s, look, number(q, "layer"), number(q, "query")),
    "contributions": lambda s, look, q: block.contributions(s.trace(look)),
    "number": lambda s, look, q: _told(s, look, q.get("name", ""), numbers(q, "index", 3)),
    "row": lambda s, look, q: _row(s, look, number(q, "layer"), number(q, "head"), number(q, "query")),
    "decision": lambda s, look, q: decision.decision(s.trace(look)),
    "similarity": lambda s, look, q: position.similarity(s.check(look), *_grid(s, look, q)),
    "tables": lambda s, look, q: position.tables(s.check(look), *_grid(s, look, q)),
    "moved": lambda s, look, q: _moved(s, look, number(q, "query")),
    "checks": lambda s, look, q: checks.checks(*s.checks(look)),
    "logit_terms": lambda s, look, q: decision.terms(s.trace(look), s.check(look), number(q, "class")),
}
# What a view may be asked beside its look. Nothing else tells two payloads apart: any invented word would be a new one.
ASKED = ("layer", "query", "patch", "unit", "class", "native", "head", "name", "index")
PICTURES = ("seen", "thumb", "whole")


def _block(services: Services, look: Look, layer: int, query: int) -> bytes:
    trained = services.trace(replace(look, change=""))
    what_if = services.intervention(look, trained)
    return block.block(services.block(look, layer), services.check(look), layer, query, trained, what_if)


def _grid(services: Services, look: Look, query: Query) -> tuple[int, int]:
    """Rows and columns of patches of a look, or those of the position grid as it was trained when `native` is asked."""
    config, native = services.check(look).model.config, query.get("native", "")
    if native not in ("", "1"):
        raise VisitorError("bad_request")
    side = config.grid if native else look.size // config.patch_size
    return side, side


def _moved(services: Services, look: Look, query: int) -> bytes:
    board, plain = services.trace(look), services.trace(replace(look, change=in_order(look.change)))
    order, first = services.intervention(look, plain).order, len(plain.geometry.prefix)
    # A patch on the board came from a place of its own; CLS and registers have none and stay.
    home = first + order[query - first] if order and query >= first else query
    return position.moved(board, plain, query, home)


def _told(services: Services, look: Look, name: str, index: tuple[int, ...]) -> bytes:
    layer = layer_of(name)
    trace = services.trace(look) if layer is None else services.block(look, layer)
    return calculator.number(trace, services.check(look), name, index, services.intervention(look, trace))


def _row(services: Services, look: Look, layer: int, head: int, query: int) -> bytes:
    trace = services.trace(look)
    return calculator.row(trace, layer, head, query, services.intervention(look, trace))


def data_plane(services: Services) -> Mount:
    """Every route of the page's own under /microscope."""
    payloads = Payloads()
    reach = Reach()
    lanes = Lanes(services.progress)
    decoding = CapacityLimiter(photos.AT_ONCE)

    def is_ready(request: Request) -> bool:
        return services.keeps(_look(request.query_params))

    def key_of(request: Request) -> Hashable:
        query = request.query_params
        return request.path_params["view"], _look(query), tuple(query.get(word) for word in ASKED)

    def view(request: Request) -> Response:
        name, query = request.path_params["view"], request.query_params
        if name not in VIEWS:
            raise VisitorError("bad_request")
        look = _look(query)
        return payloads.answer(key_of(request), lambda: VIEWS[name](services, look, query))

    def picture(request: Request) -> Response:
        kind, query = request.path_params["kind"], request.query_params
        if kind not in PICTURES:
            raise VisitorError("bad_request")
        photo = services.photo(query.get("photo", ""))
        if kind == "seen":
            body = pictures.cropped(photo.image, services.seen(_look(query)))
        else:
            body = pictures.whole(photo.image, pictures.THUMB_SIDE if kind == "thumb" else pictures.SHOWN_SIDE)
        return Response(body, media_type="image/jpeg", headers=FOR_AN_HOUR)

    def labels(request: Request) -> Response:
        model = services.model(request.query_params.get("model", ""))
        return JSONResponse({language: list(names) for language, names in model.labels_by_language.items()})

    # These two take no thread: they answer however many wait.
    async def progress(request: Request) -> Response:
        return JSONResponse(services.progress.of(number_of(request)))

    async def cancel(request: Request) -> Response:
        services.progress.cancel(number_of(request))
        return JSONResponse({})

    def facts(request: Request) -> Response:
        return JSONResponse(look_facts(services, _look(request.query_params), number_of(request)))

    def models(request: Request) -> Response:
        return JSONResponse({"models": services.catalogue(), "papers": paper_sizes()})

    def reachable(request: Request) -> Response:
        return JSONResponse(reach.of(spec.server for spec in available() if spec.where == "download"))

    def start(request: Request) -> Response:
        return JSONResponse(boot(services))

    async def add_photo(request: Request) -> Response:
        data = await _body(request, photos.MAX_BYTES)
        token = await run_sync(services.add_photo, data, limiter=decoding)
        return JSONResponse({"photo": token})

    static = [Mount(f"/static/{ASSETS_VERSION}/{kind}", _Immutable(directory=ASSETS / kind)) for kind in ("js", "css")]
    routes = [
        Route("/boot", lanes.of(start, lambda _: services.keeps(FIRST))),
        Route("/photo", add_photo, methods=["POST"]),
        Route("/picture/{kind}", lanes.of(picture)),
        Route("/labels", lanes.of(labels)),
        Route("/progress", progress),
        Route("/cancel", cancel, methods=["POST"]),
        Route("/facts", lanes.long(facts, is_ready)),
        Route("/models", lanes.of(models)),
        Route("/reach", lanes.of(reachable)),
        Route("/view/{view}", lanes.of(view, lambda asked: payloads.keeps(key_of(asked)) or is_ready(asked))),
        *sentence_routes(services.sentences, payloads, lanes),
        *static,
    ]
    return Mount("/microscope", app=Starlette(routes=routes, exception_handlers={VisitorError: _refused}))


class _Immutable(StaticFiles):
    """Files whose URL changes with their content (ASSETS_VERSION), so that browsers may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = FOR_EVER
        return response


async def _body(request: Request, limit: int) -> bytes:
    """The request's body, given up as soon as it is too long."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            raise VisitorError("photo_too_large", limit=limit // 1_000_000)
    return bytes(data)


def _look(query: Query) -> Look:
    return Look(query.get("photo", ""), query.get("model", ""), number(query, "size"), query.get("change", ""))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, VisitorError)
    return refusal(error)
