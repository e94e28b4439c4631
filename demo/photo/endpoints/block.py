"""The views of the Block screen."""

from __future__ import annotations

from dataclasses import replace

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import block
from demo.views import matrix as matrices
from vit_core.analysis.matrices import Matrix, head_matrix


@photo_view("block")
def opened(photos: PhotoService, photo_query: PhotoQuery, *, layer: int, query: int) -> bytes:
    """One block of a pass for one token, beside the same block with nothing switched off."""
    trained = photos.trace(replace(photo_query, change=""))
    intervention = photos.intervention(photo_query, trained)
    return block.block(
        photos.block(photo_query, layer), photos.model_of(photo_query), layer, query, trained, intervention
    )


@photo_view("contributions")
def contributions(photos: PhotoService, photo_query: PhotoQuery) -> bytes:
    return block.contributions(photos.trace(photo_query))


@photo_view("head_matrix", on_demand=True)
def matrix(photos: PhotoService, photo_query: PhotoQuery, *, layer: int, head: int, which: Matrix) -> bytes:
    return matrices.matrix(head_matrix(photos.model_of(photo_query).model.blocks, layer, "attn", which, head))
