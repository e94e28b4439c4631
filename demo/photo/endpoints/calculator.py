"""The calculator's views of a photo."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.query.registry import Index
from demo.views import calculator
from vit_core.provenance import layer_of


@photo_view("number", on_demand=True)
def number(photos: PhotoService, photo_query: PhotoQuery, *, name: str, index: Index = ()) -> bytes:
    layer = layer_of(name)
    trace = photos.trace(photo_query) if layer is None else photos.block(photo_query, layer)
    return calculator.number(trace, photos.model_of(photo_query), name, index, photos.intervention(photo_query, trace))


@photo_view("row", on_demand=True)
def row(photos: PhotoService, photo_query: PhotoQuery, *, layer: int, head: int, query: int) -> bytes:
    trace = photos.trace(photo_query)
    return calculator.row(trace, layer, head, query, photos.intervention(photo_query, trace))
