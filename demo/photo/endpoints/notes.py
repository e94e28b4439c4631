"""The views of the notes' cards."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import notes


@photo_view("notes")
def around(photos: PhotoService, photo_query: PhotoQuery) -> bytes:
    trace = photos.trace(photo_query)
    return notes.around(trace, photos.model_of(photo_query), photos.intervention(photo_query, trace))


@photo_view("notes_layer")
def of_layer(photos: PhotoService, photo_query: PhotoQuery, *, layer: int) -> bytes:
    return notes.of_layer(photos.block(photo_query, layer), layer)
