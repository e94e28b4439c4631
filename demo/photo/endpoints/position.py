"""The views of the Position screen."""

from __future__ import annotations

from dataclasses import replace

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import position
from demo.query.interventions import in_order


@photo_view("similarity")
def similarity(photos: PhotoService, photo_query: PhotoQuery, *, native: bool = False) -> bytes:
    """How alike the positions are at this picture size, or in the grid as it was trained."""
    model = photos.model_of(photo_query)
    side = model.model.config.grid if native else _side(photos, photo_query)
    return position.similarity(model, side, side)


@photo_view("tables")
def tables(photos: PhotoService, photo_query: PhotoQuery) -> bytes:
    side = _side(photos, photo_query)
    return position.tables(photos.model_of(photo_query), side, side)


@photo_view("moved")
def moved(photos: PhotoService, photo_query: PhotoQuery, *, query: int) -> bytes:
    """A jigsaw beside the same pass with every patch at its place."""
    board, plain = photos.trace(photo_query), photos.trace(replace(photo_query, change=in_order(photo_query.change)))
    order, first = photos.intervention(photo_query, plain).order, len(plain.geometry.prefix)
    # A moved patch is found at its original place; CLS and registers stay in place.
    home = first + order[query - first] if order and query >= first else query
    return position.moved(board, plain, query, home)


def _side(photos: PhotoService, photo_query: PhotoQuery) -> int:
    return photo_query.size // photos.model_of(photo_query).model.config.patch_size
