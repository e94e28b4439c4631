"""What the Patches screen asks for."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import patches


@photo_view("embedding")
def embedding(photos: PhotoService, look: PhotoQuery) -> bytes:
    trace, size = photos.trace(look), photos.photo(look.photo).size
    return patches.embedding(trace, photos.check(look), size, photos.intervention(look, trace))


@photo_view("filters")
def filters(photos: PhotoService, look: PhotoQuery) -> bytes:
    return patches.filters(photos.check(look))


@photo_view("products")
def products(photos: PhotoService, look: PhotoQuery, *, patch: int, unit: int) -> bytes:
    trace = photos.trace(look)
    return patches.products(trace, photos.check(look), patch, unit, photos.intervention(look, trace))
