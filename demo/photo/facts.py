"""The facts of a photo, a model and a picture size that every screen needs."""

from __future__ import annotations

from typing import Any

from demo.page.gallery import known_files
from demo.photo.query import PhotoQuery
from demo.photo.service import PhotoService
from demo.photo.views.photo import describe, seen_share


def photo_facts(photos: PhotoService, photo_query: PhotoQuery, request: str = "") -> dict[str, Any]:
    """The facts of a photo query for every screen, computed if they are not kept. Size 0 means the model's own.

    Raises:
        VisitorError: the query is impossible; the page has a sentence for its code.
    """
    photo_query = photos.complete(photo_query, request=request)
    model = photos.model_of(photo_query, request=request)
    trace = photos.trace(photo_query, request=request)
    photo = photos.photo(photo_query.photo)
    return {
        "photo": photo_query.photo,
        "model": photo_query.model,
        "size": photo_query.size,
        "width": photo.width,
        "height": photo.height,
        "photo_notes": list(photo.notes),
        "seen": seen_share(photos.seen(photo_query), *photo.size),
        "knows": known_files(photos.gallery, model),
        **describe(trace, model, photos.sizes(model)),
    }
