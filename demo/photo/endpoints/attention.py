"""The views of the Attention screen."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_view
from demo.photo.service import PhotoService
from demo.photo.views import attention


@photo_view("layer")
def layer(photos: PhotoService, photo_query: PhotoQuery, *, layer: int) -> bytes:
    return attention.layer(photos.trace(photo_query), layer)


@photo_view("glance")
def glance(photos: PhotoService, photo_query: PhotoQuery, *, layer: int, query: int) -> bytes:
    return attention.glance(photos.trace(photo_query), layer, query)


@photo_view("atlas")
def atlas(photos: PhotoService, photo_query: PhotoQuery, *, query: int | None = None) -> bytes:
    return attention.atlas(photos.trace(photo_query), query)


@photo_view("depth")
def depth(photos: PhotoService, photo_query: PhotoQuery) -> bytes:
    return attention.depth(photos.trace(photo_query))
