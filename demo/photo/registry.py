"""The views that answer a query about a photo, by name: endpoints/ fills them."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.service import PhotoService
from demo.query.registry import Views


def photo_query_of(*, photo: str = "", model: str = "", size: int, change: str = "") -> PhotoQuery:
    """The query of an address; the signature declares the parameters of an address about a photo."""
    return PhotoQuery(photo, model, size, change)


photo_view: Views[PhotoService, PhotoQuery] = Views(photo_query_of)
