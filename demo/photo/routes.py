"""The data plane of the photo's journey: pictures, facts and bytes of a photo as a model sees it.

An address names photo, model, picture size and view, so that no state is kept per visitor, and results that were
evicted are computed again.
"""

from __future__ import annotations

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.compute.payloads import Json, Payloads
from demo.compute.request_threads import RequestThreads, number_of
from demo.compute.view_route import view_route
from demo.photo import picture_file
from demo.photo.facts import photo_facts
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import pictures
from demo.query.asked import FOLLOWED, Case, asked
from demo.query.body import whole
from demo.query.parameters import ParameterError
from demo.query.registry import declared_values, query_model, require_declared


def _of_photo(*, photo: str = "") -> None: ...


def _of_model(*, model: str = "") -> None: ...


# The query parameters of these routes; a view declares its own.
PHOTO, MODEL = query_model(_of_photo), query_model(_of_model)
PICTURES = {
    "seen": Case("The part of a photo that the model reads, as the model is given it.", (photo_view.parser,)),
    "read": Case("The same part as the very pixels that the model reads.", (photo_view.parser,)),
    "thumb": Case("A small picture of a photo.", (PHOTO,)),
    "whole": Case("A photo as the page shows it.", (PHOTO,)),
}


def photo_routes(photos: PhotoService, payloads: Payloads, threads: RequestThreads) -> list[Route]:
    """Every route of the photo's journey."""
    decoding = CapacityLimiter(picture_file.AT_ONCE)

    def is_ready(request: Request) -> bool:
        return photos.keeps(photo_view.subject(request.query_params))

    @asked(cases=PICTURES, answers="image/jpeg")
    def picture(request: Request) -> Response:
        kind, query = request.path_params["kind"], request.query_params
        if kind not in PICTURES:
            raise ParameterError("kind", f"one of {', '.join(PICTURES)}", kind)
        photo = photos.photo(declared_values(PHOTO, query)["photo"])
        photo_query = photo_view.subject(query) if kind in ("read", "seen") else None

        def drawn() -> bytes:
            if photo_query is None:
                return pictures.whole(photo.image, pictures.THUMB_SIDE if kind == "thumb" else pictures.SHOWN_SIDE)
            if kind == "read":
                return pictures.pixels(photos.square(photo_query), photos.order(photo_query))
            return pictures.cropped(photo.image, photos.seen(photo_query), photos.order(photo_query))

        media = "image/png" if kind == "read" else "image/jpeg"
        return payloads.picture((kind, photo.fingerprint, photo_query), drawn, media)

    @asked(MODEL)
    def labels(request: Request) -> Response:
        """The names of a model's classes, in both languages."""
        model = photos.model(declared_values(MODEL, request.query_params)["model"])
        return Json({language: list(names) for language, names in model.labels_by_language.items()}).answer(request)

    @asked(photo_view.parser, FOLLOWED)
    def facts(request: Request) -> Response:
        """The facts of a photo with a model and a picture size: computed if they are not in memory."""
        require_declared(request.query_params, photo_view.parser, FOLLOWED)
        photo_query = photos.complete(photo_view.subject(request.query_params), request=number_of(request))
        kept = photos.keeps(photo_query)
        # Whether it is computed now: else this visitor has not waited for the time of the pass.
        return JSONResponse({**photo_facts(photos, photo_query, number_of(request)), "now": not kept})

    @asked(takes="application/octet-stream")
    async def add_photo(request: Request) -> Response:
        """Send a picture file; the answer is its token."""
        data = await whole(request, picture_file.MAX_BYTES, picture_file.too_large())
        token = await run_sync(photos.add_photo, data, limiter=decoding)
        return JSONResponse({"photo": token})

    return [
        Route("/photo", add_photo, methods=["POST"]),
        Route("/picture/{kind}", threads.of(picture)),
        Route("/labels", threads.of(labels)),
        Route("/facts", threads.long(facts, is_ready)),
        view_route("/view", photo_view, photos, payloads, threads),
    ]
