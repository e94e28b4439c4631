"""What the Block screen asks for."""

from __future__ import annotations

from dataclasses import replace

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import block
from demo.views import matrix as matrices
from vit_core.analysis.matrices import Matrix, head_matrix


@photo_view("block")
def opened(photos: PhotoService, look: PhotoQuery, *, layer: int, query: int) -> bytes:
    """One block of a look for one token, beside the same block with nothing switched off."""
    trained = photos.trace(replace(look, change=""))
    what_if = photos.intervention(look, trained)
    return block.block(photos.block(look, layer), photos.check(look), layer, query, trained, what_if)


@photo_view("contributions")
def contributions(photos: PhotoService, look: PhotoQuery) -> bytes:
    return block.contributions(photos.trace(look))


@photo_view("head_matrix", on_demand=True)
def matrix(photos: PhotoService, look: PhotoQuery, *, layer: int, head: int, which: Matrix) -> bytes:
    return matrices.matrix(head_matrix(photos.check(look).model.blocks, layer, "attn", which, head))
