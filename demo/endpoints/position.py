"""What the Position screen asks for."""

from __future__ import annotations

from dataclasses import replace

from demo.changes import in_order
from demo.registry import photo_view
from demo.services import Look, Services
from demo.views import position


@photo_view("similarity")
def similarity(services: Services, look: Look, *, native: bool = False) -> bytes:
    """How alike the positions of a look are, or those of the grid as it was trained."""
    model = services.check(look)
    side = model.model.config.grid if native else _side(services, look)
    return position.similarity(model, side, side)


@photo_view("tables")
def tables(services: Services, look: Look) -> bytes:
    side = _side(services, look)
    return position.tables(services.check(look), side, side)


@photo_view("moved")
def moved(services: Services, look: Look, *, query: int) -> bytes:
    """A jigsaw beside the same pass with every patch at its place."""
    board, plain = services.trace(look), services.trace(replace(look, change=in_order(look.change)))
    order, first = services.intervention(look, plain).order, len(plain.geometry.prefix)
    # A patch on the board came from a place of its own; CLS and registers have none and stay.
    home = first + order[query - first] if order and query >= first else query
    return position.moved(board, plain, query, home)


def _side(services: Services, look: Look) -> int:
    return look.size // services.check(look).model.config.patch_size
