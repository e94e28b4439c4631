"""What the notes' cards ask for."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import notes


@photo_view("notes")
def around(photos: PhotoService, look: PhotoQuery) -> bytes:
    trace = photos.trace(look)
    return notes.around(trace, photos.check(look), photos.intervention(look, trace))


@photo_view("notes_layer")
def of_layer(photos: PhotoService, look: PhotoQuery, *, layer: int) -> bytes:
    return notes.of_layer(photos.block(look, layer), layer)
