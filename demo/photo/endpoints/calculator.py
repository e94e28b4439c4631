"""What the calculator asks for of a photo."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.query.registry import Index
from demo.views import calculator
from vit_core.provenance import layer_of


@photo_view("number", on_demand=True)
def number(photos: PhotoService, look: PhotoQuery, *, name: str, index: Index = ()) -> bytes:
    layer = layer_of(name)
    trace = photos.trace(look) if layer is None else photos.block(look, layer)
    return calculator.number(trace, photos.check(look), name, index, photos.intervention(look, trace))


@photo_view("row", on_demand=True)
def row(photos: PhotoService, look: PhotoQuery, *, layer: int, head: int, query: int) -> bytes:
    trace = photos.trace(look)
    return calculator.row(trace, layer, head, query, photos.intervention(look, trace))
