"""What the Attention screen asks for."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import attention


@photo_view("layer")
def layer(photos: PhotoService, look: PhotoQuery, *, layer: int) -> bytes:
    return attention.layer(photos.trace(look), layer)


@photo_view("glance")
def glance(photos: PhotoService, look: PhotoQuery, *, layer: int, query: int) -> bytes:
    return attention.glance(photos.trace(look), layer, query)


@photo_view("atlas")
def atlas(photos: PhotoService, look: PhotoQuery, *, query: int | None = None) -> bytes:
    return attention.atlas(photos.trace(look), query)


@photo_view("depth")
def depth(photos: PhotoService, look: PhotoQuery) -> bytes:
    return attention.depth(photos.trace(look))
