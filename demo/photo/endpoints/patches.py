"""The views of the Patches screen."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import patches


@photo_view("embedding")
def embedding(photos: PhotoService, photo_query: PhotoQuery) -> bytes:
    trace, size = photos.trace(photo_query), photos.photo(photo_query.photo).size
    return patches.embedding(trace, photos.model_of(photo_query), size, photos.intervention(photo_query, trace))


@photo_view("filters")
def filters(photos: PhotoService, photo_query: PhotoQuery) -> bytes:
    return patches.filters(photos.model_of(photo_query))


@photo_view("products")
def products(photos: PhotoService, photo_query: PhotoQuery, *, patch: int, unit: int) -> bytes:
    trace = photos.trace(photo_query)
    return patches.products(trace, photos.model_of(photo_query), patch, unit, photos.intervention(photo_query, trace))
