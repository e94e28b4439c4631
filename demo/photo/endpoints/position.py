"""What the Position screen asks for."""

from __future__ import annotations

from dataclasses import replace

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import position
from demo.query.interventions import in_order


@photo_view("similarity")
def similarity(photos: PhotoService, look: PhotoQuery, *, native: bool = False) -> bytes:
    """How alike the positions of a look are, or those of the grid as it was trained."""
    model = photos.check(look)
    side = model.model.config.grid if native else _side(photos, look)
    return position.similarity(model, side, side)


@photo_view("tables")
def tables(photos: PhotoService, look: PhotoQuery) -> bytes:
    side = _side(photos, look)
    return position.tables(photos.check(look), side, side)


@photo_view("moved")
def moved(photos: PhotoService, look: PhotoQuery, *, query: int) -> bytes:
    """A jigsaw beside the same pass with every patch at its place."""
    board, plain = photos.trace(look), photos.trace(replace(look, change=in_order(look.change)))
    order, first = photos.intervention(look, plain).order, len(plain.geometry.prefix)
    # A patch on the board came from a place of its own; CLS and registers have none and stay.
    home = first + order[query - first] if order and query >= first else query
    return position.moved(board, plain, query, home)


def _side(photos: PhotoService, look: PhotoQuery) -> int:
    return look.size // photos.check(look).model.config.patch_size
