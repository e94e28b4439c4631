"""A photo, a model and a picture size as every screen knows them."""

from __future__ import annotations

from typing import Any

from demo.page.gallery import known_files
from demo.photo.query import PhotoQuery
from demo.photo.service import PhotoService
from demo.photo.views.photo import describe, seen_share


def photo_facts(photos: PhotoService, look: PhotoQuery, request: str = "") -> dict[str, Any]:
    """A look as every screen knows it, computed if it is not kept. Size 0 means the model's own.

    Raises:
        VisitorError: the look is not possible; the page has a sentence for its code.
    """
    look = photos.complete(look, request=request)
    model = photos.check(look, request=request)
    trace = photos.trace(look, request=request)
    photo = photos.photo(look.photo)
    return {
        "photo": look.photo,
        "model": look.model,
        "size": look.size,
        "width": photo.width,
        "height": photo.height,
        "photo_notes": list(photo.notes),
        "seen": seen_share(photos.seen(look), *photo.size),
        "knows": known_files(photos.gallery, model),
        **describe(trace, model, photos.sizes(model)),
    }
